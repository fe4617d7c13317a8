/// Why a job is not the one that a configuration expects, and what to change, at the end where that is possible.
struct ExpectationDiagnosis {
  private let input: DiagnosisInput

  init(_ input: DiagnosisInput) { self.input = input }

  /// The causes; empty for a job that is as expected.
  var causes: [Cause] {
    guard let job = input.job else { return [] }
    let found = input.expectations.flatMap { causes(of: $0, job) }
    guard !found.isEmpty, let elsewhere = input.elsewhere(job) else { return Diagnosis.ranked(found) }
    // One of the two is wrong: where it publishes to, or what it is.
    return [
      Cause(
        elsewhere.code, .certain, elsewhere.summary,
        fixes: elsewhere.fixes.prefix(1) + found.compactMap { $0.fixes.first }.map { "If it is to: \($0)" as Message },
        fields: found.flatMap(\.fields), snippet: found.lazy.compactMap(\.snippet).first)
    ]
  }

  private func causes(of expectations: Expectations, _ job: JobIdentity) -> [Cause] {
    let registry = Neutralized(input.registry)
    if let family = expectations.family, family != job.family {
      return [
        Cause(
          "provider-differs", .certain,
          "A job at \(family) is expected for \(registry), and this one runs at \(job.family).",
          fixes: ["Publish from \(family), or change registries.\(registry).expect if the publisher was changed."])
      ]
    }
    let differences = FieldDifference.between(job, and: expectations.fields, rules: input.rules)
    guard !differences.isEmpty else { return [] }
    // What the environment and the claims show themselves explains the fields that differ.
    let seen = input.suspicions + (input.rules?.review(job) ?? [])
    let called = differences.firstIndex { $0.field.role == .file }.flatMap { index in
      seen.first { $0.explains == .file }.map { cause in (index, calling(cause, differences[index])) }
    }
    let isForeign = seen.contains { $0.explains == .repository }
    let moved = differences.filter { $0.field.role == .repository }
    return seen.filter { $0.explains == .repository && !moved.isEmpty }.map { cause in
      Cause(cause.code, .certain, cause.summary, fixes: cause.fixes, fields: moved.map(\.row), snippet: cause.snippet)
    }
      + [called?.1].compactMap { $0 }
      + differences.enumerated().filter { index, difference in
        index != called?.0 && !(isForeign && difference.field.role == .repository)
      }.map { _, difference in
        DifferenceCause(
          difference: difference, job: job, input: input,
          key: "registries.\(registry).expect.\(Neutralized(difference.field.name))"
        ).cause(
          .certain,
          "The \(difference.field.words) is expected to be \(Neutralized.marked(difference.expected)): "
            + "\(difference.manner).")
      }
  }

  /// A called file, where the calling one is expected.
  private func calling(_ cause: Cause, _ difference: FieldDifference) -> Cause {
    let key: Message = "registries.\(Neutralized(input.registry)).expect.\(Neutralized(difference.field.name))"
    let isCallable = difference.actual != nil && cause.certainty < .certain
    let fixes =
      isCallable
      ? [
        "Register a publisher at \(Neutralized(input.registry)) with the \(difference.field.words) "
          + "\(Neutralized.marked(difference.actual ?? "")), and change \(key) to that.",
        "Define the publishing job in \(Neutralized.marked(difference.expected)) itself.",
      ] : cause.fixes
    return Cause(
      cause.code, .certain, cause.summary, fixes: fixes, fields: [difference.row],
      address: isCallable ? input.job.flatMap { input.address($0) } : nil)
  }
}

extension DiagnosisInput {
  /// Another registry of the configuration whose expectations the job meets, where this one's do not say the same.
  func elsewhere(_ job: JobIdentity) -> Cause? {
    guard
      let other = background.targets.first(where: { target in
        target.name != registry && !target.expectations.isEmpty && target.expects(job)
      }), !(expectations.contains { !$0.fields.isEmpty } && Target.meets(job, expectations, rules))
    else { return nil }
    let (here, name) = (Neutralized(registry), Neutralized(other.name))
    return Cause(
      "wrong-index", .likely,
      "The job is the one that registries.\(name).expect describes, and it was to publish to \(here).",
      fixes: [
        "Give the command the target \(name) in this job, not \(here); \(here) needs a job of its own.",
        "If this job is to publish to \(here), register a publisher at \(here) with these values.",
      ], fields: rules?.fields(for: job) ?? [], address: address(job))
  }
}

extension Target {
  /// Whether a job is as this target expects.
  fileprivate func expects(_ job: JobIdentity) -> Bool {
    Self.meets(job, expectations, registry.capabilities.publishers)
  }

  /// Whether a job is as all expectations say.
  static func meets(_ job: JobIdentity, _ expectations: [Expectations], _ rules: PublisherRules?) -> Bool {
    expectations.allSatisfy { expected in
      (expected.family ?? job.family) == job.family
        && FieldDifference.between(job, and: expected.fields, rules: rules).isEmpty
    }
  }
}
