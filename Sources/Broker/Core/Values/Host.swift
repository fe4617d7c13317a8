/// Syntax of the host part of an address.
enum Host {
  /// Checks a host and returns it in lower case.
  ///
  /// Hosts are ASCII: an internationalised name has to be given in its `xn--` form. A host whose last label is a number
  /// must be a plain dotted quad, because `127.1` and `0x7f.1` mean an address to one reader and a name to another
  /// (WHATWG URL, "ends in a number checker"). This machine has one name and two kinds of address, so that none of its
  /// others passes for a stranger.
  static func normalize(_ text: Substring) throws(InvalidURL) -> String {
    if text.hasPrefix("[") { return try normalizeIPv6(text) }
    guard !text.isEmpty else { throw InvalidURL("it has no host") }
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw InvalidURL("its host is not ASCII; write the host in its xn-- form")
    }
    guard text.utf8.count <= 253 else { throw InvalidURL("its host is longer than 253 characters") }
    let host = text.lowercased()
    let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for label in labels {
      guard !label.isEmpty else { throw InvalidURL("its host has an empty label; remove the extra dot") }
      let valid = label.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
      }
      guard valid, label.count <= 63 else { throw InvalidURL("its host is not a host name") }
    }
    if let last = labels.last, looksNumeric(Substring(last)), !isIPv4(host) {
      throw InvalidURL("its host is a number, but not an IPv4 address written as a.b.c.d")
    }
    // Both reach this machine (RFC 1122, section 3.2.1.3; RFC 6761, section 6.3), but do not look like it.
    guard !host.hasPrefix("0."), !host.hasSuffix(".localhost") else {
      throw InvalidURL("its host is this machine by an unusual name; write 127.0.0.1")
    }
    return host
  }

  /// Whether `text` is four decimal numbers of 0 to 255 without leading zeros.
  static func isIPv4(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        let number = part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return number <= 255 && (part.count == 1 || part.first != UInt8(ascii: "0"))
      }
  }

  private static func looksNumeric(_ label: Substring) -> Bool {
    label.utf8.allSatisfy { (0x30...0x39).contains($0) } || label.hasPrefix("0x")
  }

  private static func normalizeIPv6(_ text: Substring) throws(InvalidURL) -> String {
    guard text.hasSuffix("]"), let address = IPv6Address(text.dropFirst().dropLast()) else {
      throw InvalidURL("its host is not an IPv6 address in brackets")
    }
    guard !address.isIPv4InDisguise else {
      throw InvalidURL("its host is an IPv4 address in disguise; write it as a.b.c.d")
    }
    return "[\(address)]"
  }
}
