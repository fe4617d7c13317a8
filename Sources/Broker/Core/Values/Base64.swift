/// Base64 with padding (RFC 4648, section 4), as HTTP's basic authentication uses it (RFC 7617, section 2).
package enum Base64 {
  /// The decoded bytes; nil if a character is outside the alphabet or the length is impossible.
  package static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.count % 4 == 0, !text.utf8.contains(where: { $0 == 0x2D || $0 == 0x5F }) else { return nil }
    // "+" and "/" are "-" and "_" there.
    return Base64URL.decode(
      String(decoding: text.utf8.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }, as: UTF8.self))
  }

  /// The text form of `bytes`, padded to a multiple of four characters.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text = Base64URL.encode(bytes).utf8.map { $0 == 0x2D ? 0x2B : $0 == 0x5F ? 0x2F : $0 }
    text += [UInt8](repeating: 0x3D, count: (4 - text.count % 4) % 4)
    return String(decoding: text, as: UTF8.self)
  }
}
