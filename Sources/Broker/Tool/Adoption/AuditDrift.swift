import BrokerCore

/// What files say, compared with `expect`, with the rules, and with the publisher of the last release.
extension RepositoryAudit {
  func drift(_ uses: [PublishingUse], _ read: Read) -> [AuditRow.Finding] {
    var findings: [AuditRow.Finding] = []
    // Of several entries for one CI system, files do not tell which a job would be recognised by.
    let entries = (read.configuration?.providers ?? []).filter { $0.type == read.provider?.plugin.name }.map(\.name)
    let entry = entries.count == 1 ? entries[0] : nil
    for registry in read.configuration?.registries ?? [] {
      let here = uses.filter { $0.targets.contains(registry.name) }
      for expectations in registry.settings.expectations {
        findings +=
          here.isEmpty
          ? missing(expectations, registry.name)
          : here.filter(\.needsIdentity).flatMap { compare($0, expectations, registry.name, read) }
      }
      for use in here where use.needsIdentity {
        for case let gate as RuleGate in registry.gates {
          let rules = gate.rules.filter { $0.provider == nil || $0.provider == entry }
          findings += rules.compactMap { judge(use, $0, registry.name, read) }
        }
      }
    }
    for use in uses {
      let unknown = use.targets.filter { name in
        read.configuration.map { !$0.registries.contains { $0.name == name } } ?? false
      }
      for name in unknown {
        findings.append(
          AuditRow.Finding(
            state: .fix, code: "target-unknown", place: use.place,
            text:
              "The job \(Neutralized.quoted(use.job.name, limit: 60)) publishes to \(Neutralized(name)), which is not among the registries of "
              + "\(read.configuration?.place ?? "the configuration").",
            fix: "Publish to one that is, or have it added."))
      }
    }
    return findings + history(uses, read)
  }

  // MARK: Expectations

  /// An expected file of which no job publishes.
  private func missing(_ expectations: Expectations, _ registry: String) -> [AuditRow.Finding] {
    expectations.fields.filter { $0.field.role == .file }.map { field, value in
      AuditRow.Finding(
        state: .fix, code: "expected-job-missing", place: nil,
        text: "expect says \(field.words) \(Neutralized.quoted(value, limit: 80)) for \(Neutralized(registry)) "
          + "(\(expectations.origins[field] ?? .builtIn)), and no job that is read here publishes there.",
        fix: "Let that file publish, or correct expect.")
    }
  }

  private func compare(
    _ use: PublishingUse, _ expectations: Expectations, _ registry: String, _ read: Read
  ) -> [AuditRow.Finding] {
    expectations.fields.compactMap { field, expected in
      let origin = expectations.origins[field] ?? .builtIn
      let what: Message =
        "expect says \(field.words) \(Neutralized.quoted(expected, limit: 80)) for \(Neutralized(registry)) (\(origin))"
      func differs(_ found: Message, at place: FilePlace?) -> AuditRow.Finding {
        AuditRow.Finding(
          state: .fix, code: "expectation-differs", place: place ?? use.place, text: "\(what), and \(found).",
          fix: "Let both say what the publisher was registered with.")
      }
      let job = Neutralized.quoted(use.job.name, limit: 60)
      if field.role == .repository {
        guard let remote = read.remote else { return nil }
        let found = remote.value.value(of: field) ?? ""
        return found.lowercased() == expected.lowercased()
          ? nil : differs("\(remote.origin) says \(Neutralized.quoted(found, limit: 80))", at: nil)
      }
      let reading = field == .environment ? use.job.environment : use.job.fields[field]
      guard let reading else { return nil }
      switch reading {
      case .known(let found, let place):
        return found == expected
          ? nil
          : differs(
            "the job \(job) \(field == .environment ? "names" : "is defined in") \(Neutralized.quoted(found, limit: 80))",
            at: place)
      case .absent: return differs("the job \(job) names none", at: nil)
      case .unknown(let why, let place):
        return AuditRow.Finding(
          state: .unknown, code: "expectation-unknown", place: place,
          text: "\(what), and what the job \(job) has there is decided by \(why).", fix: nil)
      }
    }
  }

  // MARK: Rules

  /// Why a rule would refuse a job; nil if it would not, or if files do not tell.
  private func judge(
    _ use: PublishingUse, _ rule: JobRule, _ registry: String, _ read: Read
  ) -> AuditRow.Finding? {
    guard let kind = read.provider?.jobs else { return nil }
    var job = JobIdentity(family: kind.family)
    var found: Message = "names none"
    var place = use.place
    var isUnknown = false
    switch rule.claim.name {
    case "owner", "repository":
      guard let remote = read.remote?.value else { return nil }
      (job.owner, job.repository) = (remote.owner, remote.name)
      found = "is one of \(Neutralized(remote.path, limit: 120))"
    case "environment":
      job.environment = use.job.environment.value
      isUnknown = use.job.environment.isUnknown
      place = use.job.environment.place ?? place
      if let name = job.environment { found = "names \(Neutralized.quoted(name, limit: 80))" }
    case "workflow":
      job.workflow = use.job.startedFile
      found = "is started by \(Neutralized(use.job.startedFile, limit: 120))"
    case "runner":
      guard let isHosted = use.job.isHosted.value else { return nil }
      job.runner = isHosted ? "hosted" : "self-hosted"
      place = use.job.isHosted.place ?? place
      found = isHosted ? "runs on a hosted runner" : "runs on a runner of its own"
    case "event", "ref-type":
      let occasions = use.step.occasions
      guard !occasions.isEmpty, !occasions.contains(where: { $0.source == .chosen && rule.claim.name == "ref-type" })
      else { return nil }
      let admitted = occasions.contains { occasion in
        job.event = occasion.event
        job.refType = occasion.source == .tag ? "tag" : "branch"
        return rule.admits(job)
      }
      if admitted { return nil }
      place = occasions.lazy.compactMap(\.place).first ?? place
      found = "runs on \(occasions.map(\.summary).joined(separator: ", "))"
    default: return nil
    }
    if isUnknown {
      return AuditRow.Finding(
        state: .unknown, code: "rule-unknown", place: place,
        text:
          "Whether \(Neutralized(rule.path)) (\(rule.origin)) admits the job is not known: its \(Neutralized(rule.claim.name)) is decided "
          + "elsewhere.", fix: nil)
    }
    guard !rule.admits(job) else { return nil }
    return AuditRow.Finding(
      state: .fix, code: "rule-refuses", place: place,
      text: "\(Neutralized(rule.path)) (\(rule.origin)) admits \(Neutralized(rule.value, limit: 200)), and the job "
        + "\(Neutralized.quoted(use.job.name, limit: 60)) \(found).",
      fix: "Change the job, or have the rule changed.")
  }

