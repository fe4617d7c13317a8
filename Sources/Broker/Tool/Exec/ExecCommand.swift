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
      options: ExecOptions.specs + OptionSpec.report, takesCommand: true,
      notes: [
        "For each target in order: mints right before the COMMAND starts, runs it, and burns the credential when it has "
          + "ended. Stops at the first failure. {registry} and {url} in the COMMAND stand for each target's name and "
          + "address.",
        "Recognised: " + ClientTable.all.map { "\($0.name) \($0.subcommands[0])" }.joined(separator: ", ")
          + ", also behind python -m, uvx, uv run, pipx run, poetry run, pdm run, hatch run, env and timeout.",
        "The status is the command's, 128 and the number of the signal that ended it, 127 or 126 if it could not be "
          + "started, and 125 for a failure of token-broker's own.",
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
    try await ReportOutput(arguments, surroundings).recording("exec", status: status) {
      (recorder) async throws(BrokerError) in try await exec(arguments, surroundings, recorder)
    }
  }

  private static func exec(
    _ arguments: ParsedArguments, _ surroundings: Surroundings, _ recorder: RunRecorder
  ) async throws(BrokerError) -> Int32 {
    let console = surroundings.console
    let options = try ExecOptions(arguments)
    let broker = try surroundings.broker()
    var policy = RetryPolicy()
    if let total = try arguments.seconds("--timeout") { policy.total = total }
    let configuration = try surroundings.configuration(for: arguments, broker)
    let names = try names(arguments.operands, from: options.from, in: configuration)

    if options.isExplained { console.error(SelectionReport(await broker.providerFindings(in: configuration)).text) }
    let provider = try await broker.selectProvider(in: configuration, named: arguments.value("--provider"))
    if options.isExplained { console.error("provider: using \(provider.name)\n") }
    recorder.begin(provider: provider.name, isRehearsal: broker.isRehearsal)
    if broker.isRehearsal { console.error("rehearsal: the sandbox stands in for every registry\n") }

    let plan = try ExecPlan(options, targets: try await broker.targets(names, in: configuration))
    for step in plan.steps { try CommandSearch(step.command[0], in: surroundings.environment).check() }
    let masks = SecretMasks(console: console)
    let engine = broker.engine(for: configuration, policy: policy) { event in
      recorder.note(event)
      EventNotes(console: console, isExplained: options.isExplained, time: broker.time).show(event)
    } hide: { (event) throws(BrokerError) in
      try masks.apply(event)
    }
    let decisions =
      options.isCompared
      ? try await ReleaseCheck(broker: broker, console: console)
        .decide(plan.files, of: options.command, at: plan.steps.map(\.target)) : [:]
    let targets = plan.steps.map(\.target).filter { decisions[$0.name] != .alreadyPublished }
    let audiences = try await engine.check(
      targets, from: provider.source, asking: Set(targets.dropFirst().map(\.name)))
    let first = targets.first.map { engine.judging($0, alsoFor: targets) }
    return await ExecRun(
      plan: plan, options: options, decisions: decisions, audiences: audiences, engine: first ?? engine,
      source: provider.source, surroundings: surroundings,
      lookup: ReleaseLookup(time: broker.time, console: console, limit: policy.total)
    ).run()
  }

  /// The registries that the targets stand for, from `from` on.
  private static func names(
    _ targets: [String], from: String?, in configuration: BrokerConfiguration
  ) throws(BrokerError) -> [String] {
    let names = try configuration.registries(for: targets).map(\.name)
    guard let from else { return names }
    guard let start = names.firstIndex(of: from) else {
      throw BrokerError(
        .usage, "--from names \(UntrustedText.quoted(from)), which is not among the targets.",
        remedy: NearestName.remedy(for: from, among: names))
    }
    return Array(names[start...])
  }
}
