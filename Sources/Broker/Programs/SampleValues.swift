import BrokerCore

/// The values that a program under test is given in place of secrets: identity tokens that are well-formed, good for nothing,
/// and different in each run.
struct SampleValues: Sendable {
  /// The audience that they are made out to.
  let audience: Audience
  /// What the variables hold, by name.
  let variables: [String: String]
  /// An identity token for a request.
  let identityToken: Secret
  /// An API token for a request.
  let credential: Secret

  /// All of them.
  var secrets: [Secret] { variables.values.map { Secret($0) } + [identityToken, credential] }

  init(_ names: [String], audience: Audience, now: UnixTime) {
    self.audience = audience
    variables = Dictionary(
      names.map { ($0, Self.token(audience, now)) }, uniquingKeysWith: { first, _ in first })
    identityToken = Secret(Self.token(audience, now))
    credential = Secret("sample-\(Self.random())\(Self.random())")
  }

  /// The header says that it is a rehearsal's, so that it is good for nothing where it counts.
  private static func token(_ audience: Audience, _ now: UnixTime) -> String {
    let header = JSONText.Value.object([("alg", "RS256"), ("kid", .string(IdentityToken.rehearsalKeyID))])
    let payload = JSONText.Value.object([
      ("jti", .string(random())), ("iss", "https://ci.invalid"), ("sub", .string("job:\(random())")),
      ("aud", .string(audience.value)), ("iat", .integer(now.seconds)), ("exp", .integer(now.seconds + 600)),
    ])
    return [JSONText.compact(header), JSONText.compact(payload), random() + random()]
      .map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
  }

  private static func random() -> String {
    (0..<2).map { _ in String(UInt64.random(in: 1 << 60 ... .max), radix: 36) }.joined()
  }
}
