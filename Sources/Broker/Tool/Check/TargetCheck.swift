import BrokerCore

/// Turns what was seen of a target into items: pure.
struct TargetCheck: Sendable {
  let target: Target
  let evidence: Evidence
  /// Why the way up to the exchange ended; nil if it did not.
  let failure: BrokerError?
  let input: DiagnosisInput
  let supply: IdentityTokenSupply?
  let registries: [String]
  let now: UnixTime

  /// What was seen of the job itself.
  var job: [CheckItem] { checks.job }

  /// What was seen of the target; each cause stands in one item.
  var items: [CheckItem] { Self.saidOnce(all) }

  private var checks: JobChecks { JobChecks(input, supply: supply, registries: registries) }

  private var all: [CheckItem] {
    let failed = failure.map { CheckItem(Self.name(of: $0, evidence), .fail, $0.message, causes: Self.causes(of: $0)) }
    var items = [audience, clock, identityToken].compactMap { $0 }
    items += checks.items
    items += evidence.audited.map { CheckItem("rules", .warn, "Audit: \($0.message)", causes: Self.causes(of: $0)) }
    guard let failed else {
      return items + [
        CheckItem("rules", .pass, "The rules that are in force admit the job to \(Neutralized(target.name)).")
      ]
    }
    // The comparison with what is expected has an item of its own, with both values.
    if failure?.code == .expectationFailed, items.contains(where: { $0.name == "expect" }) { return items }
    items.removeAll { $0.name == failed.name }
    items.insert(failed, at: min(items.count, failed.name == "audience" ? 0 : 1))
    return items
  }

  /// The items without causes that one before them has, and without those that said nothing else.
  static func saidOnce(_ items: [CheckItem]) -> [CheckItem] {
    var said: Set<String> = []
    return items.compactMap { item in
      let causes = item.causes.filter { said.insert($0.code.text).inserted }
      guard !causes.isEmpty || item.causes.first?.summary != item.sentence else { return nil }
      return CheckItem(item.name, item.outcome, item.sentence, causes: causes)
    }
  }

  /// The causes; a failure that says it all has one made of its remedy.
  static func causes(of error: BrokerError) -> [Cause] {
    guard error.causes.isEmpty, let remedy = error.remedy else { return error.causes }
    return [Cause("\(error.code)", .certain, error.message, fixes: [remedy])]
  }

  private static func name(of error: BrokerError, _ evidence: Evidence) -> Message {
    if error.status == .identity || error.code == .identityTokenAudience { return "identity-token" }
    if error.code == .audienceRefused || error.status == .registry { return "audience" }
    if error.code == .expectationFailed { return "expect" }
    if error.status == .rule { return "rules" }
    return evidence.acceptedAudience == nil ? "audience" : "identity-token"
  }

  private var audience: CheckItem? {
    guard let audience = evidence.acceptedAudience else { return nil }
    guard evidence.audience != nil else {
      return CheckItem("audience", .pass, "\(Neutralized(target.name)) is known by \(audience), and is not asked.")
    }
    return CheckItem(
      "audience", .pass,
      "\(target.host) asks for \(audience), "
        + (target.expectedAudience != nil ? "the one it is known by." : "which names its own host."))
  }

  private var clock: CheckItem? {
    guard let skew = evidence.clockSkew else { return nil }
    guard skew.magnitude > 30 else {
      return CheckItem("clock", .pass, "This machine's clock and the registry's agree.")
    }
    let direction: Message = skew > 0 ? "ahead of" : "behind"
    return CheckItem(
      "clock", .warn, "This machine's clock is \(skew.magnitude) s \(direction) the registry's.",
      causes: [Cause("clock-off", .certain, "The two clocks differ.", fixes: ["Set this machine's clock with NTP."])])
  }

  private var identityToken: CheckItem? {
    guard let token = evidence.token else { return nil }
    guard let expires = token.expires else {
      return CheckItem(
        "identity-token", .warn, "It is made out to \(token.audience), and does not say until when it is valid.")
    }
    // By the registry's clock where it is known: that is the one that counts.
    let life = max(0, expires.seconds(since: now.advanced(by: -max(evidence.clockSkew ?? 0, -.max))))
    return CheckItem("identity-token", .pass, "It is made out to \(token.audience), and expires in \(life) s.")
  }
}
