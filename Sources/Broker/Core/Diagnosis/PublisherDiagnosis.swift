/// Why a registry found no trusted publisher for a job: first what leaves no doubt, then what evidence speaks for, then what
/// is usual, and the comparison of all fields last.
struct PublisherDiagnosis {
  private let input: DiagnosisInput

  init(_ input: DiagnosisInput) { self.input = input }

  var causes: [Cause] {
    guard let job = input.job else { return input.said + [unseen] }
    let review = (input.rules?.review(job) ?? []).map { isOnPurpose($0) ? $0.with(.possible) : $0 }
    let certain = input.said + input.suspicions + review
    // After what the registry said, there is no field left to compare.
    guard input.rules?.namesDifference != true || input.said.isEmpty else {
      return certain + (input.lastRelease.map { Self.comparison(of: $0, with: job, input) } ?? [])
    }
    if let obstacle = input.rules?.obstacle(job) {
      return certain + (input.lastRelease.map { Self.comparison(of: $0, with: job, input) } ?? [])
        + [fieldsDiffer(job, beside: obstacle)]
    }
    var evidence =
      oddities(job) + [input.elsewhere(job)].compactMap { $0 }
      + (input.lastRelease.map { Self.comparison(of: $0, with: job, input) } ?? [])
    if evidence.isEmpty { evidence = [unchanged(job), unlisted(job)].compactMap { $0 } }
    evidence += seen(in: input.background.checkout, job)
    // What the registry says, and what explains a field that it looks for, is not a matter of another field.
    let isOpen =
      evidence.isEmpty && input.said.isEmpty && !certain.contains { $0.certainty > .possible && $0.explains != nil }
    if isOpen { evidence = isToldAll(job) ? absent(job) : usual(job) }
    let isLast = !evidence.isEmpty || certain.contains { $0.certainty > .possible }
    return certain + evidence + (isToldAll(job) && isOpen ? [] : [fieldsDiffer(job, isLast: isLast)])
  }

  private var registry: Message { Message(Neutralized(input.registry)) }

  /// Whether something was expected of the fields of a role, which the job met.
  private func isTold(role: JobField.Role) -> Bool {
    input.expectations.contains { $0.fields.contains { $0.field.role == role } }
  }

  private func isTold(_ field: JobField) -> Bool { input.expectations.contains { $0[field] != nil } }

  /// A job that is expected as it is has a called file on purpose.
  private func isOnPurpose(_ cause: Cause) -> Bool {
    cause.explains == .file && cause.certainty < .certain && isTold(role: .file)
  }

  /// Whether everything that the registry compares and the job has was expected as it is.
  func isToldAll(_ job: JobIdentity) -> Bool {
    guard let form = input.rules?.form(for: job.family), !input.expectations.isEmpty, job.unknown.isEmpty else {
      return false
    }
    return form.fields.allSatisfy { isTold($0.field) || $0.field.value(of: job) == nil && isToldRest(form) }
  }

