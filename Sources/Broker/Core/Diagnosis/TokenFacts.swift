/// What an identity token says about itself, without the token.
public struct TokenFacts: Sendable, Equatable {
  /// The `aud` claim.
  public var audience: AudienceClaim
  /// The `iat` claim.
  public var issued: UnixTime?
  /// The `nbf` claim.
  public var notBefore: UnixTime?
  /// The `exp` claim.
  public var expires: UnixTime?

  /// The facts of a token's claims.
  public init(_ claims: Claims) {
    audience = claims.audience
    issued = claims.time("iat")
    notBefore = claims.time("nbf")
    expires = claims.time("exp")
  }
}
