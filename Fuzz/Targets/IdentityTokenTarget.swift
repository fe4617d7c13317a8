/// Identity tokens.
enum IdentityTokenTarget {
  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    check(text)
    // Most inputs would end at the first dot; this way each is a payload, too.
    check("eyJhbGciOiJSUzI1NiJ9.\(Base64URL.encode(bytes)).c2ln")
    require(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "base64url")
  }

  private static func check(_ text: String) {
    do throws(BrokerError) {
      let token = try IdentityToken(Secret(text), from: "The input")
      require(text.split(separator: ".", omittingEmptySubsequences: false).count == 3, "parts")
      for name in ["exp", "nbf", "iat"] { _ = token.claims.time(name) }
      requirePlain(token.claims.audience.description)
      _ = ClockCheck.judge(token.claims, now: UnixTime(1_795_000_000), serverTime: UnixTime(1_795_000_000))
      _ = GitHubClaims.job(from: token.claims)
      _ = GitLabClaims.job(from: token.claims)
    } catch {
      require(error.status == .identity, "\(error)")
      requirePlain(error)
    }
  }
}
