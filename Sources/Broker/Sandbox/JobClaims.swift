import BrokerCore

/// The claims of a job that the sandbox plays.
struct JobClaims: Sendable {
  let provider: SandboxProvider
  let overrides: [SandboxClaim]

  /// The payload of a token.
  func payload(audience: String, identifier: String, now: UnixTime) -> [(String, JSONText.Value)] {
    let common: [(String, JSONText.Value)] = [
      ("iss", .string(provider.issuer)), ("aud", .string(audience)), ("jti", .string(identifier)),
      ("iat", .integer(now.seconds)), ("nbf", .integer(now.advanced(by: -5).seconds)),
      ("exp", .integer(now.advanced(by: provider.tokenLifetime).seconds)),
    ]
    var claims = common + provider.claims.map { ($0.name, .string($0.value)) }
    for claim in provider.otherClaims + overrides {
      let index = claims.firstIndex { $0.0 == claim.name }
      switch (index, claim.value) {
      case (let index?, let value?): claims[index].1 = value
      case (let index?, nil): claims.remove(at: index)
      case (nil, let value?): claims.append((claim.name, value))
      case (nil, nil): break
      }
    }
    return claims
  }

  /// A claim that is a string, after the overrides.
  func text(_ name: String) -> String? {
    if let claim = overrides.last(where: { $0.name == name }) {
      if case .string(let text)? = claim.value { return text }
      return nil
    }
    return provider.claims.first { $0.name == name }?.value
  }
}
