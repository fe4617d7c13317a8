import BrokerCore

/// `token-broker config audit`: how each of many checkouts publishes today, and what has to be done.
enum ConfigAuditCommand: Command {
  static let name = "config audit"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "say how each of many checkouts publishes today, and what has to be done",
      operands: "[DIR...]", operandCount: 0...10_000,
      options: OptionSpec.configuration + [
        OptionSpec(
          "--format", "FORMAT", "text, markdown or json", choices: AuditReport.Format.allCases.map(\.rawValue)),
        OptionSpec("--only", "STATES", "only rows with one of these states, between commas"),
        OptionSpec("--online", nil, "ask the registries who published the last attested release, and compare"),
        OptionSpec(
          "--reports", "FOLDER", "in place of checkouts, collect the report files below FOLDER (--report writes them)",
          isRepeatable: true),
      ],
      notes: [
        "A DIR is a checkout; without any, this folder. Workflows and pipelines, token-broker.json, the organisation's file "
          + "and git's configuration are read; nothing is run, and without --online nothing is sent.",
        "States: cannot, stored-token, two-ways, fix, unknown, register, ready, nothing (nothing publishes there). A repository "
          + "has each state that a finding gives it. Ready is one whose files agree with each other and with \"expect\", which "
          + "says what its publisher was registered with.",
        "With --reports each report is a row with what audited rules would have refused, and each rule is counted; a file that is "
          + "no report is named.",
        "Status 0 if every row that is shown is ready or publishes nothing, or nothing would be refused in any report; 1 if not, 3 "
          + "if nothing could be read.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let format: AuditReport.Format = try AdoptionOptions.format(arguments)
    let wanted = try states(arguments.value("--only"))
    let folders = arguments.all("--reports")
    guard folders.isEmpty else {
      guard arguments.operands.isEmpty, wanted.isEmpty, !arguments.has("--online") else {
        throw BrokerError(
          .usage, "--reports collects report files, and goes with neither DIR nor --only nor --online.",
          remedy: "Leave these out.")
      }
      let collection = ReportCollection(folders: folders)
      let written = surroundings.console.write(data: collection.text(format))
      guard written == ExitStatus.done.rawValue else { return written }
      if collection.rows.isEmpty { return ExitStatus.configuration.rawValue }
      return collection.refused == 0 ? ExitStatus.done.rawValue : 1
    }
    let broker = try surroundings.broker()
    if arguments.has("--require-org") { _ = try broker.configuration(requiresOrganisation: true) }
    var audit = RepositoryAudit(
      broker, valueOptionsOf: surroundings.catalog, configurationFile: arguments.value("--config"))
    let reads = (arguments.operands.isEmpty ? ["."] : arguments.operands).map { audit.read($0) }
    if arguments.has("--online") { audit.releases = await releases(reads, audit) }
    let rows = reads.map(audit.row)
    let report = AuditReport(
      wanted.isEmpty ? rows : rows.filter { row in row.states.contains(where: wanted.contains) })
    let written = surroundings.console.write(
      data: report.text(format, surroundings.console.outputStyle.layout))
    guard written == ExitStatus.done.rawValue else { return written }
    if reads.allSatisfy({ $0.findings.contains { $0.code == "folder-missing" } }) {
      return ExitStatus.configuration.rawValue
    }
    return report.rows.allSatisfy { $0.states.allSatisfy(\.isDone) } ? ExitStatus.done.rawValue : 1
  }

  private static func states(_ text: String?) throws(BrokerError) -> [AuditRow.State] {
    var states: [AuditRow.State] = []
    for name in text?.split(separator: ",").map(String.init) ?? [] {
      guard let state = AuditRow.State(rawValue: name) else {
        throw BrokerError(
          .usage, "There is no state \(Neutralized.quoted(name)).",
          remedy: NearestName.remedy(for: name, among: AuditRow.State.allCases.map(\.rawValue)))
      }
      states.append(state)
    }
    return states
  }

  /// The last attested release of each project at each registry that is published to.
  private static func releases(
    _ reads: [RepositoryAudit.Read], _ audit: RepositoryAudit
  ) async -> [String: Result<PublishedRelease?, BrokerError>] {
    struct Question: Sendable {
      let key: String
      let project: String
      let history: any PublisherHistory
    }
    var questions: [Question] = []
    var releases: [String: Result<PublishedRelease?, BrokerError>] = [:]
    for read in reads {
      guard let configuration = read.configuration else { continue }
      for use in read.uses {
        for name in use.targets where configuration.registries.contains(where: { $0.name == name }) {
          guard let project = audit.project(of: use, at: name, read) else { continue }
          let key = "\(name)/\(project)"
          guard releases[key] == nil, !questions.contains(where: { $0.key == key }) else { continue }
          do throws(BrokerError) {
            // In a rehearsal, the sandbox is asked.
            let target = try await audit.broker.targets([name], in: configuration).first
            guard let history = target?.registry.capabilities.history else { continue }
            questions.append(Question(key: key, project: project, history: history))
          } catch { releases[key] = .failure(error) }
        }
      }
    }
    // Few at a time: an index answers others, too.
    var rest = questions[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(8))
      rest = rest.dropFirst(8)
      let answers = await SideBySide.values(of: some) { question -> Result<PublishedRelease?, BrokerError> in
        do throws(BrokerError) { return .success(try await question.history.lastRelease(of: question.project)) } catch {
          return .failure(error)
        }
      }
      for (question, answer) in zip(some, answers) { releases[question.key] = answer }
    }
    return releases
  }
}
