import BrokerCore

/// Carries out `check`: everything short of publishing.
struct CheckRun: Sendable {
  /// What may be asked.
  struct Choice: Sendable {
    var targets: [String]
    var provider: String?
    var project: String?
    var isOffline = false
    var mints = false
    var usesUp = false
    var policy = RetryPolicy()
  }

  let broker: Broker
  let configuration: BrokerConfiguration
  let choice: Choice
  let console: Console

  /// The report; what fails is part of it.
  ///
  /// - Throws: `ErrorCode.usage` if `--mint` would use up the only identity token.
  func report() async throws(BrokerError) -> RunReport {
    var report = RunReport(command: "check", isRehearsal: broker.isRehearsal)
    var job = RunReport.Section()
    job.items.append(CheckItem("configuration", .pass, "It is \(configuration.place)."))
    let provider: ProviderSelection
    do throws(BrokerError) {
      provider = try await broker.selectProvider(in: configuration, named: choice.provider)
    } catch {
      guard error.code != .usage else { throw error }
      let name = error.status == .identity ? "permission" : "provider"
      job.items.append(CheckItem(name, .fail, error.message, causes: TargetCheck.causes(of: error)))
      job.error = error
      report.sections = [job]
      return report
    }
    report.provider = provider.name
    job.items.append(CheckItem("provider", .pass, "\(provider.name): \(provider.evidence)."))
    report.sections = [job]
    let names = try configuration.registries(for: choice.targets).map(\.name)
    let targets = try await self.targets(names)
    job.items.append(Self.permission(targets, provider))
    report.sections = [job]
    if choice.mints { try checkSupply(targets, provider) }
    report.sections += choice.isOffline ? await offline(targets, provider) : await online(targets, provider)
    return report
  }

  /// The targets; offline, the sandbox is not asked where its registries are.
  private func targets(_ names: [String]) async throws(BrokerError) -> [any Registry] {
    guard choice.isOffline else { return try await broker.targets(names, in: configuration) }
    return try configuration.registries(for: names).map {
      $0.make(broker.services())
    }
  }

  /// A provider that is asked was offered to the job; one whose tokens were made before has no such permission.
  private static func permission(_ targets: [any Registry], _ provider: ProviderSelection) -> CheckItem {
    let supplies = targets.compactMap(\.expectedAudience).map { provider.source.supply(for: $0) }
    if supplies.contains(.renewable) { return CheckItem("permission", .pass, "The job may have identity tokens.") }
    return CheckItem(
      "permission", .skip,
      supplies.isEmpty
        ? "No audience is known yet to see it by."
        : "This provider has no such permission; each target says whether its identity token is there.")
  }

  /// How many identity tokens of a job are what they should be; variables that hold something else are none.
  private static func supply(_ provider: ProviderSelection, for audience: Audience) -> IdentityTokenSupply {
    let supply = provider.source.supply(for: audience)
    guard case .fixed(let number) = supply, let held = try? provider.source.heldTokens(for: audience) else {
      return supply
    }
    let usable = Set(held.filter { $0.claims.audience == .single(audience.value) }.map(\.secret))
    return .fixed(remaining: min(number, usable.count))
  }

  /// A token that exists once is not spent without a word.
  private func checkSupply(_ targets: [any Registry], _ provider: ProviderSelection) throws(BrokerError) {
    for target in targets {
      guard let audience = target.expectedAudience, case .fixed(let remaining) = provider.source.supply(for: audience),
        remaining == 1, !choice.usesUp
      else { continue }
      throw BrokerError(
        .usage,
        "--mint would use up the only identity token that the job has for \(target.name), and leave none to publish with.",
        remedy: "Give the job a spare one, or allow it with --use-up-token.",
        causes: [
          Cause(
            "supply-single", .certain, "Each identity token of this provider is good for one exchange.",
            fixes: ["Give the job a spare identity token with the same audience, or allow it with --use-up-token."],
            snippet: provider.source.guide.spareToken(audience))
        ])
    }
  }

  // MARK: Online

