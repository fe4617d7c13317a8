import BrokerCore
import BrokerSystem

/// `token-broker mint`: credentials for one or more targets, all or nothing.
enum MintCommand: Command {
  static let name = "mint"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "mint a short-lived API token for each target and hand it over",
      operands: "TARGET...", operandCount: 1...64, operandChoices: catalog.usualTargets,
      options: OptionSpec.configuration + OptionSpec.report(for: catalog) + [
        OptionSpec("--provider", "NAME", "use this identity provider"),
        OptionSpec(
          "--project", "NAME", "make the API token good for this project alone, or for these", isRepeatable: true),
        OptionSpec("--audience", "AUDIENCE", "accept this audience alone (one target)"),
        format(for: catalog.plugins.runners),
        OptionSpec("--output", "FILE", "write to FILE, which is replaced as a whole and readable by its owner alone"),
        OptionSpec("--single", nil, "refuse a route over several registries"),
        OptionSpec("--reveal", nil, "allow standard output to be a terminal"),
        OptionSpec("--timeout", "SECONDS", "give each target so much time in all (60)"),
        OptionSpec("--explain", nil, "say how the provider was selected, and every step"),
      ],
      notes: [
        "A TARGET is a registry or a route of the configuration\(catalog.usualTargetsText). If one target or the delivery fails, credentials already minted are burned and nothing is "
          + "delivered."
      ])
  }

  private static func format(for runners: [Runner]) -> OptionSpec {
    OptionSpec(
      "--format", "FORMAT", formats(for: runners), choices: DeliveryFormat.all(for: runners).map(\.name))
  }

  private static func formats(for runners: [Runner]) -> String {
    let all = DeliveryFormat.all(for: runners)
    let names = all.map(\.name)
    let usual = all.compactMap { format in
      if case .outputs(_, let runner) = format, runner.canHide { "\(format.name) in \(runner.name)" } else { nil }
    }
    let defaults = usual + ["none in \(usual.isEmpty ? "" : "other ")CI", "else token"]
    return "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? ""); "
      + "the default is \(defaults.joined(separator: ", "))"
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
    let session = try Session(arguments, surroundings)
    let names = try session.configuration.registries(for: arguments.operands).map(\.name)
    if arguments.has("--single"), names.count > 1 {
      throw BrokerError(
        .usage, "A single target is wanted, and \(names.count) are named.",
        remedy: "Name one of \(names.map { Neutralized($0) }.joined(separator: ", ")).")
    }
    let pinned = try pinnedAudience(arguments, count: names.count)
    let provider = try await session.selectProvider()
    let isRehearsal = session.broker.isRehearsal
    recorder.begin(provider: provider.name, isRehearsal: isRehearsal, session.configuration)

    let delivery = try Delivery(
      Delivery.Choice(
        format: arguments.value("--format"), output: arguments.value("--output"),
        mayReveal: arguments.has("--reveal"), count: names.count, isCI: provider.strength == .job,
        isTerminal: StandardStreams.isTerminal(.output), summary: summary),
      runners: session.broker.catalog, environment: surroundings.environment)

    var targets = try await session.targets(names)
    if let pinned {
      for (index, target) in targets.enumerated() {
        targets[index] = try target.pinned(
          to: pinned, ownHostAlone: session.configuration.hasOrganisation, isRehearsal: isRehearsal)
      }
    }
    try narrow(&targets, to: arguments.all("--project"))
    let engine = session.engine(telling: recorder)
    let minted = await engine.mint(targets, from: provider.source)
    for outcome in minted.outcomes { recorder.add(outcome) }
    let credentials: [Credential]
    do throws(BrokerError) { credentials = try minted.credentials.get() } catch {
      if !session.isExplained { sayOtherFailures(than: error, in: minted.outcomes, console) }
      throw error
    }
    do throws(BrokerError) {
      let place = try delivery.deliver(credentials)
      for (credential, outcome) in zip(credentials, minted.outcomes) {
        let seconds = credential.secondsLeft(by: session.broker.time)
        let form = outcome.evidence.credential
        let reach: Message? = form.flatMap { $0.isNarrowed ? $0.reach?.summary : nil }.map { ", and is good for \($0)" }
        let registry = Neutralized(credential.registry)
        console.error("\(registry): API token written to \(place); it expires in \(seconds) s\(reach ?? "")\n")
        guard let reason = form?.reason else { continue }
        console.warn("\(registry): the API token is not narrowed: \(reason)")
      }
    } catch {
      await engine.burn(credentials, at: targets)
      throw error
    }
    return ExitStatus.done.rawValue
  }

  /// Has the credentials made good for the projects of `--project` alone, whether the configuration asks for it or not.
  private static func narrow(_ targets: inout [Target], to projects: [String]) throws(BrokerError) {
    guard !projects.isEmpty else {
      for target in targets { try target.narrowing.check(for: target.registry) }
      return
    }
    for index in targets.indices {
      let target = targets[index]
      guard let narrow = target.registry.capabilities.narrow else {
        throw BrokerError(
          .usage, "--project is given, and API tokens of \(Neutralized(target.name)) cannot be narrowed.",
          remedy: "Leave --project out, or leave \(Neutralized(target.name)) out.")
      }
      var names: Set<String> = []
      for project in projects {
        guard let name = narrow.projectName(project) else {
          throw BrokerError(
            .usage, "--project is \(Neutralized.quoted(project)), which is no project's name.",
            remedy: "Write one name, such as my-project; --project may be repeated.")
        }
        names.insert(name)
      }
      targets[index].narrowing.mode = max(target.narrowing.mode, .on)
      targets[index].narrowing.projects = .named(names.sorted())
    }
  }

  /// One error ends the run; what the other targets' failures may have left behind has to be said as well.
  private static func sayOtherFailures(
    than error: BrokerError, in outcomes: [Outcome<Credential>], _ console: Console
  ) {
    var others = outcomes.compactMap { outcome in outcome.failure.map { (outcome.target.name, $0) } }
    if let thrown = others.firstIndex(where: { $0.1 == error }) { others.remove(at: thrown) }
    for (name, other) in others {
      console.error("\(Neutralized(name)): failed, too: [\(other.code)] \(other.message)\n")
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
        .usage, "--audience is not an audience.",
        remedy: "Write 1 to 255 printable characters, such as the registry's name.")
    }
    return audience
  }
}
