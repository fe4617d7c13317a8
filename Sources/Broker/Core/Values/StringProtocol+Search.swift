/// Text in text, found by its bytes.
///
/// The standard library has these in a module of their own, with regular expressions: a megabyte of each tool that is linked
/// with it. They compare characters, so that a mark which combines with its neighbour hides a word from them.
extension StringProtocol {
  /// Where a text stands first; nil for none, and for an empty text the start.
  package func firstRange(of text: some StringProtocol) -> Range<Index>? {
    utf8.place(of: text.utf8)
  }

  /// Whether a text stands in it.
  package func contains(_ text: some StringProtocol) -> Bool { firstRange(of: text) != nil }

  /// The text with another in place of one, each time that it stands there.
  package func replacing(_ text: some StringProtocol, with other: some StringProtocol) -> String {
    var result = ""
    var rest = self[...]
    while !text.isEmpty, let range = rest.firstRange(of: text) {
      result += rest[..<range.lowerBound]
      result += other
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  /// Where a text stands last; nil for none.
  package func lastRange(of text: some StringProtocol) -> Range<Index>? {
    var last: Range<Index>?
    var start = startIndex
    while !text.isEmpty, let range = self[start...].firstRange(of: text) {
      last = range
      start = range.upperBound
    }
    return last
  }

  /// What stands between the places of a text, without what is empty.
  package func parts(separatedBy text: some StringProtocol) -> [SubSequence] {
    var parts: [SubSequence] = []
    var rest = self[...]
    while !text.isEmpty, let range = rest.firstRange(of: text) {
      parts.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return (parts + [rest]).filter { !$0.isEmpty }
  }
}

extension BidirectionalCollection where Element: Comparable {
  /// Where a row of elements stands first; nil for none, and for an empty row the start.
  package func firstRange(of row: some Collection<Element>) -> Range<Index>? { place(of: row) }
}

extension Collection where Element: Equatable {
  fileprivate func place(of row: some Collection<Element>) -> Range<Index>? {
    guard let first = row.first else { return startIndex..<startIndex }
    var start = startIndex
    while let found = self[start...].firstIndex(of: first) {
      if let end = end(of: row, at: found) { return found..<end }
      start = index(after: found)
    }
    return nil
  }

  /// Where a row of elements ends that stands at a place; nil if it does not.
  private func end(of row: some Collection<Element>, at place: Index) -> Index? {
    var place = place
    for element in row {
      guard place != endIndex, self[place] == element else { return nil }
      formIndex(after: &place)
    }
    return place
  }
}
