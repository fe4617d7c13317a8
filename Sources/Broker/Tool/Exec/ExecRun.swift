import BrokerCore
import BrokerSystem

/// Carries out a plan: target after target, to the end or to the first failure.
struct ExecRun: Sendable {
  let plan: ExecPlan
  let options: ExecOptions
  let engine: Engine
  let source: any IdentityTokenSource
  let recorder: RunRecorder
  let surroundings: Surroundings
  /// Reads the files that are published.
  let localFiles: LocalFiles
  /// How the tool asks for credentials while it runs; nil if it is given them.
  let helper: CredentialHelper?
  /// Looks for what was published.
  let lookup: ReleaseLookup
  /// How long lists are waited for, for all targets together.
  let confirmationLimit: Duration
  /// Whether the sandbox stands in for the registries.
  let isRehearsal: Bool

  /// How a target's turn ended.
  private struct Turn {
    var status: Int32 = 0
    var files: [PublishedFile] = []
  }

  /// Runs, and says at the end which file is where.
  ///
  /// - Returns: The exit status: that of the first command that failed, 125 for a failure of ours, or 0.
  func run() async -> Int32 {
    var table: [TargetFiles] = []
    let status = await run(&table)
    for step in plan.steps where !table.contains(where: { $0.registry == step.target.name }) {
      var notSent = confirmation(of: step)
      notSent.add(knownPaths(of: step), .notSent)
      table.append(TargetFiles(step.target, notSent.files))
    }
    for target in table { recorder.add(target) }
    surroundings.console.error(ReleaseSummary(recorder.report, surroundings.console.style.layout).text)
    return status
  }

  private func run(_ table: inout [TargetFiles]) async -> Int32 {
    var status: Int32 = 0
    var left = confirmationLimit
    for (index, step) in plan.steps.enumerated() {
      let turn = await run(step, within: &left)
      table.append(TargetFiles(step.target, turn.files))
      if status == 0 { status = turn.status }
      let rest = plan.steps[(index + 1)...].map(\.target.name)
      guard !rest.isEmpty else { break }
      let signal = surroundings.signals.received
      guard signal != nil || (turn.status != 0 && !options.keepsGoing) else { continue }
      recorder.notReached(rest)
      // The command may have ended well all the same; the run has not.
      return status == 0 ? signal.map { 128 + $0.number } ?? status : status
    }
    return status
  }

  private func confirmation(of step: ExecPlan.Step) -> TargetConfirmation {
    TargetConfirmation(
      step, localFiles, lookup, surroundings.console,
      isAsked: options.isConfirmed && surroundings.signals.received == nil)
  }

  /// The files that a step's command names, if it is known what that publishes.
  private func knownPaths(of step: ExecPlan.Step) -> [String] {
    step.recognised == nil ? [] : plan.files.files.map(\.location)
  }

  private func run(_ step: ExecPlan.Step, within left: inout Duration) async -> Turn {
    var published: Set<String> = []
    switch step.decision {
    case .alreadyPublished: published = Set(plan.files.files.map(\.name))
    case .publish: break
    case .publishRest(let names): published = names
    }
    var confirmation = confirmation(of: step)
    confirmation.add(
      plan.files.files.filter { published.contains($0.name) && step.recognised != nil }.map(\.location),
      .alreadyThere)
    let commands = plan.commands(for: step)
    guard !commands.isEmpty else {
      surroundings.console.error("\(Neutralized(step.target.name)): already published\n")
      return Turn(files: confirmation.files)
    }
    if commands.count > 1, !plan.isPerFile {
      let names = step.newProjects.sorted().map { Neutralized($0, limit: 120) }.joined(separator: ", ")
      surroundings.console.error(
        "\(Neutralized(step.target.name)): the files of \(names) go first, in a run of their own\n")
    }
    let own = OwnFiles(step.recognised, plan.tools.files, in: surroundings.environment)
    let ending = await TargetRun(
      target: step.target, commands: commands,
      variables: ChildEnvironment(
        clients: plan.clients, own: step.target.registry.capabilities.variables + options.environment,
        identityVariables: options.keepsIdentity ? [] : source.identityVariables, isRehearsal: isRehearsal),
      options: options, helper: helper, isRecognised: step.recognised != nil,
      audience: step.audience, engine: engine, source: source, recorder: recorder, surroundings: surroundings
    ).run()
    // What a command of another kind does is not known, and one that only tries publishes nothing.
    if ending.hasStarted, !isDryRun(step) { recorder.published(nothing: false) }
    var turn = Turn()
    do throws(BrokerError) { turn.status = try ending.result.get() } catch { turn.status = report(error) }
    let started = engine.time.elapsed()
    do throws(BrokerError) {
      try await confirm(&confirmation, ending, own, within: left)
    } catch { turn.status = report(error) }
    left -= engine.time.elapsed() - started
    confirmation.add(knownPaths(of: step), .notSent)
    turn.files = confirmation.files
    return turn
  }

  private func isDryRun(_ step: ExecPlan.Step) -> Bool {
    step.recognised.map { ClientArguments($0).isDryRun } ?? false
  }

  private func report(_ error: BrokerError) -> Int32 {
    surroundings.console.report(error)
    return ExecCommand.status(of: error)
  }

  /// Takes down what the commands did, and asks the index for it: tools that end well have published nothing if an index
  /// led them elsewhere, and one that failed may have published some of its files.
  private func confirm(
    _ confirmation: inout TargetConfirmation, _ ending: TargetRun.Ending, _ own: OwnFiles, within limit: Duration
  ) async throws(BrokerError) {
    guard let recognised = confirmation.step.recognised, !isDryRun(confirmation.step) else { return }
    let isChosen = plan.files.files.isEmpty && plan.files.others.isEmpty
    let finished = isChosen && ending.isGood ? own.paths() : ending.finished.map(\.location)
    confirmation.digests.merge(ending.digests) { $1 }
    confirmation.add(finished, .published)
    let failed = isChosen && !ending.isGood ? own.paths() : ending.failed.map(\.location)
    confirmation.add(failed, .unknown)
    guard surroundings.signals.received == nil else { return }
    guard ending.isGood else {
      let listings = await confirmation.look(within: limit)
      return confirmation.explain(ending, with: listings)
    }
    try await confirmation.confirm(after: recognised.client.name, within: limit)
  }
}