  // MARK: The last release

  /// The registry and the project of a use, as releases are kept by.
  func project(of use: PublishingUse, at registry: String, _ read: Read) -> String? {
    let tools = read.targets.first { $0.name == registry }?.registry.capabilities.tools
    return read.configuration?.registries.first { $0.name == registry }?.settings.project
      ?? tools?.projects.lazy.compactMap { read.projects[$0.path]?.value }.first
  }

  private func history(_ uses: [PublishingUse], _ read: Read) -> [AuditRow.Finding] {
    guard let releases else { return [] }
    return uses.flatMap { use in
      use.targets.flatMap { registry -> [AuditRow.Finding] in
        guard let project = project(of: use, at: registry, read), let result = releases["\(registry)/\(project)"] else {
          return []
        }
        switch result {
        case .failure(let error):
          return [
            AuditRow.Finding(
              state: .unknown, code: "release-unread", place: nil, text: error.message, fix: error.remedy)
          ]
        case .success(let release):
          guard let release, !isPublishedAs(release, at: registry, uses, read) else { return [] }
          if let provider = read.provider, release.family != provider.jobs.family {
            return [
              AuditRow.Finding(
                state: .fix, code: "release-differs", place: use.place,
                text:
                  "Release \(release.words) at \(Neutralized(registry)) was published from \(release.family), and the job runs at \(provider.jobs.family).",
                fix: "Register a publisher for this job, or let the other one publish.")
            ]
          }
          return differences(use, release, read).map { field, then, now in
            AuditRow.Finding(
              state: .fix, code: "release-differs", place: use.place,
              text:
                "Release \(release.words) at \(Neutralized(registry)) was published with \(field.words) \(Neutralized.quoted(then, limit: 80)), and "
                + "the job has \(now.map { Message(Neutralized.quoted($0, limit: 80)) } ?? "none").",
              fix: "Register the publisher again, or let the job be what it was.")
          }
        }
      }
    }
  }

  /// Whether one of the jobs that publish there is what the release was published by.
  private func isPublishedAs(
    _ release: PublishedRelease, at registry: String, _ uses: [PublishingUse], _ read: Read
  ) -> Bool {
    release.family == read.provider?.jobs.family
      && uses.contains { $0.targets.contains(registry) && differences($0, release, read).isEmpty }
  }

  private func differences(
    _ use: PublishingUse, _ release: PublishedRelease, _ read: Read
  ) -> [(field: JobField, then: String, now: String?)] {
    release.values.compactMap { field, then in
      let now: String?
      if field.role == .repository {
        guard let remote = read.remote?.value else { return nil }
        now = remote.value(of: field)
      } else {
        let reading = field == .environment ? use.job.environment : use.job.fields[field] ?? .absent
        guard !reading.isUnknown else { return nil }
        now = reading.value
      }
      return now?.lowercased() == then.lowercased() ? nil : (field, then, now)
    }
  }

  // MARK: Registering

  /// What is to be registered, where no configuration says that it was.
  func registrations(_ uses: [PublishingUse], _ read: Read) -> [AuditRow.Finding] {
    var findings: [AuditRow.Finding] = []
    for use in uses where use.needsIdentity {
      for name in use.targets {
        guard let target = read.targets.first(where: { $0.name == name }),
          let family = read.provider?.jobs.family,
          let form = target.registry.capabilities.publishers?.form(for: family)
        else { continue }
        let isExpected = target.expectations.contains { $0.fields.contains { $0.field.role == .file } }
        if isExpected { continue }
        if let project = project(of: use, at: name, read),
          case .success(let release?)? = releases?["\(name)/\(project)"],
          isPublishedAs(release, at: name, uses, read)
        {
          continue
        }
        let fields = form.fields.compactMap { field -> Message? in
          let value: String?
          if field.field.role == .repository {
            value = read.remote?.value.value(of: field.field)
          } else {
            value = field.field == .environment ? use.job.environment.value : use.job.fields[field.field]?.value
          }
          return value.map { "\(field.label) \(Neutralized.quoted($0, limit: 80))" }
        }
        findings.append(
          AuditRow.Finding(
            state: .register, code: "publisher", place: use.place,
            text: "At \(Neutralized(name)): \(fields.joined(separator: ", ")).",
            fix: "Register it if it is not (token-broker config publishers), and say so with \"expect\"."))
      }
    }
    return findings
  }
}
