import BrokerCore
import BrokerSystem

/// Looks at one checkout: its files, its configuration, and the organisation's, compared with each other.
struct RepositoryAudit: Sendable {
  let broker: Broker
  let services: PluginServices
  /// The configuration that the command line names, for all repositories.
  let configurationFile: String?
  /// The options of `exec` and `mint` that have a value.
  let valueOptions: [String]
  /// Where the repositories are built, if the command line says so.
  var family: IssuerFamily?
  /// The publishers of last releases by project, as `--online` has them; nil offline.
  var releases: [String: Result<PublishedRelease?, BrokerError>]?

  init(_ broker: Broker, valueOptionsOf catalog: ToolCatalog, configurationFile: String?) {
    self.broker = broker
    services = broker.services()
    self.configurationFile = configurationFile
    valueOptions = [ExecCommand.spec(for: catalog), MintCommand.spec(for: catalog)]
      .flatMap(\.options).filter { $0.value != nil }.map(\.name)
  }

  /// What was read of a checkout.
  struct Read: Sendable {
    let folder: String
    let remote: Sourced<GitRemote>?
    /// The names in the files that name a project, by the path.
    let projects: [String: Sourced<String>]
    let configuration: BrokerConfiguration?
    let provider: ProviderType?
    let survey: WorkflowSurvey
    var findings: [AuditRow.Finding]
    var uses: [PublishingUse] = []
    var targets: [Target] = []

    /// The files that define jobs; those of child pipelines aside, whose jobs may have no file in the eyes of a registry.
    var jobFiles: [String] {
      let others = survey.jobs.filter { $0.fields.values.contains(where: \.isUnknown) }.map(\.place.path)
      return survey.files.filter { !others.contains($0) }
    }
  }

  private var catalog: AdoptionCatalog { AdoptionCatalog(broker.catalog) }

  // MARK: Reading

  /// Reads a checkout, or what it becomes with other texts in some of its files and another configuration.
  func read(_ folder: String, with change: ChangedCheckout.Change? = nil) -> Read {
    var findings: [AuditRow.Finding] = []
    guard FileReader.isFolder(folder) else {
      findings.append(
        AuditRow.Finding(
          state: .unknown, code: "folder-missing", place: nil,
          text: "There is no folder \(Neutralized.quoted(folder)).", fix: "Name the folder of a checkout."))
      return Read(
        folder: folder, remote: nil, projects: [:], configuration: nil, provider: nil, survey: WorkflowSurvey(),
        findings: findings)
    }
    let root = LocalRepository.root(above: folder) ?? folder
    var remote: Sourced<GitRemote>?
    var projects: [String: Sourced<String>] = [:]
    func attempt(_ body: () throws(BrokerError) -> Void) {
      do throws(BrokerError) { try body() } catch { findings.append(Self.unreadable(error)) }
    }
    attempt { () throws(BrokerError) in remote = try LocalRepository.remote(in: root, catalog) }
    attempt { () throws(BrokerError) in projects = try LocalRepository.projects(in: folder, catalog) }
    let configuration = change?.configuration ?? self.configuration(of: folder, root: root, &findings)
    let files = ChangedCheckout(SystemCheckout(root: root), change?.texts ?? [:])
    let (provider, survey) = survey(files, remote?.value, configuration)
    if let provider, provider.workflows == nil {
      findings.append(
        AuditRow.Finding(
          state: .unknown, code: "provider-unread", place: nil,
          text: "The files that define jobs of \(provider.jobs.family) are not read here.",
          fix: "Look at them yourself; config publishers says what to register."))
    }
    var read = Read(
      folder: folder, remote: remote, projects: projects, configuration: configuration, provider: provider,
      survey: survey, findings: findings)
    read.targets = targets(configuration)
    let finder = PublishingUses(
      tools: broker.catalog.tools, registries: read.targets,
      named: { [configuration] name in
        (try? configuration?.registries(for: [name]))?.map(\.name)
      }, valueOptions: valueOptions, runner: provider?.runner)
    read.uses = survey.jobs.flatMap(finder.uses)
    return read
  }

  private static func unreadable(_ error: BrokerError) -> AuditRow.Finding {
    AuditRow.Finding(
      state: .unknown, code: "file-unreadable", place: nil, text: error.message, fix: error.remedy)
  }

