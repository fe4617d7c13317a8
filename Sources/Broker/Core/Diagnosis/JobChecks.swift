/// Looks at a job before it publishes: for what a registry would refuse, and for what works but is a risk (pure).
public struct JobChecks: Sendable {
  /// What concerns one registry, in the order it is shown.
  public let items: [CheckItem]
  /// What the job is, wherever it publishes to.
  public let job: [CheckItem]

  /// Looks at the job, the token and the last release in `input`; `registries` are those that this job publishes to.
  public init(_ input: DiagnosisInput, supply: IdentityTokenSupply?, registries: [String]) {
    guard let job = input.job else {
      (items, self.job) = ([], [])
      return
    }
    let checks = Checks(input: input, job: job, registries: registries)
    items = [checks.publisher, checks.expectation, checks.project, checks.lastRelease, checks.supply(supply)]
      .compactMap { $0 }
    self.job = [checks.environment, checks.ref, checks.runner].compactMap { $0 }
  }
}

private struct Checks {
  let input: DiagnosisInput
  let job: JobIdentity
  let registries: [String]

  private var registry: String { input.registry }

  // MARK: The registry's rules

  /// The reasons for and against a publisher's match.
  ///
  /// Values that the registry would take are no sign that somebody registered them.
  var publisher: CheckItem? {
    guard let rules = input.rules else { return nil }
    guard let form = rules.form(for: job.family) else {
      return CheckItem("publisher", .fail, "\(Neutralized(registry)) has no form for publishers at \(job.family).")
    }
    let diagnosis = PublisherDiagnosis(input)
    let said = Set((differences + odd).map(\.code.text))
    let doubts = diagnosis.doubts(job).filter { !said.contains($0.code.text) }
    if let first = doubts.first {
      return CheckItem("publisher", first.certainty == .certain ? .fail : .warn, first.summary, causes: doubts)
    }
    // What is expected says which values differ.
    guard differences.isEmpty else { return nil }
    let unsaid =
      form.fields.filter { !$0.isOptional && $0.field.value(of: job) == nil }.map(\.label)
      + (job.issuer == nil ? ["issuer"] : [])
    guard unsaid.isEmpty else {
      return CheckItem(
        "publisher", .warn,
        "The claims do not say the job's \(unsaid.joined(separator: ", ")): whether a publisher matches cannot be told."
      )
    }
    let values = form.fields.map { field -> Message in
      "\(field.label) \(field.field.value(of: job).map { Message(Neutralized.marked($0)) } ?? "(none)")"
    }.joined(separator: ", ")
    let key: Message = "registries.\(Neutralized(registry)).expect"
    if diagnosis.isToldAll(job) {
      return CheckItem("publisher", .pass, "\(key) says that one is registered with these values: \(values).")
    }
    if let release = input.lastRelease, publishes(release, form) {
      return CheckItem(
        "publisher", .pass, "One that matches these values published \(release.words): \(values).")
    }
    // What was published before says which values differ.
    guard input.lastRelease.map({ PublisherDiagnosis.comparison(of: $0, with: job, input).isEmpty }) != false else {
      return nil
    }
    let told = diagnosis.toldFields(job)
    let but: Message = told.isEmpty ? "" : "; \(key) speaks of \(told.joined(separator: ", ")) alone"
    return CheckItem(
      "publisher", .unknown,
      "Nothing at hand says whether \(Neutralized(registry)) has a publisher with these values\(but): \(values). What is "
        + "registered, written into \(key), would tell; so would the last attested release (--project NAME), or --mint."
    )
  }

  /// Whether the publisher of a release matches this job; one that names no environment matches any.
  private func publishes(_ release: PublishedRelease, _ form: PublisherRules.Form) -> Bool {
    PublisherDiagnosis.comparison(of: release, with: job, input).isEmpty
      && form.fields.allSatisfy { release[$0.field] != nil || $0.isOptional }
  }

  private var differences: [Cause] { ExpectationDiagnosis(input).causes }

  var expectation: CheckItem? {
    guard !input.expectations.isEmpty else { return nil }
    let causes = differences
    return causes.first.map { CheckItem("expect", .fail, $0.summary, causes: causes) }
      ?? CheckItem("expect", .pass, "The job is the one that registries.\(Neutralized(registry)).expect describes.")
  }

  /// Whether the registry has the project, where it was asked.
  var project: CheckItem? {
    guard let project = input.project, let isListed = input.isListed else { return nil }
    let name = Neutralized(project, limit: 128)
    guard !isListed else { return CheckItem("project", .pass, "\(Neutralized(registry)) has the project \(name).") }
    let isPending = input.rules?.pending != nil
    let summary: Message =
      "\(Neutralized(registry)) has no project \(name)\(input.rules?.missing(job) ?? "")."
      + (input.rules?.pending.map { " \($0)" } ?? "")
    return CheckItem(
      "project", .warn, summary,
      causes: [
        Cause(
          "project-missing", .possible, summary,
          fixes: [
            isPending
              ? "See that a pending publisher with the project name \(name) and this job's values is registered at "
                + "\(Neutralized(registry))."
              : "See that \(name) is there, and that a publisher with this job's values is registered for it at "
                + "\(Neutralized(registry)).", "If \(name) exists at another index, name that one.",
          ], address: input.address(job))
      ])
  }

