/// Base64 with padding (RFC 4648, section 4), as HTTP's basic authentication uses it (RFC 7617, section 2).
package enum Base64 {
  /// The decoded bytes; nil if a character is outside the alphabet or the length is impossible.
  package static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.count % 4 == 0, !text.utf8.contains(where: { $0 == 0x2D || $0 == 0x5F }) else { return nil }
    return Base64URL.decode(text.replacing(alphabet: ("+", "/"), by: ("-", "_")))
  }

  /// The text form of `bytes`, padded to a multiple of four characters.
  package static func encode(_ bytes: [UInt8]) -> String {
    let text = Base64URL.encode(bytes).replacing(alphabet: ("-", "_"), by: ("+", "/"))
    return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
  }
}

extension String {
  /// Exchanges the two characters in which the alphabets of base64 and base64url differ.
  fileprivate func replacing(
    alphabet old: (Unicode.Scalar, Unicode.Scalar), by new: (Unicode.Scalar, Unicode.Scalar)
  ) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: unicodeScalars.lazy.map { $0 == old.0 ? new.0 : $0 == old.1 ? new.1 : $0 })
    return text
  }
}