  /// The repository's configuration below the organisation's; that alone if the repository's is wrong.
  private func configuration(
    of folder: String, root: String, _ findings: inout [AuditRow.Finding]
  ) -> BrokerConfiguration? {
    var path = configurationFile
    do throws(BrokerError) { if path == nil { path = try broker.repositoryFile(from: folder) } } catch {
      findings.append(
        AuditRow.Finding(state: .fix, code: "configuration", place: nil, text: error.message, fix: error.remedy))
    }
    if let path {
      let errors = broker.errors(in: path)
      guard !errors.isEmpty else { return try? broker.configuration(path: path) }
      findings += errors.map {
        AuditRow.Finding(state: .fix, code: "\($0.code)", place: nil, text: $0.message, fix: $0.remedy)
      }
    }
    do throws(BrokerError) { return try broker.organisationConfiguration() } catch {
      if path == nil {
        findings.append(
          AuditRow.Finding(state: .fix, code: "\(error.code)", place: nil, text: error.message, fix: error.remedy))
      }
      return try? ConfigurationReader(catalog: broker.catalog).builtIn()
    }
  }

  /// The registries of the configuration, and behind them those that are built in, to know what a job means.
  private func targets(_ configuration: BrokerConfiguration?) -> [Target] {
    var targets = configuration?.registries.map { $0.target(services) } ?? []
    let builtIn = (try? ConfigurationReader(catalog: broker.catalog).builtIn())?.registries ?? []
    for registry in builtIn where !targets.contains(where: { $0.name == registry.name }) {
      targets.append(registry.target(services))
    }
    return targets
  }

  /// The survey of the provider that the remote names, else of the one whose files are there.
  private func survey(
    _ files: any CheckoutFiles, _ remote: GitRemote?, _ configuration: BrokerConfiguration?
  ) -> (ProviderType?, WorkflowSurvey) {
    let family = self.family ?? remote.flatMap { catalog.host($0.host).family }
    if let provider = catalog.provider(of: family), provider.workflows == nil { return (provider, WorkflowSurvey()) }
    let expected = configuration?.registries.flatMap(\.settings.expectations) ?? []
    let started = expected.lazy.compactMap { $0[.pipelineFile] }.first
    var found: (ProviderType, WorkflowSurvey)?
    for provider in broker.catalog.providers {
      guard let reader = provider.workflows, family == nil || provider.jobs.family == family else { continue }
      let survey = reader.survey(
        WorkflowReader.Request(files: files, repository: remote?.path, startedFile: started))
      if family != nil { return (provider, survey) }
      guard !survey.files.isEmpty || survey.findings.contains(where: { $0.code != "pipeline-file-missing" }) else {
        continue
      }
      guard let first = found else {
        found = (provider, survey)
        continue
      }
      // Of a checkout with files of two, without a remote that tells: the one whose files publish something.
      if first.1.jobs.isEmpty { found = (provider, survey) }
    }
    return (found?.0, found?.1 ?? WorkflowSurvey())
  }

  // MARK: Judging

  func row(_ read: Read) -> AuditRow {
    var findings = read.findings
    // Uses that publish to an index of another kind are left out.
    let uses = read.uses.filter { use in
      !use.targets.isEmpty || !["://", "$"].contains { use.wrongTarget?.contains($0) == true }
    }
    findings += surveyFindings(read, hasUses: !uses.isEmpty)
    for use in uses { findings += self.findings(use, read) }
    findings += calledFindings(read, hasUses: !uses.isEmpty)
    findings += twoWays(uses)
    findings += drift(uses, read)
    if !findings.contains(where: { $0.state != nil }) { findings += registrations(uses, read) }
    return AuditRow(
      folder: read.folder, repository: read.remote?.value.path ?? Self.name(of: read.folder),
      provider: read.provider?.jobs.family.name, publications: publications(uses), findings: findings)
  }

  /// What a folder without a remote is called: the current one by its own name.
  private static func name(of folder: String) -> String {
    folder == "." ? FileLocation.currentFolder?.lastPathPart ?? folder : folder
  }

  private func publications(_ uses: [PublishingUse]) -> [AuditRow.Publication] {
    uses.map { use in
      var events: [Message] = []
      for occasion in use.step.occasions where !events.contains(occasion.summary) { events.append(occasion.summary) }
      let environment: Message? =
        switch use.job.environment {
        case .known(let name, _): Message(Neutralized(name, limit: 80))
        case .absent: nil
        case .unknown(let why, _): "(\(why))"
        }
      return AuditRow.Publication(
        workflow: use.job.startedFile, job: use.job.name, trigger: events.joined(separator: ", "),
        environment: environment, registries: use.targets, way: use.summary)
    }
  }

  private func surveyFindings(_ read: Read, hasUses: Bool) -> [AuditRow.Finding] {
    read.survey.findings.compactMap { finding in
      if finding.concern == .others, hasUses { return nil }
      return Self.finding(finding)
    }
  }