  var lastRelease: CheckItem? {
    guard let release = input.lastRelease else { return nil }
    let causes = PublisherDiagnosis.comparison(of: release, with: job, input)
    if let first = causes.first { return CheckItem("last-release", .warn, first.summary, causes: causes) }
    let unsaid = input.rules?.form(for: job.family)?.fields.filter {
      !$0.isOptional && release[$0.field] == nil
    }
    if let label = unsaid?.first?.label {
      return CheckItem("last-release", .skip, "What is published of \(release.words) does not say its \(label).")
    }
    if job.environment != nil, input.rules?.compares(.environment, for: job.family) ?? true,
      release[.environment] == nil
    {
      return CheckItem(
        "last-release", .warn,
        "\(release.words) was published without an environment: if the publisher still names none, \(Neutralized(registry)) tells the "
          + "owners by mail to register the job's.",
        causes: [
          Cause(
            "publisher-without-environment", .possible,
            "The publisher seems to name no environment, while the job does.",
            fixes: ["Register a publisher with the job's environment, and remove the one without."],
            address: input.rules?.address(job, release.project))
        ])
    }
    return CheckItem(
      "last-release", .pass, "\(release.words) was published by \(release.publisher()), as this job would.")
  }

  // MARK: Risks

  /// Nil where nothing can be made of an environment: neither the job nor a publisher has one.
  var environment: CheckItem? {
    if job.environment == nil, input.rules?.compares(.environment, for: job.family) == false { return nil }
    guard let environment = job.environment else {
      return CheckItem(
        "environment", .warn, "The job names no environment: whoever can change the workflow can publish.",
        causes: [
          Cause(
            "environment-missing", .possible,
            "A publisher that is registered with an environment does not match this job, and one without has no protection "
              + "rules.",
            fixes: ["Name an environment with required reviewers in the job, and register the publisher with it."],
            snippet: input.guide.environment(name))
        ])
    }
    let shown = Neutralized.marked(environment)
    guard !DeceptiveText.isDeceptive(environment) else {
      return CheckItem(
        "environment", .warn,
        "The job runs in \(shown), which has a blank at an end, or characters that look like others.", causes: odd)
    }
    // A job has one environment, however many registries it publishes to.
    let all: Message =
      registries.count > 1 ? ", for \(registries.map { Neutralized($0) }.joined(separator: " and ")) alike" : ""
    return CheckItem("environment", .pass, "The job runs in \(shown)\(all).")
  }

  /// What is wrong with the environment's name; it is the same at every registry.
  private var odd: [Cause] {
    PublisherDiagnosis(input).oddities(job).filter { $0.explains == .environment }
  }

  /// What an environment for the job is called in what people paste.
  private var name: String { registries.count == 1 ? registry : "ENVIRONMENT" }

  var ref: CheckItem {
    guard let name = job.ref else { return CheckItem("ref", .skip, "No claim says which ref the run is for.") }
    let shown = Neutralized.quoted(name)
    switch job.refProtected {
    case true?: return CheckItem("ref", .pass, "The run is for \(shown), which is protected.")
    case nil: return CheckItem("ref", .skip, "The run is for \(shown); no claim says whether that is protected.")
    case false?:
      return CheckItem(
        "ref", .warn, "The run is for \(shown), which is not protected: whoever can push there can publish.",
        causes: [
          Cause(
            "ref-unprotected", .possible, "The branch or tag is not protected.",
            fixes: ["Protect release tags and branches\(input.guide.protection.map { " (\($0))" } ?? "")."])
        ])
    }
  }

  var runner: CheckItem {
    guard let name = job.runner else { return CheckItem("runner", .skip, "No claim says what the job runs on.") }
    guard name == "self-hosted" else {
      let shown = Neutralized(name, limit: 64)
      return name.hasSuffix("-hosted")
        ? CheckItem("runner", .pass, "The job runs on a \(shown) runner.")
        : CheckItem("runner", .skip, "The job runs on a \(shown) runner, of which nothing is known.")
    }
    return CheckItem(
      "runner", .warn, "The job runs on a self-hosted runner: what ran there before can wait for the API token.",
      causes: [
        Cause(
          "runner-self-hosted", .possible, "The runner is self-hosted.",
          fixes: ["Publish from a hosted runner, or from one that is made anew for each job."])
      ])
  }

  func supply(_ supply: IdentityTokenSupply?) -> CheckItem? {
    guard case .fixed(let remaining)? = supply, remaining > 0 else { return nil }
    guard remaining <= 1 else {
      return CheckItem(
        "supply", .pass,
        "The job has \(remaining) identity tokens for this audience; whether an exchange has used one is not seen here."
      )
    }
    return CheckItem(
      "supply", .warn,
      "The job has one identity token for this audience, good for one exchange: a second mint, or a tool that does its own "
        + "trusted publishing, is refused, and so is the next mint if this token was used. That is not seen here.",
      causes: [
        Cause(
          "supply-single", .possible, "There is no spare identity token.",
          fixes: ["Mint once and hand the API token on, or give the job a spare identity token."],
          snippet: input.audience.flatMap { input.guide.spareToken($0) })
      ])
  }
}
