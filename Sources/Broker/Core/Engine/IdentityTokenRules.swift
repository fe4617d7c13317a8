/// The rules that an identity token has to pass before it is sent to a registry.
struct IdentityTokenRules {
  private let registry: String
  private let origin: Origin
  private let takesList: Bool

  /// The rules of `target`.
  init(_ target: any Registry) {
    registry = target.name
    origin = target.uploadURL.origin
    takesList = target.capabilities.takesAudienceList
  }

  /// Refuses a token that is not made out to `audience` alone.
  func check(_ token: IdentityToken, isFor audience: Audience) throws(BrokerError) {
    let claim = token.claims.audience
    if case .single(let name) = claim, Audience(name) == audience { return }
    if takesList, case .list(let names) = claim, names.count == 1, Audience(names[0]) == audience { return }
    let isList = if case .list = claim { true } else { false }
    throw BrokerError(
      .identityTokenAudience,
      "The identity token for \(Neutralized(registry)) is made out to \(claim), not to \(audience); it was not sent.",
      remedy: isList
        ? "Give a single string as the audience, not a list: \(Neutralized(registry)) refuses lists."
        : "Ask for the audience \(audience) where the token is made.")
  }

  /// Refuses a token of a rehearsal in reality and the reverse, and one that is not valid by the two clocks.
  ///
  /// - Returns: By how many seconds this machine's clock is off; nil if that does not matter.
  func check(_ token: IdentityToken, now: UnixTime, serverTime: UnixTime?) throws(BrokerError) -> Int64? {
    let isSandbox = origin.isLoopback
    guard token.isRehearsal == isSandbox, isSandbox || origin.scheme == .https else {
      throw BrokerError(
        .rehearsalBoundary,
        token.isRehearsal
          ? "A sandbox's identity token was not sent to \(origin.authority): rehearsal and reality do not mix."
          : "A real identity token was not sent to \(origin.authority), which is this machine.",
        remedy: token.isRehearsal
          ? "Set TOKEN_BROKER_SANDBOX as the sandbox printed it, or run in a CI job."
          : "Unset TOKEN_BROKER_SANDBOX, and configure the registry's own https address. In a plug-in's tests, whose registry "
            + "is on this machine, take a token whose header has \"kid\": \"token-broker-sandbox\".")
    }
    switch ClockCheck.judge(token.claims, now: now, serverTime: serverTime) {
    case .valid: return nil
    case .clockIsOff(let seconds): return seconds
    case .expired(let seconds):
      throw BrokerError(
        .identityTokenExpired,
        "The identity token for \(Neutralized(registry)) expired \(seconds) s ago; it was not sent.",
        remedy: "Mint early in the job, or give the job a longer timeout: the token lives as long as that.")
    case .notYetValid(let seconds):
      throw BrokerError(
        .identityTokenExpired,
        "The identity token for \(Neutralized(registry)) is valid in \(seconds) s only; it was not sent.",
        remedy: "Set the issuer's clock: this machine's and the registry's agree.")
    }
  }
}
