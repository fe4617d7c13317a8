import BrokerCore
import BrokerSystem

/// Carries out a plan: target after target, mint, run, burn.
struct ExecRun: Sendable {
  let plan: ExecPlan
  let options: ExecOptions
  /// What is done for each target, by its name.
  let decisions: [String: ReleaseDecision]
  let engine: Engine
  let source: any IdentityTokenSource
  let surroundings: Surroundings

  /// Runs to the end, or to the first failure.
  ///
  /// - Returns: The exit status: that of the first command that failed, 125 for a failure of ours, or 0.
  func run() async -> Int32 {
    var status: Int32 = 0
    for (index, step) in plan.steps.enumerated() {
      let result = await run(step)
      guard result != 0 else { continue }
      if status == 0 { status = result }
      let rest = plan.steps[(index + 1)...].map(\.target.name)
      let isCutOff = surroundings.signals.received != nil
      guard options.keepsGoing, !isCutOff else {
        if !rest.isEmpty { say("not reached: \(rest.joined(separator: ", "))") }
        break
      }
    }
    return status
  }

  private func run(_ step: ExecPlan.Step) async -> Int32 {
    let name = step.target.name
    var command = step.command
    switch decisions[name] ?? .publish {
    case .publish: break
    case .publishRest: command += plan.recognised?.skipArguments ?? []
    case .alreadyPublished:
      say("\(name): already published")
      return 0
    }
    do throws(BrokerError) {
      let credentials = try await engine.mint([step.target], from: source)
      return try await run(command, for: step.target, with: credentials[0])
    } catch {
      surroundings.console.report(error)
      return ExecCommand.status(of: error)
    }
  }

  /// Runs the command with a credential, and burns it whatever comes of the command.
  private func run(
    _ command: [String], for target: any RegistryTarget, with credential: Credential
  ) async throws(BrokerError) -> Int32 {
    let variables = ChildEnvironment(
      clients: plan.clients, own: options.environment,
      identityVariables: options.keepsIdentity ? [] : source.identityVariables)
    for note in variables.notes(for: target.name, in: surroundings.environment) { say("\(target.name): \(note)") }
    say("\(target.name): running \(UntrustedText.neutralized(command[0]))")
    let child = ChildProcess(command, environment: variables.make(for: credential, in: surroundings.environment))
    let result: Result<ChildExit, BrokerError>
    do throws(BrokerError) {
      result = .success(try await Supervisor(child, signals: surroundings.signals).run())
    } catch { result = .failure(error) }
    if !options.keepsCredential { await engine.burn([credential], at: [target]) }
    let exit = try result.get()
    guard exit.status != 0 else { return 0 }
    say("\(target.name): \(UntrustedText.neutralized(command[0])) ended with status \(exit.status)")
    for hint in UploadHints.hints(for: [], target: target.name) { say("\(target.name): hint: \(hint)") }
    return exit.status
  }

  private func say(_ text: String) { surroundings.console.error("\(text)\n") }
}
