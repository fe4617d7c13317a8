/// An IPv6 address as it stands in an address's brackets (RFC 4291, section 2.2).
struct IPv6Address: Sendable, Equatable, CustomStringConvertible {
  private let groups: [UInt16]

  /// Reads an address without its brackets; nil if it is none.
  ///
  /// There are no zones: they mean nothing on another machine.
  init?(_ text: Substring) {
    guard let gap = text.firstRange(of: "::") else {
      guard let groups = Self.groups(text), groups.count == 8 else { return nil }
      self.groups = groups
      return
    }
    guard let left = Self.groups(text[..<gap.lowerBound], isEnd: false),
      let right = Self.groups(text[gap.upperBound...]),
      left.count + right.count < 8
    else { return nil }
    groups = left + [UInt16](repeating: 0, count: 8 - left.count - right.count) + right
  }

  /// Whether it stands for an IPv4 address, or for none: `::`, `::a.b.c.d`, `::ffff:a.b.c.d`.
  var isIPv4InDisguise: Bool {
    let isZero = groups[..<5].allSatisfy { $0 == 0 }
    return isZero && (groups[5] == 0xFFFF || (groups[5] == 0 && groups[5...] != [0, 0, 1]))
  }

  /// The one way to write it (RFC 5952, section 4).
  var description: String {
    func text(_ groups: ArraySlice<UInt16>) -> String {
      groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let gap = longestGap else { return text(groups[...]) }
    return "\(text(groups[..<gap.lowerBound]))::\(text(groups[gap.upperBound...]))"
  }

  /// The first of the longest runs of two zeros or more.
  private var longestGap: Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > max(1, longest?.count ?? 0) { longest = start..<index }
      start = index + 1
    }
    return longest
  }

  /// The groups between colons; the last two may be written as an IPv4 address at the end.
  private static func groups(_ text: Substring, isEnd: Bool = true) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, word) in words.enumerated() {
      if isEnd, index == words.count - 1, Host.isIPv4(String(word)) {
        let bytes = word.split(separator: ".").compactMap { UInt16($0) }
        groups += [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]]
        continue
      }
      let isHexadecimal = word.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
      }
      guard (1...4).contains(word.utf8.count), isHexadecimal, let group = UInt16(word, radix: 16) else { return nil }
      groups.append(group)
    }
    return groups
  }
}
