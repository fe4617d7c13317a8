/// The neutraliser, the redaction, and the fields that hold times.
enum TextTarget {
  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for limit in [1, 16, Neutralized.defaultLimit] {
      let shown = Neutralized(text, limit: limit).text
      requirePlain(shown)
      require(shown.unicodeScalars.count <= limit + 4, "\(limit): \(shown.unicodeScalars.count)")
    }
    requirePlain(Neutralized.quoted(text).text)
    let secret = "pypi-AgEIcHlwaS5vcmcCJDQ5-_x"
    for marked in [secret, String(secret.prefix(20)), Base64URL.encode(Array(secret.utf8))] {
      let redacted = SecretRedaction(Secret(secret)).apply(to: text + marked + text)
      require(!redacted.contains(marked), "\(redacted.debugDescription)")
    }
    let response = HTTPResponse(status: 503, fields: [("retry-after", text), ("date", text)])
    let wait = response.retryAfter(now: UnixTime(1_795_000_000))
    require(wait.map { $0 >= .zero } ?? true, "\(String(describing: wait))")
    _ = try? JSONReader().read(bytes)
    require(
      ((try? JSONReader().read(Array(JSONText.quoted(text).utf8)))?.string).map { $0 == text }
        ?? (text.utf8.count > 30_000),
      "JSON text")
  }
}
