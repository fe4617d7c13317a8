/// Judges a job by rules, all of which have to hold.
public struct RuleGate: JobGate {
  /// The rules.
  public let rules: [JobRule]
  /// What they do with a job that they do not admit.
  public let mode: RuleMode

  /// A gate.
  init(rules: [JobRule], mode: RuleMode) {
    self.rules = rules
    self.mode = mode
  }

  /// Whether a refusal is to be reported alone.
  public var isAudit: Bool { mode == .audit }

  /// Judges a job.
  ///
  /// - Throws: ``ErrorCode/ruleRefused`` about the first rule that does not admit it, with rule, claim and origin of each.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
    let failed = rules.filter { !$0.admits(job) }
    guard let first = failed.first else { return }
    let claim = Neutralized(first.claim.name)
    let found = first.claim.value(job)
    let others: Message =
      failed.count > 1 ? "; \(failed.count - 1) more \(failed.count == 2 ? "does" : "do") not either" : ""
    throw BrokerError(
      .ruleRefused,
      "The rule \(Neutralized(first.path)) does not admit this job to \(Neutralized(registry)): "
        + (found.map { "its \(claim) is \(Neutralized.quoted($0))" } ?? "its identity token says no \(claim)")
        + others + ".",
      remedy: Self.remedy(first, found: found),
      facts: failed.flatMap { rule in
        [
          BrokerError.Fact("rule", "\(Neutralized(rule.path)): \(Neutralized(rule.value))"),
          BrokerError.Fact(
            "claim", "\(Neutralized(rule.claim.name)): \(Neutralized(rule.claim.value(job) ?? "(none)"))"),
          BrokerError.Fact("origin", "\(rule.origin)"),
        ]
      }, causes: failed.map { Self.cause($0, job, registry) })
  }

  private static func cause(_ rule: JobRule, _ job: JobIdentity, _ registry: String) -> Cause {
    let found = rule.claim.value(job)
    let ref = job.ref.map { Message(Neutralized.quoted($0)) } ?? "the ref"
    let fix: Message =
      rule.claim.form.isFlag && found != nil
      ? "Protect \(ref) in the repository's settings, or publish from a ref "
        + "that is protected; the rule is written at \(rule.origin)." : remedy(rule, found: found)
    return Cause(
      "rule-\(Neutralized(rule.claim.name))", .certain,
      "The rule \(Neutralized(rule.path)) wants the \(Neutralized(rule.claim.name)) \(Neutralized(rule.value, limit: 200)), and the job's "
        + (found.map { "is \(Neutralized.quoted($0))." } ?? "identity token says none."), fixes: [fix])
  }

  private static func remedy(_ rule: JobRule, found: String?) -> Message {
    let isOnlyCase = found.map { text in
      rule.choices.contains { GlobPattern($0.pattern.text.lowercased())?.matches(text.lowercased()) == true }
    }
    if isOnlyCase == true { return "Write the rule in the case that the claim has, at \(rule.origin)." }
    return "Run the job where its \(Neutralized(rule.claim.name)) is \(Neutralized(rule.value, limit: 200)), "
      + "or change the rule at \(rule.origin)."
  }
}
