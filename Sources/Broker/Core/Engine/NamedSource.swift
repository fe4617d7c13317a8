/// A source whose jobs say by which provider they were recognised: rules can be about the jobs of one alone.
struct NamedSource: IdentityTokenSource {
  let base: any IdentityTokenSource
  let provider: String

  var identityVariables: [String] { base.identityVariables }
  var strength: Clue.Strength? { base.strength }
  var guide: ProviderGuide { base.guide }
  var suspicions: [Cause] { base.suspicions }
  var evidence: Clue.Strength? { base.evidence }

  func supply(for audience: Audience) -> IdentityTokenSupply { base.supply(for: audience) }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    try await base.identityToken(for: audience)
  }

  func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken] {
    try base.heldTokens(for: audience)
  }

  func job(from claims: Claims) -> JobIdentity {
    var job = base.job(from: claims)
    job.provider = provider
    return job
  }
}
