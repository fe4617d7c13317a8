import BrokerCore
import BrokerSystem

/// Runs the commands for one target, with a credential each where identity tokens are made on request.
struct TargetRun: Sendable {
  let target: Target
  let commands: [ExecPlan.FileCommand]
  let variables: ChildEnvironment
  let options: ExecOptions
  /// How the tool asks for credentials while it runs; nil if it is given them.
  let helper: CredentialHelper?
  /// Whether it is known what the command runs.
  let isRecognised: Bool
  /// The audience of this target's identity tokens; nil if it is not known yet.
  let audience: Audience?
  let engine: Engine
  let source: any IdentityTokenSource
  let recorder: RunRecorder
  let surroundings: Surroundings

  /// How the commands of a target ended.
  struct Ending: Sendable {
    /// The status of the command that failed, else 0; or why there is no credential, or why a command was not started.
    fileprivate(set) var result: Result<Int32, BrokerError> = .success(0)
    /// The files of the commands that ended well.
    fileprivate(set) var finished: [DistributionFile] = []
    /// The files of the command that failed.
    fileprivate(set) var failed: [DistributionFile] = []
    /// Whether a command was started.
    fileprivate(set) var hasStarted = false

    /// The SHA-256 of files that the tool made, by their names, as it says.
    fileprivate(set) var digests: [String: String] = [:]

    /// What the command that failed printed of a refused upload, where that does not show why.
    fileprivate(set) var unexplained: PublishingFailure?
    /// How the life of its credential had ended by then.
    fileprivate(set) var end: UnexplainedUpload.CredentialEnd?

    /// Whether all commands ended well.
    var isGood: Bool { if case .success(0) = result { true } else { false } }
  }

  /// How many identity tokens are left for this target.
  var supply: IdentityTokenSupply { audience.map(source.supply) ?? .renewable }

  /// That a credential is about to end, and there is no identity token for another; `again` is what a new job does.
  func ends(_ credential: Credential, again: Message) -> BrokerError {
    BrokerError(
      .identityTokenSpent,
      "The credential for \(Neutralized(target.name)) expires in \(credential.secondsLeft(by: engine.time)) s, and the job has no other identity token.",
      causes: [
        Cause(
          "token-spent", .certain, "An identity token is good for one exchange, and the job has used all that it has.",
          fixes: ["Give the job one identity token more with the same audience, or run the job again\(again)."],
          snippet: audience.flatMap { source.guide.spareToken($0) })
      ])
  }

  /// Runs the commands, to the end or to the first that fails, and burns the credentials whatever comes of them.
  func run() async -> Ending {
    for note in variables.notes(for: target.name, in: surroundings.environment) { say(note) }
    let burn = CredentialBurn(engine: engine, target: target, on: surroundings.loop)
    var ending = Ending()
    do throws(BrokerError) { ending.result = .success(try await runAll(burn, &ending)) } catch {
      ending.result = .failure(error)
    }
    await burn.finish()
    return ending
  }

  private func runAll(_ burn: CredentialBurn, _ ending: inout Ending) async throws(BrokerError) -> Int32 {
    var credential: Usable?
    for (index, command) in commands.enumerated() {
      let rest = commands[index...].flatMap { $0.files.map(\.name) }
      do throws(BrokerError) {
        let isLast = index == commands.count - 1
        let exit: Int32
        if let helper {
          exit = try await run(command, asking: helper, burn, isLast: isLast, &ending)
        } else {
          let usable = try await self.credential(for: commands[index...], after: credential, burn)
          credential = usable
          exit = try await run(command, with: usable, burn, isLast: isLast, &ending)
        }
        if exit == 0 { ending.finished += command.files } else { ending.failed += command.files }
        guard exit == 0, surroundings.signals.received == nil else {
          if commands.count > 1 { sayNotSent(exit == 0 ? Array(rest.dropFirst()) : rest) }
          return exit
        }
      } catch {
        if commands.count > 1 { sayNotSent(rest) }
        throw error
      }
    }
    return 0
  }

  /// A credential, and what it is good for.
  private struct Usable: Sendable {
    let credential: Credential
    let form: CredentialForm?
  }

  /// A credential for the next command: a new one wherever identity tokens are made on request; else one for all that
  /// are left.
  private func credential(
    for commands: ArraySlice<ExecPlan.FileCommand>, after previous: Usable?, _ burn: CredentialBurn
  ) async throws(BrokerError) -> Usable {
    if let previous, case .fixed(let remaining) = supply {
      let last = previous.credential
      if CredentialUse.mayGoOn(last, by: engine.time, life: options.credentialLife) { return previous }
      guard remaining > 0 else { throw ends(last, again: " with exec --from \(Neutralized(target.name))") }
    }
    await burn.finish()
    var target = target
    let isReused = if case .fixed = supply { true } else { false }
    target.narrowing.projects = Self.projects(of: isReused ? commands : commands.prefix(1))
    target.narrowing.life = options.credentialLife
    let minted = await engine.mint([target], from: source)
    for outcome in minted.outcomes { recorder.add(outcome) }
    let credential = try minted.credentials.get()[0]
    let form = minted.outcomes.first?.evidence.credential
    if let reason = form?.reason { say("the credential is not narrowed to projects: \(reason)") }
    if !options.keepsCredential { burn.add(credential) }
    guard surroundings.signals.received == nil else {
      throw BrokerError(.interrupted, "Interrupted before the command for \(Neutralized(target.name)) was started.")
    }
    return Usable(credential: credential, form: form)
  }

  /// The projects of all of the commands.
  private static func projects(of commands: ArraySlice<ExecPlan.FileCommand>) -> Narrowing.Projects {
    var names: Set<String> = []
    for command in commands {
      guard case .named(let own) = command.projects else { return command.projects }
      names.formUnion(own)
    }
    return .named(names.sorted())
  }

