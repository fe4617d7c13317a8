import BrokerCore
import BrokerSystem

/// `token-broker exec`: runs a publishing tool once for each target, with a credential that lives as long as it does.
enum ExecCommand: Command {
  static let name = "exec"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "run a publishing tool for each target, with a credential in its environment alone",
      operands: "TARGET... -- COMMAND [ARGS...]", operandCount: 1...64,
      operandChoices: catalog.usualTargets,
      options: ExecOptions.specs + OptionSpec.report(for: catalog), takesCommand: true,
      notes: [
        "For each target in order: mints right before the COMMAND starts, runs it, and burns the credential when it has "
          + "ended. Stops at the first failure. {registry} and {url} in the COMMAND stand for each target's name and "
          + "address."
      ] + (catalog.plugins.tools.summary.map { [$0] } ?? []) + [
        "The status is the command's, 128 and the number of the signal that ended it, 127 or 126 if it could not be "
          + "started, and 125 for a failure of token-broker's own."
      ])
  }

  /// Every failure of ours is 125, so that it is not mistaken for the command's; 126 and 127 are as env(1) has them, and
  /// a run that a signal ended says so.
  static func status(of error: BrokerError) -> Int32 {
    switch error.code {
    case .commandNotFound, .commandNotRunnable, .interrupted, .terminated: error.status.rawValue
    default: 125
    }
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let output = try ReportOutput(arguments, surroundings)
    do throws(BrokerError) {
      return try await output.recording("exec", status: status) { (recorder) async throws(BrokerError) in
        // No command is started before the run.
        recorder.published(nothing: true)
        return try await exec(arguments, surroundings, recorder)
      }
    } catch {
      surroundings.console.report(error)
      surroundings.console.error(ReleaseSummary.nothing)
      return status(of: error)
    }
  }

  private static func exec(
    _ arguments: ParsedArguments, _ surroundings: Surroundings, _ recorder: RunRecorder
  ) async throws(BrokerError) -> Int32 {
    let options = try ExecOptions(arguments)
    let session = try Session(arguments, surroundings)
    let names = try names(arguments.operands, from: options.from, in: session.configuration)
    let provider = try await session.selectProvider()
    recorder.begin(provider: provider.name, isRehearsal: session.broker.isRehearsal, session.configuration)

    var plan = try ExecPlan(options, targets: try await session.targets(names), in: surroundings.environment)
    let variables = ChildEnvironment(
      clients: plan.clients, own: [], identityVariables: provider.source.identityVariables,
      isRehearsal: session.broker.isRehearsal)
    if let (survey, recognised, target) = plan.survey {
      plan = try plan.surveyed(
        try await packages(survey, recognised, target, variables, surroundings), by: recognised.client.name)
    }
    try refuseNothing(plan, provider.source.guide)
    for step in plan.steps where step.recognised == nil && !step.target.registry.capabilities.variables.isEmpty {
      surroundings.console.error(
        "\(Neutralized(step.target.name)): nothing guards where \(Neutralized(step.command[0], limit: 120)) publishes: it is a "
          + "tool that exec does not know, and its settings decide where the credential goes\n")
    }
    for step in plan.steps { try CommandSearch(step.command[0], in: surroundings.environment).check() }
    if options.isAttested { try plan.checkAttestable() }
    let localFiles = LocalFiles()
    if options.isCompared {
      let check = ReleaseCheck(
        broker: session.broker, console: surroundings.console, localFiles: localFiles,
        source: provider.source)
      let outlooks = try await check.decide(plan.files, of: options.command, at: plan.steps.map(\.target))
      plan = plan.decided(outlooks)
    }
    try plan.checkNarrowing(life: options.credentialLife)
    let helper = try await helper(of: plan, options, variables, surroundings)
    let engine = session.engine(telling: recorder)
    let targets = plan.steps.filter { $0.decision != .alreadyPublished }.map(\.target)
    let audiences = try await engine.check(
      targets, from: provider.source, asking: Set(targets.dropFirst().map(\.name)))
    if options.isAttested, !targets.isEmpty, !plan.isDryRun {
      plan = plan.attested(
        try await attest(plan.filesLeft, for: targets, plan, options, engine, provider.source, surroundings))
    }
    return await ExecRun(
      plan: plan.ready(for: targets, audiences), options: options, engine: engine, source: provider.source,
      recorder: recorder, surroundings: surroundings, localFiles: localFiles,
      helper: helper, lookup: ReleaseLookup(time: session.broker.time, console: surroundings.console),
      confirmationLimit: min(engine.policy.total, ReleaseLookup.limit), isRehearsal: session.broker.isRehearsal
    ).run()
  }

  /// The packages that a tool makes and publishes, in its own words.
  private static func packages(
    _ survey: PackageSurvey, _ recognised: ClientRecognition, _ target: Target, _ variables: ChildEnvironment,
    _ surroundings: Surroundings
  ) async throws(BrokerError) -> PackageSurvey.Answer {
    let question = ToolQuestion(variables: variables, target: target, environment: surroundings.environment)
    let words = Array(recognised.command[(recognised.tool + 1)...])
    let output = try await question.output(
      of: Array(recognised.command[...recognised.tool]), survey.question(words), in: recognised.folder)
    guard let output else {
      let asked = survey.question(words).joined(separator: " ")
      return PackageSurvey.Answer(
        [], unknown: "\(Neutralized(recognised.client.name)) \(Neutralized(asked, limit: 120)) failed")
    }
    let folder = FileLocation.absolute(recognised.folder ?? "", from: FileLocation.currentFolder ?? "/")
    return survey.read(words, folder, output)
  }

  /// How the command's tool asks for credentials while it runs; nil, with a note, if it cannot.
  private static func helper(
    of plan: ExecPlan, _ options: ExecOptions, _ variables: ChildEnvironment, _ surroundings: Surroundings
  ) async throws(BrokerError) -> CredentialHelper? {
    guard plan.clients.count == 1, let helper = plan.clients[0].helper, let step = plan.steps.first else { return nil }
    let name = plan.clients[0].name
    func note(_ reason: Message) {
      let life =
        step.target.registry.credentialLifetime.map { " of \($0.components.seconds / 60) minutes" as Message } ?? ""
      surroundings.console.error(
        "note: \(Neutralized(name)) gets one credential\(life) for all that it publishes: \(reason)\n")
    }
    if options.isRedacted {
      note("--redact takes out what is known before the command starts")
      return nil
    }
    let question = ToolQuestion(variables: variables, target: step.target, environment: surroundings.environment)
    let command = step.recognised.map { Array($0.command[...$0.tool]) } ?? [name]
    guard let output = try? await question.output(of: command, helper.versionQuestion, in: step.recognised?.folder)
    else {
      note("it does not say which version it is")
      return nil
    }
    if let obstacle = helper.obstacle(output) {
      note(obstacle)
      return nil
    }
    return helper
  }

  /// Has files signed.
  ///
  /// - Returns: The files.
  private static func attest(
    _ files: [DistributionFile], for targets: [Target], _ plan: ExecPlan, _ options: ExecOptions, _ engine: Engine,
    _ source: any IdentityTokenSource, _ surroundings: Surroundings
  ) async throws(BrokerError) -> [DistributionFile] {
    let tools = targets.compactMap(\.registry.capabilities.attestations)
    guard let tool = tools.first, tools.count == targets.count, tools.allSatisfy({ $0.program == tool.program }) else {
      let without = targets.filter { $0.registry.capabilities.attestations?.program != tools.first?.program }
      throw BrokerError(
        .usage, "No program is known that signs files for \(Neutralized((without.first ?? targets[0]).name)).",
        remedy: "Leave --attest out.")
    }
    // Neither a CI system's variables nor those of the publishing tools are any business of the program that signs.
    let withheld =
      surroundings.catalog.plugins.runners.flatMap { [$0.variable] + $0.variables } + ["TOKEN_BROKER_*"]
      + plan.clients.flatMap { client in
        client.removedVariables + targets.flatMap { target in client.variables.map { $0.name(for: target.name) } }
      }
    try await Attesting(
      tool: tool, program: options.attester, files: files, withheld: withheld, engine: engine, source: source,
      surroundings: surroundings
    ).run()
    return files
  }

  /// Refuses a command that has certainly nothing to publish: a mint may already make a project.
  private static func refuseNothing(_ plan: ExecPlan, _ guide: ProviderGuide) throws(BrokerError) {
    guard let absence = plan.files.absence, let client = plan.steps.first?.recognised?.client.name else { return }
    let merged: Message = guide.mergedArtifacts.map { ": \($0)" } ?? ""
    let remedy: Message
    if let folder = absence.folders.first {
      remedy =
        "Name the files in the folder, such as \(Neutralized(folder, limit: 120))/*, or have a step that downloads several "
        + "artifacts put them into one folder\(merged)."
    } else if absence.isQuoted {
      remedy = "Leave out the quotes around the pattern, so that the shell names the files."
    } else {
      remedy = "Build before this step, or let the job download what was built, and look where that is."
    }
    throw BrokerError(
      .nothingToPublish, "\(Neutralized(client)) is given no distribution file: there is nothing to publish.",
      remedy: remedy, facts: absence.facts)
  }

  /// The registries that the targets stand for, from `from` on.
  private static func names(
    _ targets: [String], from: String?, in configuration: BrokerConfiguration
  ) throws(BrokerError) -> [String] {
    let names = try configuration.registries(for: targets).map(\.name)
    guard let from else { return names }
    guard let start = names.firstIndex(of: from) else {
      throw BrokerError(
        .usage, "--from names \(Neutralized.quoted(from)), which is not among the targets.",
        remedy: NearestName.remedy(for: from, among: names))
    }
    return Array(names[start...])
  }
}
