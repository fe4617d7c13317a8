/// Refuses a job that is not the one its configuration expects, before its identity token is sent.
public struct ExpectationGate: JobGate {
  private let expectations: Expectations
  private let rules: PublisherRules?

  /// A gate that compares as the registry's rules do.
  public init(_ expectations: Expectations, rules: PublisherRules?) {
    self.expectations = expectations
    self.rules = rules
  }

  /// Compares the job with what is expected.
  ///
  /// - Throws: ``ErrorCode/expectationFailed`` with a cause for each field that differs, both values side by side.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
    let causes = causes(for: job, registry: registry)
    guard let first = causes.first else { return }
    throw BrokerError(
      .expectationFailed,
      "The job is not the one that registries.\(Neutralized(registry)).expect describes; its identity token was not sent.",
      remedy: first.fixes.first, causes: causes)
  }

  /// What to change, the likeliest first; empty for a job that is as expected.
  public func causes(for job: JobIdentity, registry: String) -> [Cause] {
    var input = DiagnosisInput(BrokerError(.expectationFailed, ""), registry: registry)
    input.job = job
    input.capabilities.publishers = rules
    input.expectations = [expectations]
    return ExpectationDiagnosis(input).causes
  }
}
