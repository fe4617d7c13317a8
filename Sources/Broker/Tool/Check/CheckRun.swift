import BrokerCore

/// Carries out `check`: everything short of publishing.
struct CheckRun: Sendable {
  /// What may be asked.
  struct Choice: Sendable {
    var targets: [String]
    var project: String?
    var isOffline = false
    var mints = false
    var usesUp = false
  }

  let session: Session
  let choice: Choice

  private var broker: Broker { session.broker }

  /// The report; what fails is part of it.
  ///
  /// - Throws: `ErrorCode.usage` if `--mint` would use up the only identity token.
  func report() async throws(BrokerError) -> RunReport {
    var report = RunReport(command: "check", isRehearsal: broker.isRehearsal)
    var job = RunReport.Section()
    job.evidence.audited = session.configuration.audited
    job.items.append(CheckItem("configuration", .pass, "It is \(session.configuration.place)."))
    let provider: ProviderSelection
    do throws(BrokerError) {
      provider = try await session.selectProvider()
    } catch {
      guard error.code != .usage else { throw error }
      let name: Message = error.status == .identity ? "permission" : "provider"
      job.items.append(CheckItem(name, .fail, error.message, causes: TargetCheck.causes(of: error)))
      job.error = error
      report.sections = [job]
      return report
    }
    report.provider = provider.name
    job.items.append(CheckItem("provider", .pass, "\(Neutralized(provider.name)): \(provider.evidence)."))
    var targets = try await self.targets()
    job.items.append(Self.permission(targets, provider))
    report.sections = [job]
    if let project = choice.project { for index in targets.indices { targets[index].project = project } }
    if choice.mints { try checkSupply(targets, provider) }
    let seen = choice.isOffline ? await offline(targets, provider) : await online(targets, provider)
    // The same job stands before all registries.
    report.sections[0].items += seen.lazy.map(\.job).first { !$0.isEmpty } ?? []
    report.sections += seen.map(\.section)
    return report
  }

  /// The targets; offline, the sandbox is not asked where its registries are.
  private func targets() async throws(BrokerError) -> [Target] {
    let names = try session.configuration.registries(for: choice.targets).map(\.name)
    guard choice.isOffline else { return try await broker.targets(names, in: session.configuration) }
    return try session.configuration.registries(for: names).map { $0.target(broker.services()) }
  }

