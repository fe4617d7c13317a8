/// Text without what stands at its ends.
extension StringProtocol {
  /// Without white space at either end.
  package var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// Without the quotes around it, if there are any.
  package var unquoted: String {
    guard count >= 2, let first, first == last, first == "\"" || first == "'" else { return String(self) }
    return String(dropFirst().dropLast())
  }
}

extension String {
  /// Without the spaces, tabs and carriage returns at either end: what a line of bytes may have there.
  package var trimmedLine: String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    guard let first = utf8.firstIndex(where: { !isBlank($0) }), let last = utf8.lastIndex(where: { !isBlank($0) })
    else {
      return ""
    }
    return String(self[first..<utf8.index(after: last)])
  }
}

extension StringProtocol {
  /// The last part of a path, found by its bytes; nil for a path of slashes alone.
  package var lastPathPart: String? { Substring(self).utf8.lastPart }
}

extension Substring.UTF8View {
  fileprivate var lastPart: String? {
    let slash = UInt8(ascii: "/")
    guard let last = lastIndex(where: { $0 != slash }) else { return nil }
    let name = self[...last]
    return String(Substring(name.lastIndex(of: slash).map { name[index(after: $0)...] } ?? name))
  }
}
