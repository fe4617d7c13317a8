extension Engine {
  /// An identity token for a program that is no registry: hidden, and made out to one audience alone.
  ///
  /// It is bound to no origin: no request takes it.
  ///
  /// - Throws: If there is none, within the policy; ``ErrorCode/identityTokenAudience`` if it is made out to others.
  public func identityToken(
    for audience: Audience, from source: any IdentityTokenSource
  ) async throws(BrokerError) -> IdentityToken {
    try await policy.repeating(by: time) { () async throws(BrokerError) in try await received(source, audience) }
  }

  private func received(
    _ source: any IdentityTokenSource, _ audience: Audience
  ) async throws(BrokerError) -> IdentityToken {
    let token = try await source.identityToken(for: audience)
    try hide(.identityTokenReceived(registry: audience.value, token, source.job(from: token.claims)))
    guard case .single(let name) = token.claims.audience, Audience(name) == audience else {
      throw BrokerError(
        .identityTokenAudience,
        "The identity token is made out to \(token.claims.audience), not to \(audience); it was given to nobody.",
        remedy: "Ask for the audience \(audience) where the token is made.")
    }
    return token
  }
}