  private static func finding(_ finding: WorkflowFinding) -> AuditRow.Finding {
    let state: AuditRow.State? =
      switch finding.kind {
      case .fix: .fix
      case .cannot: .cannot
      case .unknown: .unknown
      case .note: nil
      }
    return AuditRow.Finding(
      state: state, code: finding.code, place: finding.place, text: finding.text, fix: finding.fix)
  }

  private func findings(_ use: PublishingUse, _ read: Read) -> [AuditRow.Finding] {
    var findings: [AuditRow.Finding] = []
    func add(_ state: AuditRow.State?, _ code: Message, _ place: FilePlace?, _ text: Message, _ fix: Message? = nil) {
      findings.append(AuditRow.Finding(state: state, code: code, place: place, text: text, fix: fix))
    }
    let job = Neutralized.quoted(use.job.name, limit: 60)
    let targets = use.targets.map { Neutralized($0) }.joined(separator: " and ")
    if case .stored(let name) = use.credential {
      add(
        .storedToken, "stored-token", use.place,
        "The job \(job) publishes\(targets.isEmpty ? "" : " to \(targets)") with "
          + (name.map { "the stored token \(Neutralized($0, limit: 80))" }
            ?? "a token that is stored in the variables of the project or of a group above it") + ".",
        "Publish with token-broker exec, and delete the token at the provider and at the registry.")
    }
    if use.credential == .unknown {
      add(
        .unknown, "credential-unknown", use.place,
        "What the job \(job) publishes with is decided elsewhere: \(Neutralized(use.tool, limit: 80)).")
    }
    for finding in use.job.findings where finding.concern != .identity || use.needsIdentity {
      findings.append(Self.finding(finding))
    }
    if use.targets.isEmpty {
      if let wrong = use.wrongTarget, !wrong.isEmpty {
        add(
          .fix, "target-unknown", use.place,
          "The job \(job) publishes to \(Neutralized.quoted(wrong, limit: 80)), which is no registry or route of the configuration.",
          "Name one that there is, or add it to \"registries\".")
      } else {
        add(.unknown, "target-unknown", use.place, "Where the job \(job) publishes to is decided elsewhere.")
      }
    }
    // What starts it.
    let dangerous = read.provider?.jobs.dangerousEvents ?? []
    for occasion in use.step.occasions {
      let place = occasion.place ?? use.place
      if dangerous.contains(occasion.event) {
        add(
          .fix, "event-dangerous", place,
          "The job \(job) publishes on \(Neutralized(occasion.event)), which can run other people's code with the repository's identity.",
          "Publish on a tag or a release.")
      } else if occasion.source == .change, occasion.isCertain {
        add(
          .fix, "publishes-changes", place,
          "The job \(job) publishes on \(Neutralized(occasion.event)): whoever proposes a change publishes it.",
          "Publish on a tag or a release.")
      } else if occasion.source == .branch, occasion.isCertain, occasion.event == "push",
        read.targets.contains(where: {
          use.targets.contains($0.name) && $0.registry.capabilities.refusals?.isUsual == true
        })
      {
        add(
          .fix, "publishes-branches", place,
          "The job \(job) publishes to \(targets) on each push to a branch.", "Publish on tags or releases alone.")
      }
    }
    return findings + use.targets.flatMap { self.findings(use, at: $0, read) }
  }

  /// What a registry says about a job.
  private func findings(_ use: PublishingUse, at name: String, _ read: Read) -> [AuditRow.Finding] {
    guard let target = read.targets.first(where: { $0.name == name }) else { return [] }
    var findings: [AuditRow.Finding] = []
    if let identity = identity(use.job, read), let rules = target.registry.capabilities.publishers {
      if let obstacle = rules.obstacle(identity) {
        findings.append(
          AuditRow.Finding(
            state: .cannot, code: obstacle.code, place: use.place, text: obstacle.summary, fix: obstacle.fixes.first))
      } else {
        for cause in rules.review(identity) where use.needsIdentity {
          guard cause.certainty != .possible else { continue }
          findings.append(
            AuditRow.Finding(
              state: cause.certainty == .certain ? .cannot : nil, code: cause.code, place: use.place,
              text: cause.summary, fix: cause.fixes.first))
        }
      }
    }
    if use.needsIdentity, let tokens = use.job.tokens, !tokens.isEmpty, let audience = target.expectedAudience {
      let isThere = tokens.contains { $0.audience.value == audience.value || $0.audience.isUnknown }
      if !isThere {
        let held = tokens.compactMap(\.audience.value).map { Neutralized($0, limit: 60) }.joined(separator: ", ")
        findings.append(
          AuditRow.Finding(
            state: .fix, code: "audience-missing", place: use.job.identity.place ?? use.place,
            text:
              "The job \(Neutralized.quoted(use.job.name, limit: 60)) has no identity token for \(Neutralized(name)): its audiences are \(held).",
            fix: "Add an entry with \"aud: \(audience)\" to its id_tokens."))
      }
    }
    return findings
  }

