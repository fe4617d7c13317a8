public import BrokerCore

/// Makes identity tokens.
///
/// There is no signature library to sign with, so that the signature is random, and the sandbox's indexes accept exactly
/// the tokens that its issuers made.
public enum SandboxToken {
  /// A JWT with a payload, whose header says that it is a rehearsal's.
  public static func make(_ payload: [(String, JSONText.Value)]) -> String {
    let header = #"{"alg":"RS256","kid":"\#(IdentityToken.rehearsalKeyID)","typ":"JWT"}"#
    let parts = [Array(header.utf8), Array(JSONText.compact(.object(payload)).utf8), randomBytes(256)]
    return parts.map(Base64URL.encode).joined(separator: ".")
  }

  /// Random bytes.
  public static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    // Eight at a time: each number is a system call.
    while bytes.count < count {
      var number = generator.next()
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: number))
        number >>= 8
      }
    }
    return Array(bytes.prefix(count))
  }

  /// A random identifier of the usual form (RFC 9562, version 4).
  public static func identifier() -> String {
    let digits = randomBytes(16).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0\(text)" : text
    }.joined()
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text += "-" }
      text.append(index == 12 ? "4" : digit)
    }
    return text
  }
}
