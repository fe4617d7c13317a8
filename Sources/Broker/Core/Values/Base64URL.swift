/// Base64url without padding (RFC 4648, section 5), as the parts of a JWT are written (RFC 7515, section 2).
package enum Base64URL {
  /// The decoded bytes; nil if a character is outside the alphabet or the length is impossible.
  ///
  /// Padding is tolerated where it is complete, as PyPI's reader tolerates it.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var significant = Array(text.utf8)
    if significant.count % 4 == 0 {
      for _ in 0..<2 where significant.last == UInt8(ascii: "=") { significant.removeLast() }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(significant.count * 3 / 4)
    var accumulator: UInt32 = 0
    var bits = 0
    for byte in significant {
      guard let value = value(of: byte) else { return nil }
      accumulator = accumulator << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)))
        accumulator &= (1 << UInt32(bits)) - 1
      }
    }
    guard bits < 6, accumulator == 0 else { return nil }
    return bytes
  }

  /// The text form of `bytes`, without padding.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var accumulator: UInt32 = 0
    var bits = 0
    func append(_ value: UInt32) { text.append(alphabet[Int(value & 0x3F)]) }
    for byte in bytes {
      accumulator = accumulator << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        append(accumulator >> UInt32(bits))
        accumulator &= (1 << UInt32(bits)) - 1
      }
    }
    if bits > 0 { append(accumulator << UInt32(6 - bits)) }
    return String(decoding: text, as: UTF8.self)
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case 0x2D: 62
    case 0x5F: 63
    default: nil
    }
  }
}
