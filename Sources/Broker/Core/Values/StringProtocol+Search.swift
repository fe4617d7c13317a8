/// Text in text, found by its bytes.
///
/// The standard library has these in a module of their own, with regular expressions: a megabyte of each tool that is linked
/// with it. They compare characters, so that a mark which combines with its neighbour hides a word from them.
extension StringProtocol {
  /// Where a text stands first; nil for none, and for an empty text the start.
  package func firstRange(of text: some StringProtocol) -> Range<Index>? {
    // Most texts lie in one piece, where bytes are compared without asking what kind of text it is.
    let place: Int?? = utf8.withContiguousStorageIfAvailable { bytes in
      text.utf8.withContiguousStorageIfAvailable { row in
        // Both are used while they are valid.
        unsafe Bytes.place(of: row.span, in: bytes.span)
      } ?? nil
    }
    guard case .some(let found) = place, let count = found else { return utf8.place(of: text.utf8) }
    guard count >= 0 else { return nil }
    let start = utf8.index(startIndex, offsetBy: count)
    return start..<utf8.index(start, offsetBy: text.utf8.count)
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

private enum Bytes {
  /// Where a row of bytes stands first; -1 for nowhere, and 0 for an empty row.
  static func place(of row: Span<UInt8>, in bytes: Span<UInt8>) -> Int {
    guard !row.isEmpty else { return 0 }
    guard row.count <= bytes.count else { return -1 }
    for start in 0...bytes.count - row.count where bytes[start] == row[0] {
      var length = 1
      while length < row.count, bytes[start + length] == row[length] { length += 1 }
      if length == row.count { return start }
    }
    return -1
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
