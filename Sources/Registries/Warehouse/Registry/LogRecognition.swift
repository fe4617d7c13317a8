import BrokerCore

/// Finds one of PyPI's refusals in the text of a log, whichever client wrote it.
enum LogRecognition {
  /// Codes, and the texts that stand for one where a client leaves the code out.
  private static let signs: [(text: String, code: String)] = [
    ("invalid-publisher", "invalid-publisher"), ("invalid-pending-publisher", "invalid-pending-publisher"),
    ("invalid-reuse-token", "invalid-reuse-token"), ("invalid-payload", "invalid-payload"),
    ("invalid-token", "invalid-token"), ("not-enabled", "not-enabled"),
    ("no corresponding publisher", "invalid-publisher"),
    ("Publisher with matching claims was not found", "invalid-publisher"),
    ("All lookup strategies exhausted", "invalid-publisher"), ("invalid token: already used", "invalid-reuse-token"),
    ("valid token, but project already exists", "invalid-pending-publisher"),
    ("unknown trusted publishing issuer", "invalid-payload"), ("malformed or invalid token", "invalid-token"),
    ("publishing functionality not enabled", "not-enabled"),
  ]

  /// The refusal; nil if there is none.
  static func refusal(in log: String) -> Refusal? {
    let log = LogText(log.utf8)
    for sign in signs {
      guard let start = log.firstIndex(of: sign.text) else { continue }
      return Refusal(
        status: 422, code: sign.code, text: String(decoding: log.bytes[start...].prefix(512), as: UTF8.self))
    }
    return nil
  }
}
