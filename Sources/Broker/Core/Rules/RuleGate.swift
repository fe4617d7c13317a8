/// Judges a job by rules, all of which have to hold.
public struct RuleGate: JobGate {
  /// The rules.
  public let rules: [JobRule]
  /// What they do with a job that they do not admit.
  public let mode: RuleMode
  private let jobs: [JobKind]

  /// A gate; `jobs` says what is known of the claims.
  init(rules: [JobRule], mode: RuleMode, jobs: [JobKind]) {
    self.rules = rules
    self.mode = mode
    self.jobs = jobs
  }

  /// Whether a refusal is to be reported alone.
  public var isAudit: Bool { mode == .audit }

  /// Judges a job.
  ///
  /// - Throws: ``ErrorCode/ruleRefused`` about the first rule that does not admit it, with a cause for each: rule, claim and
  ///   origin. Where a refusal is only reported, these are its facts.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
    let failed = rules.filter { $0.concerns(job) && !$0.admits(job) }
    guard let first = failed.first else { return }
    let others: Message =
      failed.count > 1 ? "; \(failed.count - 1) more \(failed.count == 2 ? "does" : "do") not either" : ""
    throw BrokerError(
      .ruleRefused, "The rule \(Neutralized(first.path)) does not admit this job to \(Neutralized(registry))\(others).",
      remedy: remedy(first, job),
      facts: isAudit ? failed.flatMap { Self.facts($0, job) } : [], causes: failed.map { cause($0, job) })
  }

  private static func facts(_ rule: JobRule, _ job: JobIdentity) -> [BrokerError.Fact] {
    [
      BrokerError.Fact("rule", "\(Neutralized(rule.path)): \(Neutralized(rule.value))"),
      BrokerError.Fact("claim", "\(Neutralized(rule.claim.name)): \(Neutralized(rule.claim.value(job) ?? "(none)"))"),
      BrokerError.Fact("origin", "\(rule.origin)"),
    ]
  }

  private func cause(_ rule: JobRule, _ job: JobIdentity) -> Cause {
    let found = rule.claim.value(job)
    let claim = Neutralized(rule.claim.name)
    let ref = job.ref.map { Message(Neutralized.quoted($0)) } ?? "the ref"
    let fix: Message =
      rule.claim.form.isFlag && found != nil
      ? "Protect \(ref) in the repository's settings, or publish from a ref "
        + "that is protected; the rule is written at \(rule.origin)." : remedy(rule, job)
    let source: Message =
      kind(of: job)?.claims[rule.claim.name].map { $0 == rule.claim.name ? "" : " (claim \(Neutralized($0)))" } ?? ""
    let facts: Message =
      if let found {
        "its \(claim) is \(Neutralized.quoted(found))\(source)."
      } else if let kind = kindWithout(rule, job) {
        "identity tokens of \(kind.family) have no \(claim)."
      } else {
        "its identity token says no \(claim)\(source)."
      }
    return Cause(
      "rule-\(claim)", .certain,
      "\(Neutralized(rule.path)) wants the \(claim) \(Neutralized(rule.value, limit: 200)), and this job is another: "
        + facts, fixes: [fix])
  }

  private func kind(of job: JobIdentity) -> JobKind? { jobs.first { $0.family == job.family } }

  /// The kind of a job, if its identity tokens never have what a rule is compared with.
  private func kindWithout(_ rule: JobRule, _ job: JobIdentity) -> JobKind? {
    kind(of: job).flatMap { $0.mayHave(rule.claim) ? nil : $0 }
  }

  private func remedy(_ rule: JobRule, _ job: JobIdentity) -> Message {
    let claim = Neutralized(rule.claim.name)
    guard let found = rule.claim.value(job) else {
      if let kind = kindWithout(rule, job) {
        return rule.provider == nil
          ? "Move the rule at \(rule.origin) to providers.NAME.rules of a provider whose jobs have it."
          : "Remove the rule at \(rule.origin): no job of \(kind.family) can pass it."
      }
      return change(rule)
    }
    let isOnlyCase = rule.choices.contains {
      GlobPattern($0.pattern.text.lowercased())?.matches(found.lowercased()) == true
    }
    if isOnlyCase { return "Write the rule in the case that the claim has, at \(rule.origin)." }
    if rule.claim.name == "owner-id", let owner = job.owner, owner.utf8.contains(0x2F) {
      return
        "If the job is meant, write \(Neutralized.quoted(found)) beside the ids at \(rule.origin): that is the \(claim) of "
        + "\(Neutralized(owner, limit: 120)) alone, and the id of a namespace above it stands for none below."
    }
    return change(rule)
  }

  private func change(_ rule: JobRule) -> Message {
    "Run the job where its \(Neutralized(rule.claim.name)) is \(Neutralized(rule.value, limit: 200)), "
      + "or change the rule at \(rule.origin)."
  }
}
