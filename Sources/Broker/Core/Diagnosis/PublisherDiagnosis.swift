/// Why a registry found no trusted publisher for a job.
struct PublisherDiagnosis {
  private let input: DiagnosisInput

  init(_ input: DiagnosisInput) { self.input = input }

  var causes: [Cause] {
    guard let job = input.job else { return input.said + [unseen] }
    let review = input.rules?.review(job) ?? []
    let registry = input.registry
    var causes = input.said + input.suspicions + review
    if let release = input.lastRelease { causes += Self.comparison(of: release, with: job, input) }
    // A cause that leaves no doubt makes the comparison of fields the second step, not the first.
    causes.append(input.rules?.obstacle(job).map { fieldsDiffer(job, beside: $0) } ?? fieldsDiffer(job))
    if job.environment == nil, !job.unknown.contains(.environment),
      !causes.contains(where: { $0.code == "environment-missing" })
    {
      causes.append(
        Cause(
          "environment-missing", .possible,
          "The job names no environment; if the publisher at \(Neutralized(registry)) was registered with one, it does not match.",
          fixes: ["Name the publisher's environment in the job, or register a publisher without one."],
          snippet: input.guide.environment("ENVIRONMENT")))
    }
    return causes
  }

  /// Nothing is known of the job, so that no field can be shown.
  private var unseen: Cause {
    let project = input.project.map { " for \(Neutralized($0, limit: 128))" as Message } ?? ""
    let registry = Neutralized(input.registry)
    return Cause(
      "publisher-differs", .likely,
      "Something that \(registry) compares differs from what is registered there\(project), or no trusted publisher is "
        + "registered; \(registry) does not say which, and the job's values are not shown.",
      fixes: ["Run token-broker check in the same job: it shows each value that \(registry) compares."],
      address: input.rules?.address(nil, input.project))
  }

  // MARK: What the last release says

  /// A cause for each field in which a job differs from the publisher of the last release.
  static func comparison(of release: PublishedRelease, with job: JobIdentity, _ input: DiagnosisInput) -> [Cause] {
    let address = input.rules?.address(job, release.project)
    guard release.family == job.family else {
      return [
        Cause(
          "provider-differs", .likely,
          "\(release.words) was published from \(release.family); this job runs at \(job.family).",
          fixes: ["Publish from \(release.family), or add a trusted publisher for this job."],
          fields: input.rules?.fields(for: job) ?? [], address: address)
      ]
    }
    if let obstacle = input.rules?.obstacle(job) {
      return [
        Cause(
          "issuer-differs", .likely,
          "\(release.words) was published from the hosted service of \(release.family); this job has another issuer. "
            + obstacle.summary, fixes: obstacle.fixes, fields: [Cause.Field("Issuer", job.issuer)])
      ]
    }
    return FieldDifference.between(job, and: release.values, rules: input.rules).map { difference in
      Cause(
        difference.code, .likely,
        "\(release.words) was published by \(release.publisher); this job is \(PublishedRelease.words(of: job)) "
          + "(\(difference.label): \(difference.manner)).",
        fixes: fixes(difference), fields: [difference.row], address: address,
        snippet: difference.field.role == .environment ? input.guide.environment(difference.expected) : nil)
    }
  }

  private static func fixes(_ difference: FieldDifference) -> [Message] {
    let expected = Neutralized.marked(difference.expected)
    return switch difference.field.role {
    case .environment:
      ["Name the environment \(expected) in the job, or add a trusted publisher for this job as it is."]
    case .file:
      ["Publish from \(expected), or add a trusted publisher for this file."]
    case .repository:
      ["If the repository was renamed or moved, add a trusted publisher with its name of today."]
    case .other:
      ["Publish from a job with the \(difference.field.words) \(expected), or add a trusted publisher for this job."]
    }
  }

  // MARK: What cannot be told apart

  /// For a job of another issuer than the form means: these values alone are not to be registered.
  private func fieldsDiffer(_ job: JobIdentity, beside obstacle: Cause) -> Cause {
    Cause(
      "publisher-differs", .possible,
      "If \(Neutralized(input.registry)) knows the issuer, one of these fields differs from the publisher that is registered for it. "
        + obstacle.summary,
      fixes: [
        "Compare each value, the issuer first, with the trusted publisher's settings; register none of them without the "
          + "issuer."
      ], fields: input.rules?.fields(for: job) ?? [])
  }

  private func fieldsDiffer(_ job: JobIdentity?) -> Cause {
    let hasRelease = input.lastRelease != nil && job?.family == input.lastRelease?.family
    let certainty: Cause.Certainty = hasRelease ? .possible : .likely
    let project: Message = input.project.map { " for \(Neutralized($0, limit: 128))" } ?? ""
    let asExpected: Message = input.expectations.isEmpty ? "" : "The job is the one that expect describes. "
    return Cause(
      "publisher-differs", certainty,
      "\(asExpected)One of these fields differs from what is registered at \(Neutralized(input.registry))\(project), or no trusted publisher is "
        + "registered; \(Neutralized(input.registry)) does not say which.",
      fixes: [
        "Compare each value with the trusted publisher's settings; where one differs, change it there or in the job.",
        input.project == nil
          ? "If there is none yet, register it with exactly these values."
          : "If there is none yet, register it with exactly these values (a project that does not exist yet needs a "
            + "pending publisher).",
      ],
      fields: job.flatMap { input.rules?.fields(for: $0) } ?? [],
      address: input.rules?.address(job, input.project))
  }
}