  /// Whether all fields but the environment were expected: then one that is not named is expected not to be.
  private func isToldRest(_ form: PublisherRules.Form) -> Bool {
    form.fields.allSatisfy { isTold($0.field) || $0.field.role == .environment }
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
      address: input.address(nil))
  }

  // MARK: Before the registry is asked

  /// What speaks against a job that was not refused yet: what the claims show, and what is at hand.
  func doubts(_ job: JobIdentity) -> [Cause] {
    let shown = (input.rules?.review(job) ?? []).filter { !isOnPurpose($0) } + input.suspicions + oddities(job)
    let obstacle = input.rules?.obstacle(job)
    let seen = obstacle == nil && !isToldAll(job) ? self.seen(in: input.background.checkout, job) : []
    return Diagnosis.ranked(
      shown + (obstacle == nil ? [input.elsewhere(job)].compactMap { $0 } : []) + seen.map { $0.with(.possible) })
  }

  /// The labels of the form's fields that were expected, and which the job has so.
  func toldFields(_ job: JobIdentity) -> [Message] {
    input.rules?.form(for: job.family)?.fields.filter { isTold($0.field) }.map(\.label) ?? []
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
      DifferenceCause(difference: difference, job: job, input: input).cause(
        .likely,
        "\(release.words) was published by \(release.publisher(besides: difference.field)); this job is "
          + "\(PublishedRelease.words(of: job, besides: difference.field)) (\(difference.label): \(difference.manner))."
      )
    }
  }

  /// The last release came from a job like this one: what is not on the form has changed.
  private func unchanged(_ job: JobIdentity) -> Cause? {
    guard let release = input.lastRelease, release.family == job.family,
      let noted = input.rules?.form(for: job.family)?.noted.lazy.compactMap({ noted in
        noted.value(job).map { (noted.label, noted.code, $0) }
      }).first
    else { return nil }
    return notedDiffers(
      job, noted, .likely, "\(release.words) was published by a job with the same values as this one")
  }

  private func notedDiffers(
    _ job: JobIdentity, _ noted: (label: Message, code: Message, value: String), _ certainty: Cause.Certainty,
    _ reason: Message
  ) -> Cause {
    let value = Neutralized.quoted(noted.value)
    return Cause(
      noted.code, certainty,
      "\(reason), so that the publisher was removed, or what \(registry) noted beside it changed: the \(noted.label) is "
        + "\(value) today, and another if the account was deleted and made again.",
      fixes: [
        "Delete the publisher at \(registry), if it is there, and register it again with the same values: that notes "
          + "the \(noted.label) of today, \(value)."
      ], fields: input.rules?.fields(for: job) ?? [], address: input.address(job))
  }

  // MARK: What else is at hand

  /// Values that nobody registers: with a blank at an end, or characters that look like others.
  func oddities(_ job: JobIdentity) -> [Cause] {
    (input.rules?.form(for: job.family)?.fields ?? []).compactMap { field in
      guard let value = field.field.value(of: job), DeceptiveText.isDeceptive(value), !isTold(field.field) else {
        return nil
      }
      let plain = DeceptiveText.plain(value)
      return Cause(
        "\(Neutralized(field.field.name))-differs", .likely,
        "The job's \(field.field.words) is \(Neutralized.marked(value)): a blank at an end, or a character that looks "
          + "like another, makes it another one than \(Neutralized.marked(plain)).",
        fixes: [
          field.field.role == .environment
            ? "Name the environment \(Neutralized.marked(plain)) in the job, in place of "
              + "\(Neutralized.marked(value))."
            : "Change the job's \(field.field.words) to \(Neutralized.marked(plain))."
        ], fields: [Cause.Field(field.label, value, expected: plain)],
        snippet: field.field.role == .environment ? input.guide.environment(plain) : nil
      ).explaining(field.field.role)
    }
  }

  /// The registry has nothing under the project's name: a publisher for it is a pending one.
  private func unlisted(_ job: JobIdentity) -> Cause? {
    guard input.isListed == false, let project = input.project else { return nil }
    let name = Neutralized(project, limit: 128)
    let isPending = input.rules?.pending != nil
    return Cause(
      "project-missing", .likely,
      isPending
        ? "\(registry) has no project \(name), so that only a pending publisher for it can match, and there is none with "
          + "these values." + (input.rules?.pending.map { " \($0)" } ?? "")
        : "\(registry) has no project \(name)\(input.rules?.missing(job) ?? "").",
      fixes: [
        isPending
          ? "Register a pending publisher at \(registry) with the project name \(name) and exactly these values, or "
            + "register it anew if it ran out."
          : "See that \(name) is there, and register a publisher with exactly these values for it at \(registry).",
        "If \(name) exists at another index, name that one.",
      ], fields: input.rules?.fields(for: job) ?? [], address: input.address(job))
  }

  /// What the files and the remote of the checkout say.
  private func seen(in checkout: Background.Checkout, _ job: JobIdentity) -> [Cause] {
    remote(checkout, job) + environments(checkout, job) + files(checkout, job)
  }

  private func remote(_ checkout: Background.Checkout, _ job: JobIdentity) -> [Cause] {
    guard let remote = checkout.repository, let form = input.rules?.form(for: job.family) else { return [] }
    let fields = form.fields.filter { $0.field.role == .repository }
    guard fields.count == 2 else { return [] }
    return FieldDifference.between(
      job, and: [(fields[0].field, remote.owner), (fields[1].field, remote.name)], rules: input.rules
    ).filter { !isTold($0.field) }.map { difference in
      DifferenceCause(difference: difference, job: job, input: input).cause(
        .likely,
        "The checkout's remote has the \(difference.field.words) \(Neutralized.marked(difference.expected)): "
          + "\(difference.manner). A publisher that was registered under that does not match.")
    }
  }

  private func jobFiles(_ checkout: Background.Checkout) -> [JobFile] {
    checkout.files.compactMap { input.guide.jobFile($0.path, $0.text) }
  }

  /// The file that defines the job, as the form has it.
  private func file(of job: JobIdentity) -> (field: PublisherRules.Field, value: String)? {
    input.rules?.form(for: job.family)?.fields.first { $0.field.role == .file }.flatMap { field in
      field.field.value(of: job).map { (field, $0) }
    }
  }

  private func environments(_ checkout: Background.Checkout, _ job: JobIdentity) -> [Cause] {
    guard !isTold(.environment), !job.unknown.contains(.environment), let file = file(of: job)?.value,
      let found = jobFiles(checkout).first(where: { $0.name == file || $0.path == file })
    else { return [] }
    let others = found.environments.filter { $0.name.lowercased() != job.environment?.lowercased() }
    guard let other = others.first(where: { $0.name == input.registry }) ?? (others.count == 1 ? others.first : nil),
      job.environment == nil || other.name == input.registry
    else { return [] }
    let difference = FieldDifference(
      field: .environment, label: label(of: .environment, job), actual: job.environment, expected: other.name)
    return [
      DifferenceCause(difference: difference, job: job, input: input).cause(
        .likely,
        "\(Neutralized(found.path, limit: 128)) names the environment "
          + "\(Neutralized.marked(other.name)) (line \(other.line)), and this job "
          + (job.environment.map { "runs in \(Neutralized.marked($0))" } ?? "names none")
          + ": the publisher probably has it.")
    ]
  }

  /// Another file of the checkout looks more like the one that publishes.
  private func files(_ checkout: Background.Checkout, _ job: JobIdentity) -> [Cause] {
    guard !isTold(role: .file), let file = file(of: job), !looksLikePublishing(file.value) else { return [] }
    let others = jobFiles(checkout).filter {
      $0.tokenLine != nil && $0.name != file.value && $0.path != file.value && looksLikePublishing($0.name)
    }
    guard others.count == 1, let other = others.first else { return [] }
    let difference = FieldDifference(
      field: file.field.field, label: file.field.label, actual: file.value, expected: other.name)
    return [
      DifferenceCause(difference: difference, job: job, input: input).cause(
        .likely,
        "This job is defined in \(Neutralized.marked(file.value)), and the checkout has "
          + "\(Neutralized.marked(other.name)), whose jobs can have identity tokens, too: the publisher is probably "
          + "registered for that.")
    ]
  }

  private func looksLikePublishing(_ file: String) -> Bool {
    let name = file.lowercased()
    return ["publish", "release", "deploy", input.registry.lowercased()].contains { name.contains($0) }
  }

  private func label(of field: JobField, _ job: JobIdentity) -> Message {
    input.rules?.form(for: job.family)?.fields.first { $0.field == field }?.label ?? Message(field.words)
  }

  // MARK: What is left where all was as expected

  private func absent(_ job: JobIdentity) -> [Cause] {
    let project: Message = input.project.map { " for \(Neutralized($0, limit: 128))" } ?? ""
    let noted = input.rules?.form(for: job.family)?.noted.lazy.compactMap { noted in
      noted.value(job).map { (label: noted.label, value: Neutralized.quoted($0)) }
    }.first
    let id: Message = noted.map { ", and the \($0.label) \($0.value) that it notes beside them" } ?? ""
    let other: Message =
      noted.map { ", or there is one with another \($0.label), because the account was deleted and made again" } ?? ""
    return [
      Cause(
        "publisher-absent", .likely,
        "Every field that \(registry) compares is as registries.\(registry).expect says, so that \(registry) has no trusted "
          + "publisher\(project) with these values\(id): none was registered at this index, or for another account's "
          + "project\(other)." + (input.isListed == true ? "" : input.rules?.pending.map { " \($0)" } ?? ""),
        fixes: [
          "Register a publisher at \(registry)\(project) with exactly these values"
            + (input.isListed == true || input.rules?.pending == nil
              ? "" : " (a pending one, if the project does not exist there)")
            + "; if one is registered, delete it and register it again\(noted.map { ", which notes the \($0.label) \($0.value)" } ?? "")."
        ], fields: input.rules?.fields(for: job) ?? [], address: input.address(job))
    ]
  }

  // MARK: What is usual where nothing tells

  private func usual(_ job: JobIdentity) -> [Cause] {
    guard let form = input.rules?.form(for: job.family) else { return [] }
    let address = input.address(job)
    let settles: Message = "The trusted publisher's settings at \(registry) say which it is."
    if job.environment != nil, let cause = environmentOfAnother(job, address) { return [cause] }
    for field in form.fields where field.comparison == .exact && !isTold(field.field) {
      guard let value = field.field.value(of: job), value != value.lowercased() else { continue }
      let shown = Neutralized.marked(value)
      return [
        Cause(
          "\(Neutralized(field.field.name))-differs", .likely,
          "The \(field.field.words) is \(shown), with capital letters: \(registry) compares it exactly, and does not take "
            + "\(Neutralized.marked(value.lowercased())) for it. \(settles)",
          fixes: [
            "Register the publisher at \(registry) with the \(field.field.words) \(shown), letter by letter.",
            "Compare the other values below with it, too.",
          ], fields: input.rules?.fields(for: job) ?? [], address: address)
      ]
    }
    if form.fields.contains(where: { $0.field == .serviceAccount }), !isTold(.serviceAccount),
      let account = job.fields[.serviceAccount]
    {
      let shown = Neutralized.marked(account)
      return [
        Cause(
          "service-account-differs", .likely,
          "The job acts for the service account \(shown), and a publisher of \(registry) names one account, with an id or without "
            + "one: another account, or one that was made again under its name, does not match. \(settles)",
          fixes: [
            "Register the publisher at \(registry) with the service account \(shown).",
            "Run the job as the account that the publisher names.",
          ], fields: input.rules?.fields(for: job) ?? [], address: address)
      ]
    }
    if let file = file(of: job), !isTold(role: .file), let usual = input.guide.usualFile, file.value != usual {
      let difference = FieldDifference(
        field: file.field.field, label: file.field.label, actual: file.value, expected: usual)
      return [
        DifferenceCause(difference: difference, job: job, input: input).cause(
          .likely,
          "The \(file.field.field.words) is \(Neutralized.marked(file.value)), not the usual one, which publishers "
            + "are mostly registered with. \(settles)")
      ]
    }
    if let file = file(of: job), !isTold(role: .file), file.value.hasSuffix(".yaml") {
      let other = file.value.dropLast(5) + ".yml"
      return [
        Cause(
          "\(Neutralized(file.field.field.name))-differs", .likely,
          "The \(file.field.field.words) is \(Neutralized.marked(file.value)), which \(registry) does not take for "
            + "\(Neutralized.marked(String(other))). \(settles)",
          fixes: ["Register the publisher at \(registry) with the ending .yaml."],
          fields: input.rules?.fields(for: job) ?? [], address: address)
      ]
    }
    if job.environment == nil, !job.unknown.contains(.environment), !isTold(.environment),
      form.fields.contains(where: { $0.field == .environment })
    {
      return [
        Cause(
          "environment-missing", .likely,
          "The job names no environment, and a publisher that was registered with one does not match it. \(settles)",
          fixes: [
            "Name the publisher's environment in the job, or register a publisher at \(registry) without one."
          ], fields: [Cause.Field(label(of: .environment, job), nil)], address: address,
          snippet: input.guide.environment("ENVIRONMENT"))
      ]
    }
    return []
  }

  /// The environment is called like another registry, or like a stage before publishing.
  private func environmentOfAnother(_ job: JobIdentity, _ address: Message?) -> Cause? {
    guard let environment = job.environment?.lowercased(), !isTold(.environment),
      environment != input.registry.lowercased()
    else { return nil }
    let other = input.background.targets.first { $0.name != input.registry && environment == $0.name.lowercased() }
      .map { Neutralized($0.name) }
    let isStage = ["test", "staging", "stage", "dev", "preview", "sandbox"].contains { environment.contains($0) }
    guard other != nil || isStage else { return nil }
    let shown = Neutralized.marked(job.environment ?? "")
    return Cause(
      "environment-differs", .likely,
      "The job runs in the environment \(shown)"
        + (other.map { ", which is called like the registry \($0), and was to publish to \(registry)." }
          ?? ", which is called like a stage before publishing, and was to publish to \(registry).")
        + " The trusted publisher's settings at \(registry) say which it wants.",
      fixes: [
        "Name the environment of \(registry)'s publisher in the job, in place of \(shown)"
          + (other.map { ", or publish to \($0)." } ?? "."),
        "Register a publisher at \(registry) with the environment \(shown).",
      ], fields: [Cause.Field(label(of: .environment, job), job.environment)], address: address,
      snippet: input.guide.environment(input.registry))
  }

  // MARK: What cannot be told apart

  /// For a job of another issuer than the form means: these values alone are not to be registered.
  private func fieldsDiffer(_ job: JobIdentity, beside obstacle: Cause) -> Cause {
    Cause(
      "publisher-differs", .likely,
      "If \(registry) knows the issuer, one of these fields differs from the publisher that is registered for it. "
        + obstacle.summary,
      fixes: [
        "Compare each value, the issuer first, with the trusted publisher's settings; register none of them without the "
          + "issuer."
      ], fields: input.rules?.fields(for: job) ?? [])
  }

  private func fieldsDiffer(_ job: JobIdentity, isLast: Bool = false) -> Cause {
    let project: Message = input.project.map { " for \(Neutralized($0, limit: 128))" } ?? ""
    let told = toldFields(job)
    let untold: Message = told.isEmpty ? "" : " (\(told.joined(separator: ", ")): as expect says)"
    return Cause(
      "publisher-differs", isLast ? .possible : .likely,
      "One of these fields\(untold) differs from what is registered at \(registry)\(project), or no trusted publisher "
        + "is registered; \(registry) does not say which.",
      fixes: [
        "Compare each value with the trusted publisher's settings; where one differs, change it there or in the job.",
        input.project == nil || input.rules?.pending == nil
          ? "If there is none yet, register it with exactly these values."
          : "If there is none yet, register it with exactly these values (a project that does not exist yet needs a "
            + "pending publisher).",
      ],
      fields: input.rules?.fields(for: job) ?? [],
      address: input.address(job))
  }
}
