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
      if status == 0 { status = result }
      let rest = plan.steps[(index + 1)...].map(\.target.name)
      guard !rest.isEmpty else { break }
      let signal = surroundings.signals.received
      guard signal != nil || (result != 0 && !options.keepsGoing) else { continue }
      say("not reached: \(rest.joined(separator: ", "))")
      // The command may have ended well all the same; the run has not.
      return status == 0 ? signal.map { 128 + $0.number } ?? status : status
    }
    return status
  }

  private func run(_ step: ExecPlan.Step) async -> Int32 {
    let name = step.target.name
    switch decisions[name] ?? .publish {
    case .alreadyPublished:
      say("\(name): already published")
      return 0
    case .publish, .publishRest: break
    }
    do throws(BrokerError) { return try await publish(step) } catch {
      surroundings.console.report(error)
      return ExecCommand.status(of: error)
    }
  }

  /// Runs the commands for a target, and burns its credentials whatever comes of them.
  private func publish(_ step: ExecPlan.Step) async throws(BrokerError) -> Int32 {
    let variables = ChildEnvironment(
      clients: plan.clients, own: options.environment,
      identityVariables: options.keepsIdentity ? [] : source.identityVariables)
    for note in variables.notes(for: step.target.name, in: surroundings.environment) {
      say("\(step.target.name): \(note)")
    }
    let burn = CredentialBurn(engine: engine, target: step.target)
    let result: Result<Int32, BrokerError>
    do throws(BrokerError) {
      result = .success(try await publish(step, variables: variables, burn: burn))
    } catch { result = .failure(error) }
    await burn.finish()
    return try result.get()
  }

  private func publish(
    _ step: ExecPlan.Step, variables: ChildEnvironment, burn: CredentialBurn
  ) async throws(BrokerError) -> Int32 {
    let credential = try await engine.mint([step.target], from: source)[0]
    if !options.keepsCredential { burn.add(credential) }
    guard surroundings.signals.received == nil else {
      throw BrokerError(.interrupted, "Interrupted before the command for \(step.target.name) was started.")
    }
    var command = step.command
    if case .publishRest(let published)? = decisions[step.target.name] {
      command = plan.passingOver(published, in: step)
    }
    say("\(step.target.name): running \(UntrustedText.neutralized(command[0]))")
    let tail = OutputTail()
    let child = ChildProcess(
      command, environment: variables.make(for: credential, in: surroundings.environment),
      streams: .relayed(into: tail, redacting: options.isRedacted ? SecretForms.all(of: credential) : []))
    let supervisor = Supervisor(child, signals: surroundings.signals) { burn.signalled() }
    let exit = try await supervisor.run()
    await burn.finish(after: child.outputRelayed)
    guard exit.status != 0 else { return 0 }
    say("\(step.target.name): \(UntrustedText.neutralized(command[0])) ended with status \(exit.status)")
    for hint in UploadHints.hints(for: tail.bytes, target: step.target.name) {
      say("\(step.target.name): hint: \(hint)")
    }
    return exit.status
  }

  private func say(_ text: String) { surroundings.console.error("\(text)\n") }
}
