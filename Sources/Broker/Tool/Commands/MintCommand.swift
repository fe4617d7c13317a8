import BrokerCore
import BrokerSystem

/// `token-broker mint`: credentials for one or more targets, all or nothing.
enum MintCommand: Command {
  static let name = "mint"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "mint a short-lived API token for each target and hand it over",
      operands: "TARGET...", operandCount: 1...64, operandChoices: catalog.usualTargets,
      options: OptionSpec.configuration + OptionSpec.report + [
        OptionSpec("--provider", "NAME", "use this identity provider"),
        OptionSpec("--audience", "AUDIENCE", "accept this audience alone (one target)"),
        OptionSpec(
          "--format", "FORMAT",
          "token, json, env or github; the default is github in GitHub Actions, none in other CI, else token",
          choices: DeliveryFormat.allCases.map(\.rawValue)),
        OptionSpec("--output", "FILE", "write to FILE, which is replaced as a whole and readable by its owner alone"),
        OptionSpec("--single", nil, "refuse a route over several registries"),
        OptionSpec("--reveal", nil, "allow standard output to be a terminal"),
        OptionSpec("--timeout", "SECONDS", "give each target so much time in all (60)"),
        OptionSpec("--explain", nil, "say how the provider was selected, and every step"),
      ],
      notes: [
        "A TARGET is a registry or a route of the configuration; without a file these are testpypi, pypi and the route "
          + "release. If one target or the delivery fails, credentials already minted are burned and nothing is "
          + "delivered."
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let output = try ReportOutput(arguments, surroundings)
    return try await output.recording("mint", status: status) { (recorder) async throws(BrokerError) in
      try await mint(arguments, surroundings, recorder, besides: output.summaryFile)
    }
  }

  private static func mint(
    _ arguments: ParsedArguments, _ surroundings: Surroundings, _ recorder: RunRecorder, besides summary: OutputFile?
  ) async throws(BrokerError) -> Int32 {
    let console = surroundings.console
    let broker = try surroundings.broker()
    var policy = RetryPolicy()
    if let total = try arguments.seconds("--timeout") { policy.total = total }
    let configuration = try surroundings.configuration(for: arguments, broker)
    let registries = try configuration.registries(for: arguments.operands)
    if arguments.has("--single"), registries.count > 1 {
      throw BrokerError(
        .usage, "A single target is wanted, and \(registries.count) are named.",
        remedy: "Name one of \(registries.map(\.name).joined(separator: ", ")).")
    }
    let pinned = try pinnedAudience(arguments, count: registries.count)

    let isExplained = arguments.has("--explain")
    if isExplained { console.error(SelectionReport(await broker.providerFindings(in: configuration)).text) }
    let provider = try await broker.selectProvider(in: configuration, named: arguments.value("--provider"))
    if isExplained { console.error("provider: using \(provider.name)\n") }
    recorder.begin(provider: provider.name, isRehearsal: broker.isRehearsal)

    let delivery = try Delivery(
      Delivery.Choice(
        format: arguments.value("--format"), output: arguments.value("--output"),
        mayReveal: arguments.has("--reveal"), count: registries.count, isCI: provider.strength == .job,
        isTerminal: StandardStreams.isTerminal(.output), summary: summary),
      environment: surroundings.environment)

    if broker.isRehearsal { console.error("rehearsal: the sandbox stands in for every registry\n") }
    let targets = try await broker.targets(registries.map(\.name), in: configuration)
    let masks = SecretMasks(console: console)
    let engine = broker.engine(for: configuration, policy: policy) { event in
      recorder.note(event)
      EventNotes(console: console, isExplained: isExplained, time: broker.time).show(event)
    } hide: { (event) throws(BrokerError) in
      try masks.apply(event)
    }
    let credentials: [Credential]
    do throws(BrokerError) {
      credentials = try await engine.mint(targets, from: provider.source, pinned: pinned)
    } catch {
      if !isExplained { sayOtherFailures(than: error, in: recorder.report, console) }
      throw error
    }
    do throws(BrokerError) {
      let place = try delivery.deliver(credentials)
      for credential in credentials {
        let seconds = credential.secondsLeft(by: broker.time)
        console.error("\(credential.registry): API token written to \(place); it expires in \(seconds) s\n")
      }
    } catch {
      await engine.burn(credentials, at: targets)
      throw error
    }
    return ExitStatus.done.rawValue
  }

  /// One error ends the run; what the other targets' failures may have left behind has to be said as well.
  private static func sayOtherFailures(than error: BrokerError, in report: RunReport, _ console: Console) {
    var others = report.sections.filter { $0.registry != nil && $0.error != nil }
    if let thrown = others.firstIndex(where: { $0.error == error }) { others.remove(at: thrown) }
    for case let (registry?, other?) in others.map({ ($0.registry, $0.error) }) {
      console.error("\(registry): failed, too: [\(other.code)] \(other.message)\n")
    }
  }

  private static func pinnedAudience(
    _ arguments: ParsedArguments, count: Int
  ) throws(BrokerError) -> Audience? {
    guard let text = arguments.value("--audience") else { return nil }
    guard count == 1 else {
      throw BrokerError(
        .usage, "--audience pins the audience of one target, and \(count) are named.",
        remedy: "Mint one target at a time, or pin audiences in the configuration.")
    }
    guard let audience = Audience(text) else {
      throw BrokerError(
        .usage, "--audience is not an audience.", remedy: "Write 1 to 255 printable characters, such as pypi.")
    }
    return audience
  }
}
