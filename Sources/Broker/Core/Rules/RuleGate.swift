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
  /// - Throws: ``ErrorCode/ruleRefused`` about the first rule that does not admit it, with a cause for each: rule, claim and
  ///   origin. Where a refusal is only reported, these are its facts.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
    let failed = rules.filter { !$0.admits(job) }
    guard let first = failed.first else { return }
    let others: Message =
      failed.count > 1 ? "; \(failed.count - 1) more \(failed.count == 2 ? "does" : "do") not either" : ""
    throw BrokerError(
      .ruleRefused, "The rule \(Neutralized(first.path)) does not admit this job to \(Neutralized(registry))\(others).",
      remedy: Self.remedy(first, found: first.claim.value(job)),
      facts: isAudit ? failed.flatMap { Self.facts($0, job) } : [], causes: failed.map { Self.cause($0, job) })
  }

  private static func facts(_ rule: JobRule, _ job: JobIdentity) -> [BrokerError.Fact] {
    [
      BrokerError.Fact("rule", "\(Neutralized(rule.path)): \(Neutralized(rule.value))"),
      BrokerError.Fact("claim", "\(Neutralized(rule.claim.name)): \(Neutralized(rule.claim.value(job) ?? "(none)"))"),
      BrokerError.Fact("origin", "\(rule.origin)"),
    ]
  }

  private static func cause(_ rule: JobRule, _ job: JobIdentity) -> Cause {
    let found = rule.claim.value(job)
    let claim = Neutralized(rule.claim.name)
    let ref = job.ref.map { Message(Neutralized.quoted($0)) } ?? "the ref"
    let fix: Message =
      rule.claim.form.isFlag && found != nil
      ? "Protect \(ref) in the repository's settings, or publish from a ref "
        + "that is protected; the rule is written at \(rule.origin)." : remedy(rule, found: found)
    return Cause(
      "rule-\(claim)", .certain,
      "\(Neutralized(rule.path)) wants the \(claim) \(Neutralized(rule.value, limit: 200)), and this job is another: "
        + (found.map { "its \(claim) is \(Neutralized.quoted($0))." } ?? "its identity token says no \(claim)."),
      fixes: [fix])
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