  /// Who the job would be, as far as files tell.
  private func identity(_ job: JobSurvey, _ read: Read) -> JobIdentity? {
    guard let kind = read.provider?.jobs else { return nil }
    var identity = JobIdentity(family: kind.family)
    if let remote = read.remote?.value {
      identity.issuer = catalog.issuer(of: kind.family, at: catalog.host(remote.host))
      identity.owner = remote.owner
      identity.repository = remote.name
      for field in kind.fields where field.role == .repository { identity.fields[field] = remote.value(of: field) }
    }
    identity.workflow = job.startedFile
    identity.jobWorkflow = job.calledFile
    identity.environment = job.environment.value
    if job.environment.isUnknown { identity.unknown.insert(.environment) }
    for (field, value) in job.fields { identity.fields[field] = value.value }
    return identity
  }

  /// Jobs of files and parts that are not read here.
  private func calledFindings(_ read: Read, hasUses: Bool) -> [AuditRow.Finding] {
    var findings: [AuditRow.Finding] = []
    for job in read.survey.jobs {
      for step in job.steps where !step.occasions.isEmpty || job.storesVariables {
        let name = Neutralized.quoted(job.name, limit: 60)
        switch step.work {
        case .called(let called) where isMeant(called) || isMeant(job.name):
          guard
            job.identity.value != false
              || step.inputs.contains(where: { if case .stored = $0.value.content { true } else { false } })
          else { continue }
          let causes = read.targets.lazy.compactMap { target in
            identity(job, read).flatMap { target.registry.capabilities.publishers?.review($0) }?
              .first { $0.certainty == .certain }
          }
          let cause = causes.first
          findings.append(
            AuditRow.Finding(
              state: cause == nil ? .unknown : .cannot, code: cause?.code ?? "called-elsewhere", place: step.place,
              text: cause?.summary
                ?? "The job \(name) is defined in \(Neutralized(called, limit: 160)), which is not read here.",
              fix: cause?.fixes.first))
        case .called(let called) where !hasUses && job.identity.value == true:
          findings.append(
            AuditRow.Finding(
              state: .unknown, code: "called-elsewhere", place: step.place,
              text: "The job \(name) is defined in \(Neutralized(called, limit: 160)), which is not read here.",
              fix: nil))
        case .part(let part) where !hasUses && job.identity.isUnknown && job.steps.count == 1:
          findings.append(
            AuditRow.Finding(
              state: .unknown, code: "component-unread", place: step.place,
              text: "\(Neutralized(part, limit: 160)) is not read here, and may publish.", fix: nil))
        case .unknown(let why) where !hasUses && (job.identity.value == true || isMeant(job.name)):
          findings.append(
            AuditRow.Finding(
              state: .unknown, code: "step-unread", place: step.place,
              text: "What the job \(name) runs is not read here: \(why).", fix: nil))
        default: break
        }
      }
    }
    return findings
  }

  /// Whether a name is that of something that publishes.
  private func isMeant(_ name: String) -> Bool {
    catalog.isMeant(name, by: ["publish", "release", "upload", "deploy"])
  }

  // MARK: Two ways

  private func twoWays(_ uses: [PublishingUse]) -> [AuditRow.Finding] {
    var findings: [AuditRow.Finding] = []
    for (index, first) in uses.enumerated() {
      for second in uses[(index + 1)...] {
        guard let registry = first.targets.first(where: second.targets.contains),
          first.job.place != second.job.place, Self.meet(first, second)
        else { continue }
        let isOneFile = first.job.startedFile == second.job.startedFile
        guard !isOneFile || first.credential != second.credential else { continue }
        findings.append(
          AuditRow.Finding(
            state: .twoWays, code: "two-ways", place: second.place,
            text: "The jobs \(Neutralized.quoted(first.job.name, limit: 60)) (\(first.place)) and "
              + "\(Neutralized.quoted(second.job.name, limit: 60)) both publish to \(Neutralized(registry)) when the same tag is made.",
            fix: "Keep one of them."))
      }
    }
    return findings
  }

  /// Whether both may run for one release: a release makes its tag, too.
  private static func meet(_ first: PublishingUse, _ second: PublishingUse) -> Bool {
    first.step.occasions.contains { one in
      second.step.occasions.contains { other in
        one.source == other.source && (one.source == .tag || one.event == other.event) && one.source != .chosen
      }
    }
  }
}