  private func online(_ targets: [any Registry], _ provider: ProviderSelection) async -> [RunReport.Section] {
    let notes = CheckNotes()
    let engine = engine(notes)
    let supplies = targets.map { target in target.expectedAudience.map { Self.supply(provider, for: $0) } }
    let results = await engine.preview(targets, from: provider.source)
    var sections: [RunReport.Section] = []
    for (index, target) in targets.enumerated() {
      var failure: BrokerError?
      if case .failure(let error) = results[index] { failure = error }
      let seen = notes[target.name]
      var input = input(target, seen, failure, provider)
      input.lastRelease = await EvidenceSearch(time: broker.time).lastRelease(of: input.project, at: target)
      var section = RunReport.Section(registry: target.name, job: seen.job)
      section.items =
        TargetCheck(
          target: target, seen: seen, failure: failure, input: input, supply: supplies[index],
          registries: targets.map(\.name), now: broker.time.now()
        ).items
      section.error = failure
      if choice.mints, failure == nil {
        switch await mint(target) {
        case .success(let item): section.items.append(item)
        case .failure(let error):
          section.items.append(CheckItem("exchange", .fail, error.message, causes: TargetCheck.causes(of: error)))
          section.error = error
        }
      }
      sections.append(section)
    }
    return sections
  }

  private func engine(_ notes: CheckNotes) -> Engine {
    let masks = SecretMasks(console: console)
    return broker.engine(for: configuration, policy: choice.policy) { event in
      notes.note(event, now: broker.time.now())
      // The table does not say what lives on.
      if case .burnFailed = event {
        EventNotes(console: console, isExplained: false, time: broker.time).show(event)
      }
    } hide: { (event) throws(BrokerError) in
      try masks.apply(event)
    }
  }

  private func input(
    _ target: any Registry, _ seen: CheckNotes.Seen, _ failure: BrokerError?, _ provider: ProviderSelection
  ) -> DiagnosisInput {
    var input = DiagnosisInput(failure ?? BrokerError(.checkFailed, ""), registry: target.name)
    input.job = seen.job
    input.token = seen.token
    input.audience = target.expectedAudience ?? seen.audience?.0
    input.capabilities = target.capabilities
    input.guide = provider.source.guide
    input.suspicions = provider.source.suspicions
    input.project = choice.project ?? configuration.registrySettings[target.name]?.project
    input.expectations = configuration.registrySettings[target.name]?.expectations ?? []
    input.now = broker.time.now()
    return input
  }

  /// The exchange itself; the credential is burned at once.
  private func mint(_ target: any Registry) async -> Result<CheckItem, BrokerError> {
    do throws(BrokerError) {
      let engine = engine(CheckNotes())
      // Another selection, so that the tokens of the job are all there again.
      let provider = try await broker.selectProvider(in: configuration, named: choice.provider)
      let credentials = try await engine.mint([target], from: provider.source)
      let seconds = credentials.first.map { $0.secondsLeft(by: broker.time) } ?? 0
      await engine.burn(credentials, at: [target])
      return .success(
        CheckItem(
          "exchange", .pass,
          "\(target.name) gave an API token with \(seconds) s to live, and was asked to burn it. (A site that is "
            + "read-only gives one too, and refuses the upload.)"))
    } catch { return .failure(error) }
  }

  // MARK: Offline

  private func offline(_ targets: [any Registry], _ provider: ProviderSelection) async -> [RunReport.Section] {
    var sections: [RunReport.Section] = []
    for target in targets {
      var section = RunReport.Section(registry: target.name)
      let expected = target.expectedAudience
      section.items.append(
        CheckItem(
          "audience", .skip,
          expected.map { "It was not asked for; \($0) is the one that would be accepted." }
            ?? "It was not asked for."))
      guard let expected, case .fixed = provider.source.supply(for: expected) else {
        section.items.append(CheckItem("identity-token", .skip, "This provider gives none without being asked."))
        sections.append(section)
        continue
      }
      let supply = Self.supply(provider, for: expected)
      var seen = CheckNotes.Seen()
      var failure: BrokerError?
      do throws(BrokerError) {
        let token = try await provider.source.identityToken(for: expected)
        seen.token = TokenFacts(token.claims)
        let job = provider.source.job(from: token.claims)
        seen.job = job
        seen.audited = try configuration.judge(job, for: target.name)
      } catch { failure = error }
      var input = input(target, seen, failure, provider)
      let causes = TokenDiagnosis(input).causes
      if failure == nil, let first = causes.first {
        failure = BrokerError(
          first.code.hasPrefix("audience") ? .identityTokenAudience : .identityTokenExpired, first.summary,
          causes: causes)
      } else if let error = failure {
        input.error = error
        failure = error.with(causes: Diagnosis(input).causes)
      }
      section.job = seen.job
      section.error = failure
      section.items +=
        TargetCheck(
          target: target, seen: seen, failure: failure, input: input, supply: supply,
          registries: targets.map(\.name), now: broker.time.now()
        ).items
      sections.append(section)
    }
    return sections
  }
}
