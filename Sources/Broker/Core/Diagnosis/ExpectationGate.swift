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

  /// A cause for each field that differs; of another provider's job, one for that alone.
  public func causes(for job: JobIdentity, registry: String) -> [Cause] {
    if let family = expectations.family, family != job.family {
      return [
        Cause(
          "provider-differs", .certain,
          "A job at \(family) is expected for \(Neutralized(registry)), and this one runs at \(job.family).",
          fixes: [
            "Publish from \(family), or change registries.\(Neutralized(registry)).expect if the publisher was changed."
          ])
      ]
    }
    return FieldDifference.between(job, and: expectations.fields, rules: rules).map { difference in
      let expected = Neutralized.marked(difference.expected)
      return Cause(
        difference.code, .certain,
        "The \(difference.field.words) is expected to be \(expected): \(difference.manner).",
        fixes: [
          difference.field.role == .environment
            ? "Name the environment \(expected) in the job."
            : "Run the publishing job with the \(difference.field.words) \(expected).",
          "If the publisher was changed at \(Neutralized(registry)), change registries.\(Neutralized(registry)).expect.\(Neutralized(difference.field.name)).",
        ], fields: [difference.row])
    }
  }
}
