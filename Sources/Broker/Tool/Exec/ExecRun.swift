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
  /// Looks for what was published, before the next target's turn.
  let lookup: ReleaseLookup

  /// Runs.
  ///
  /// - Returns: The exit status: that of the first command that failed, 125 for a failure of ours, or 0.
  func run() async -> Int32 {
    var status: Int32 = 0
    for (index, step) in plan.steps.enumerated() {
      let result = await run(step, isLast: !hasWork(after: index))
      if status == 0 { status = result }
      let rest = plan.steps[(index + 1)...].map(\.target.name)
      guard !rest.isEmpty else { break }
      let signal = surroundings.signals.received
      guard signal != nil || (result != 0 && !options.keepsGoing) else { continue }
      surroundings.console.error("not reached: \(rest.joined(separator: ", "))\n")
      // The command may have ended well all the same; the run has not.
      return status == 0 ? signal.map { 128 + $0.number } ?? status : status
    }
    return status
  }

  /// Whether a target behind that one has something left to publish.
  private func hasWork(after index: Int) -> Bool {
    plan.steps[(index + 1)...].contains { $0.decision != .alreadyPublished }
  }

  private func run(_ step: ExecPlan.Step, isLast: Bool) async -> Int32 {
    var published: Set<String> = []
    switch step.decision {
    case .alreadyPublished, .publish: break
    case .publishRest(let names): published = names
    }
    let commands = plan.commands(for: step, passingOver: published)
    guard step.decision != .alreadyPublished, !commands.isEmpty else {
      surroundings.console.error("\(step.target.name): already published\n")
      return 0
    }
    let own = OwnFiles(step.recognised, plan.tools.files, in: surroundings.environment)
    let run = TargetRun(
      target: step.target, commands: commands,
      variables: ChildEnvironment(
        clients: plan.clients, own: options.environment,
        identityVariables: options.keepsIdentity ? [] : source.identityVariables),
      options: options, supply: { step.audience.map(source.supply) ?? .renewable },
      engine: engine, source: source, recorder: recorder, surroundings: surroundings)
    do throws(BrokerError) {
      let status = try await run.run()
      if status == 0, !isLast, surroundings.signals.received == nil { try await find(step, own) }
      return status
    } catch {
      surroundings.console.report(error)
      return ExecCommand.status(of: error)
    }
  }

  /// Looks for the files at the index, where it was asked before: tools that end well have published nothing if an index
  /// led them elsewhere.
  private func find(_ step: ExecPlan.Step, _ own: OwnFiles) async throws(BrokerError) {
    guard options.isCompared, let recognised = step.recognised, !ClientArguments(recognised).isDryRun else { return }
    let isChosen = plan.files.files.isEmpty && plan.files.others.isEmpty
    let paths = isChosen ? own.paths() : plan.files.files.map(\.location)
    var files: [ReleaseComparison.LocalFile] = []
    for path in paths {
      if let file = try localFiles.file(path, for: step.target) { files.append(file) }
    }
    guard !files.isEmpty else { return }
    try await lookup.find(files, at: step.target, after: recognised.client.name)
  }
}