  /// A provider that is asked was offered to the job; one whose tokens were made before has no such permission.
  private static func permission(_ targets: [Target], _ provider: ProviderSelection) -> CheckItem {
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
  private func checkSupply(_ targets: [Target], _ provider: ProviderSelection) throws(BrokerError) {
    for target in targets {
      guard let audience = target.expectedAudience, case .fixed(let remaining) = provider.source.supply(for: audience),
        remaining == 1, !choice.usesUp
      else { continue }
      throw BrokerError(
        .usage,
        "--mint would use up the only identity token that the job has for \(Neutralized(target.name)), and leave none to publish with.",
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

  /// What was seen of a target, and of the job on the way.
  private typealias Seen = (section: RunReport.Section, job: [CheckItem])

  private func online(_ targets: [Target], _ provider: ProviderSelection) async -> [Seen] {
    let engine = engine
    let background = broker.background(of: session.configuration)
    let supplies = targets.map { target in target.expectedAudience.map { Self.supply(provider, for: $0) } }
    let outcomes = await engine.preview(targets, from: provider.source)
    var all: [Seen] = []
    for (outcome, supply) in zip(outcomes, supplies) {
      let target = outcome.target
      var evidence = outcome.evidence
      if evidence.lastRelease == nil, evidence.isListed == nil {
        var asked = target
        asked.project = target.project ?? background.checkout.projects[target.name]
        let search = EvidenceSearch(time: broker.time)
        evidence.lastRelease = await search.lastRelease(of: asked)
        evidence.isListed = evidence.lastRelease == nil ? await search.isListed(at: asked) : true
      }
      var seen = seen(target, evidence, outcome.failure, supply, targets, provider, background)
      if choice.mints, outcome.failure == nil { exchanged(await mint(target), &seen.section) }
      all.append(seen)
    }
    return all
  }

  /// What an exchange showed: it says more than what spoke for or against it.
  private func exchanged(_ result: Result<[CheckItem], BrokerError>, _ section: inout RunReport.Section) {
    let place = section.items.firstIndex { $0.name == "publisher" && $0.outcome != .fail }
    switch result {
    case .success(let items):
      if let place {
        section.items[place] = CheckItem(
          "publisher", .pass, "\(Neutralized(section.registry ?? "")) found one that matches the job (see exchange).")
      }
      section.items += items
    case .failure(let error):
      if let place { section.items.remove(at: place) }
      let causes = TargetCheck.causes(of: error)
      section.items = TargetCheck.saidOnce(
        [CheckItem("exchange", .fail, error.message, causes: causes)] + section.items)
      section.items.append(section.items.removeFirst())
      section.error = error
    }
  }

  /// Shows a credential that was not burned, which the table does not say.
  private var engine: Engine {
    session.engine { event in if case .burnFailed = event { true } else { false } }
  }

  private func seen(
    _ target: Target, _ evidence: Evidence, _ failure: BrokerError?, _ supply: IdentityTokenSupply?,
    _ targets: [Target], _ provider: ProviderSelection, _ background: Background
  ) -> Seen {
    let check = TargetCheck(
      target: target, evidence: evidence, failure: failure,
      input: DiagnosisInput(
        failure ?? BrokerError(.checkFailed, ""), target, evidence, provider.source, time: broker.time,
        background: background),
      supply: supply, registries: targets.map(\.name), now: broker.time.now())
    return (
      RunReport.Section(registry: target.name, evidence: evidence, items: check.items, error: failure), check.job
    )
  }

  /// The exchange itself; the credential is burned at once.
  private func mint(_ target: Target) async -> Result<[CheckItem], BrokerError> {
    do throws(BrokerError) {
      let engine = engine
      // Another selection, so that the tokens of the job are all there again.
      let provider = try await session.selectProvider()
      var asked = target
      // This credential is handed to no command. A credential that cannot be narrowed is a finding.
      if case .required = asked.narrowing.mode { asked.narrowing.mode = .on }
      let projectName = target.registry.capabilities.narrow?.projectName
      if let name = target.project.flatMap({ projectName?($0) }) { asked.narrowing.projects = .named([name]) }
      let minted = await engine.mint([asked], from: provider.source)
      let credentials = try minted.credentials.get()
      let seconds = credentials.first.map { $0.secondsLeft(by: broker.time) } ?? 0
      await engine.burn(credentials, at: [target])
      return .success(
        [
          CheckItem(
            "exchange", .pass,
            "\(Neutralized(target.name)) gave an API token with \(seconds) s to live, and was asked to burn it. (A site "
              + "that is read-only gives one too, and refuses the upload.)"),
          minted.outcomes.first?.evidence.credential.flatMap { Self.credential($0, target.narrowing.mode) },
        ].compactMap { $0 })
    } catch { return .failure(error) }
  }

  /// What the API token was good for; nil if nothing can be said about the registry's.
  private static func credential(_ form: CredentialForm, _ mode: NarrowingMode) -> CheckItem? {
    guard let reach = form.reach else {
      guard mode != .off, let reason = form.reason else { return nil }
      return CheckItem("credential", mode == .required ? .fail : .warn, "It cannot be narrowed: \(reason).")
    }
    let end: Message = reach.expires.map { ", until \($0)" } ?? ""
    let more: Message =
      form.isNarrowed
      ? " It was narrowed to the project that is named."
      : mode == .off ? " It is not narrowed." : " exec narrows it to the projects of the files in its command."
    return CheckItem("credential", .pass, "It was good for \(reach.summary)\(end).\(more)")
  }

  // MARK: Offline

  private func offline(_ targets: [Target], _ provider: ProviderSelection) async -> [Seen] {
    var all: [Seen] = []
    let background = broker.background(of: session.configuration)
    for target in targets {
      let expected = target.expectedAudience
      let audience = CheckItem(
        "audience", .skip,
        expected.map { "It was not asked for; \($0) is the one that would be accepted." } ?? "It was not asked for.")
      guard let expected, case .fixed = provider.source.supply(for: expected) else {
        let token = CheckItem("identity-token", .skip, "This provider gives none without being asked.")
        all.append((RunReport.Section(registry: target.name, items: [audience, token]), []))
        continue
      }
      let supply = Self.supply(provider, for: expected)
      var evidence = Evidence()
      var failure: BrokerError?
      do throws(BrokerError) {
        let token = try await provider.source.identityToken(for: expected)
        evidence.token = TokenFacts(token.claims)
        let job = provider.source.job(from: token.claims)
        evidence.job = job
        try target.judge(job) { evidence.audited.append($0) }
      } catch { failure = error.explained(target, evidence, provider.source, time: broker.time) }
      let causes = TokenDiagnosis(
        DiagnosisInput(BrokerError(.checkFailed, ""), target, evidence, provider.source, time: broker.time)
      ).causes
      if failure == nil, let first = causes.first {
        failure = BrokerError(
          first.code.text.hasPrefix("audience") ? .identityTokenAudience : .identityTokenExpired, first.summary,
          causes: causes)
      }
      var seen = seen(target, evidence, failure, supply, targets, provider, background)
      seen.section.items.insert(audience, at: 0)
      all.append(seen)
    }
    return all
  }
}