  private func run(
    _ command: ExecPlan.FileCommand, with usable: Usable, _ burn: CredentialBurn, isLast: Bool,
    _ ending: inout Ending
  ) async throws(BrokerError) -> Int32 {
    let name = Neutralized(command.words[0])
    let credential = usable.credential
    let tail = OutputTail()
    try credential.handOver(to: .command(command.words[0]))
    let expiry = Task(executorPreference: surroundings.loop) { await warn(of: credential, name) }
    defer { expiry.cancel() }
    return try await run(
      command, in: variables.make(for: credential, in: surroundings.environment), into: tail,
      redacting: options.isRedacted ? SecretForms.all(of: credential) : [], burn, isLast: isLast, usable, &ending)
  }

  /// Runs a command whose tool asks for credentials when it needs them.
  private func run(
    _ command: ExecPlan.FileCommand, asking helper: CredentialHelper, _ burn: CredentialBurn, isLast: Bool,
    _ ending: inout Ending
  ) async throws(BrokerError) -> Int32 {
    let tail = OutputTail()
    let folder = try HelperFolder(surroundings.environment)
    defer { folder.remove() }
    let requests = CredentialRequests(helper, self, files: command.files, isOrdered: isRecognised, burn) {
      if tail.isInsideErrorLine { surroundings.console.error("\n") }
    }
    folder.start(greeting: helper.greeting, on: surroundings.loop) { await requests.answer($0) }
    let status = try await run(
      command,
      in: variables.make(
        for: target, in: surroundings.environment, adding: folder.variables(of: helper, for: target.name)),
      into: tail, redacting: [], burn, isLast: isLast, nil, &ending)
    ending.digests.merge(requests.digests) { $1 }
    if status != 0, let failure = requests.failure {
      // What was published with an earlier credential is not known here.
      if requests.hasGiven { ending.failed += command.files }
      throw failure
    }
    return status
  }

  private func run(
    _ command: ExecPlan.FileCommand, in environment: Environment, into tail: OutputTail,
    redacting secrets: [Secret], _ burn: CredentialBurn, isLast: Bool, _ usable: Usable?,
    _ ending: inout Ending
  ) async throws(BrokerError) -> Int32 {
    let name = Neutralized(command.words[0])
    say("running \(name)\(Self.summary(command.files))")
    let child = ChildProcess(
      command.words, environment: environment, streams: .relayed(into: tail, redacting: secrets))
    let size = options.isRedacted ? TerminalSizeWatcher { child.terminalChanged() } : nil
    defer { size?.stop() }
    let exit = try await Supervisor(child, in: surroundings) { burn.signalled() }.run()
    ending.hasStarted = true
    let relayed = {
      await child.outputRelayed()
      // What the runner is told next has to begin a line.
      if tail.isInsideErrorLine { surroundings.console.error("\n") }
    }
    if isLast { await burn.finish(after: relayed) } else { await relayed() }
    guard exit.status != 0 else { return 0 }
    say("\(name) ended with status \(exit.status)")
    let failure = target.registry.capabilities.refusals?.publishing(
      LogText(tail.bytes).line, command.files.map(\.location))
    if let failure, failure.isUnexplained { ending.unexplained = failure }
    if let usable, usable.credential.secondsLeft(by: engine.time) == 0 {
      ending.end = options.credentialLife == nil ? .usual : .early
    }
    if let failure, case let cause = failure.cause, cause.certainty > (failure.isRefusal ? .possible : .likely) {
      for hint in cause.fixes.prefix(1) { say("hint: \(hint)") }
    } else if mayHaveMissed, CommandTable.commands.contains(where: { $0.name == "explain" }) {
      say("hint: token-broker explain says what an error means that is pasted into it")
    }
    // The credential's scope may be the reason, even where the tool does not say so.
    if let failure, failure.isAboutReach || failure.isUnexplained,
      let usable, let form = usable.form, form.isNarrowed, let reach = form.reach
    {
      say("the credential was good for \(reach.summary), until \(usable.credential.expires)")
    }
    return exit.status
  }

  /// Whether the command wrote to a terminal, which nobody else reads.
  private var mayHaveMissed: Bool {
    !options.isRedacted && (StandardStreams.isTerminal(.output) || StandardStreams.isTerminal(.error))
  }

  /// Says that the credential expires before it does, while the command runs.
  private func warn(of credential: Credential, _ name: Neutralized) async {
    let quiet = CredentialUse.quietTime(of: credential, by: engine.time, life: options.credentialLife)
    do { try await engine.time.sleep(quiet) } catch { return }
    let advice: Message = options.isPerFile ? "" : "; --per-file mints one for each file"
    say("the credential expires in \(credential.secondsLeft(by: engine.time)) s, and \(name) still runs\(advice)")
  }

  private func sayNotSent(_ names: [String]) {
    guard !names.isEmpty else { return }
    say("not sent: \(names.map { Neutralized($0, limit: 120) }.joined(separator: ", "))")
  }

  /// ` (2 files, 1 attestation)`; empty if the command names no file.
  private static func summary(_ files: [DistributionFile]) -> Message {
    guard !files.isEmpty else { return "" }
    let attested = files.count(where: \.isAttested)
    let parts: [Message?] = [
      files.count == 1 ? "1 file" : "\(files.count) files",
      attested == 0 ? nil : attested == 1 ? "1 attestation" : "\(attested) attestations",
    ]
    return " (\(parts.compactMap { $0 }.joined(separator: ", ")))"
  }

  private func say(_ text: Message) { surroundings.console.error("\(Neutralized(target.name)): \(text)\n") }
}
