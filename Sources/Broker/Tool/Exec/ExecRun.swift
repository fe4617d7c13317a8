import BrokerCore
import BrokerSystem

/// Carries out a plan: target after target, to the end or to the first failure.
struct ExecRun: Sendable {
  let plan: ExecPlan
  let options: ExecOptions
  /// What is done for each target, by its name.
  let decisions: [String: ReleaseDecision]
  /// The audience of each target, by its name.
  let audiences: [String: Audience]
  let engine: Engine
  let source: any IdentityTokenSource
  let surroundings: Surroundings

  /// Runs.
  ///
  /// - Returns: The exit status: that of the first command that failed, 125 for a failure of ours, or 0.
  func run() async -> Int32 {
    var status: Int32 = 0
    for (index, step) in plan.steps.enumerated() {
      let result = await run(step)
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

  private func run(_ step: ExecPlan.Step) async -> Int32 {
    var published: Set<String> = []
    switch decisions[step.target.name] ?? .publish {
    case .alreadyPublished:
      surroundings.console.error("\(step.target.name): already published\n")
      return 0
    case .publish: break
    case .publishRest(let names): published = names
    }
    let run = TargetRun(
      target: step.target, commands: plan.commands(for: step, passingOver: published),
      variables: ChildEnvironment(
        clients: plan.clients, own: options.environment,
        identityVariables: options.keepsIdentity ? [] : source.identityVariables),
      options: options, supply: { audiences[step.target.name].map(source.supply) ?? .renewable },
      engine: engine, source: source, surroundings: surroundings)
    do throws(BrokerError) { return try await run.run() } catch {
      surroundings.console.report(error)
      return ExecCommand.status(of: error)
    }
  }
}
