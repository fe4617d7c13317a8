import BrokerCore
import BrokerSandbox
import BrokerSystem

/// `token-broker sandbox`: an issuer and indexes on loopback, for a command or until it is ended.
enum SandboxCommand: Command {
  static let name = "sandbox"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    let names = catalog.sandbox.providers.map(\.name)
    let providers = names.prefix(1).map { "\($0) (the default)" } + names.dropFirst()
    let steps = catalog.sandbox.steps.map(\.name).joined(separator: ", ")
    let switches = catalog.sandbox.switches.map(\.name)
    let indexes = catalog.sandbox.registries.map(\.name).joined(separator: " and ")
    return CommandSpec(
      name, "play a CI system and package indexes on this machine",
      operands: "[-- COMMAND [ARGS...]]",
      options: OptionSpec.configuration + [
        OptionSpec(
          "--provider", "NAME",
          "the CI system to play: \(providers.joined(separator: " or ")), or one that the configuration describes",
          choices: catalog.sandbox.providers.map(\.name)),
        OptionSpec(
          "--job", "PARTS",
          "what is other in the job to play, and in a publisher for it, than in this repository's, such as "
            + "owner=octo-org,repository=sample,workflow=release.yml or environment= for none"),
        OptionSpec(
          "--claim", "KEY=VALUE", "a claim of the job's identity tokens (KEY= leaves it out)", isRepeatable: true),
        OptionSpec(
          "--publisher", "PARTS",
          "a trusted publisher, such as provider=\(names.first ?? "NAME"),owner=octo-org,repository=sample,workflow=release.yml",
          isRepeatable: true),
        OptionSpec(
          "--registry", "NAME=AUDIENCE",
          "an index beside \(indexes)\(others(catalog.sandbox)); an entry of the configuration by its name alone; with "
            + "NAME=http://127.0.0.1:PORT a stand-in of your own for it", isRepeatable: true),
        OptionSpec("--project", "NAME", "a project that exists from the start", isRepeatable: true),
        OptionSpec(
          "--release", "PARTS",
          "an attested release from the start, such as project=sample,version=1.4.2 and a publisher's parts; age=20 for one of 20 days ago",
          isRepeatable: true),
        OptionSpec("--clock", "SECONDS", "how far the sandbox's clock is ahead of this machine's (-SECONDS: behind)"),
        OptionSpec(
          "--fault", "STEP=BEHAVIOUR", "something that goes wrong, such as audience=status:503*2", isRepeatable: true),
        OptionSpec(
          "--switch", "NAME", "what an index's administrators can switch, such as read-only",
          choices: switches, isRepeatable: true),
        OptionSpec(
          "--raw", nil,
          "show what the COMMAND prints as it is, on the streams it writes to, and not as the CI system's log shows it"),
        OptionSpec(
          "--no-cdn", nil,
          "answer as an index itself does, with the reason of a refusal in the status line; a CDN before it takes that out"
        ),
      ],
      takesCommand: true,
      notes: [
        "The job that is played is that of the repository in this folder: who it is by \"expect\" of the configuration, "
          + "else by the git remote and the workflow that publishes, with a publisher for each registry. Elsewhere it is a sample's.",
        "The output of the COMMAND is shown as the log of the CI system shows it: secrets masked, messages and groups as "
          + "people see them, both streams as one. What it leaves for later steps is kept and named. In a job of a CI system "
          + "the output passes as it is: the runner of that job has to see what the COMMAND tells it.",
        "With a COMMAND, runs it with the variables of a job; its status is this command's, and 125 stands for a failure "
          + "of the sandbox. Without one, prints the variables for a shell and stays until it is interrupted.",
        "Nothing is signed: the identity tokens carry random bytes as their signature, and the indexes accept exactly the "
          + "tokens that this sandbox issued.",
        "Faults: STEP[@REGISTRY]=BEHAVIOUR[*COUNT]. Steps: "
          + steps + ". Behaviours: "
          + SandboxFault.forms.joined(separator: ", ") + ".",
        "Switches: " + switches.joined(separator: ", ") + ".",
      ])
  }

  /// The indexes that are played where they are named.
  private static func others(_ catalog: SandboxCatalog) -> String {
    let names = catalog.others.map(\.name)
    return names.isEmpty ? "" : ", or one of these by its name alone: \(names.joined(separator: ", "))"
  }

  /// Every failure of ours is 125, so that it is not mistaken for the command's; 126 and 127 are as env(1) has them.
  static func status(of error: BrokerError) -> Int32 {
    [.commandNotFound, .commandNotRunnable].contains(error.code) ? error.status.rawValue : 125
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let catalog = surroundings.catalog.sandbox
    let named = arguments.all("--registry").filter { !$0.contains("=") || standIn($0) != nil }
    let entries = try PlayedEntries(
      arguments, surroundings,
      names: named.map { String($0.prefix { $0 != "=" }) } + [arguments.value("--provider")].compactMap { $0 })
    let own = OwnJob(surroundings, wanted: arguments.value("--provider"), command: arguments.command ?? [])
    let provider =
      if let own { own.job.provider } else {
        try entries.provider(arguments.value("--provider") ?? catalog.providers.first?.name ?? "")
      }
    if let obstacle = provider.obstacle {
      throw BrokerError(
        .usage, "No command can be run as a job of \(Neutralized(provider.name)): \(obstacle).",
        remedy:
          "Run token-broker rehearse --provider \(Neutralized(provider.name)): there the sandbox hands the token over by itself."
      )
    }
    let sandbox = try Sandbox(configuration(arguments, provider, own, catalog, entries))
    if let own, !arguments.has("--job") { surroundings.console.error("sandbox: plays the job \(own.summary)\n") }
    sandbox.start()
    defer { sandbox.stop() }
    let held = try HeldTokens(of: provider, in: sandbox, surroundings.environment)
    defer { held?.remove() }
    guard let command = arguments.command else { return await stay(sandbox, provider, held, surroundings) }
    guard !command.isEmpty else {
      throw BrokerError(
        .usage, "There is no command behind --.", remedy: "Usage: \(Neutralized(spec(for: surroundings.catalog).usage))"
      )
    }
    // Where a runner surrounds us, it has to see what the command tells it, in its output and in files.
    let isSurrounded = surroundings.console.runner != nil
    let files = try StepFiles(provider, surroundings.environment, isSurrounded: isSurrounded)
    var isKept = false
    defer { if !isKept { files?.remove() } }
    let variables = sandbox.environment(for: provider).merging(files?.variables ?? [:]) { $1 }
      .merging(held?.variables ?? [:]) { $1 }
    let isPlayed = !arguments.has("--raw") && !isSurrounded
    let log = isPlayed ? provider.makeRunner.map { PlayedLog($0(variables)) } : nil
    let child = ChildProcess(
      command,
      environment: surroundings.environment.merging(foreignVariables(catalog.providers + [provider]))
        .merging(LoopbackExemption.changes(in: surroundings.environment)).merging(variables.mapValues { Optional($0) })
        .merging(log == nil ? [:] : width(in: surroundings.environment)),
      streams: log.map { .merged(through: $0) } ?? .inherited)
    let exit = try await Supervisor(child, in: surroundings).run()
    if let log {
      await child.outputRelayed()
      let contents = files?.contents() ?? []
      isKept = contents.contains { !$0.content.isEmpty }
      for line in log.page(contents) { surroundings.console.error("sandbox: \(Neutralized(line))\n") }
    }
    for upload in sandbox.uploads {
      let attested: Message = upload.attestationCount == 0 ? "" : ", attested"
      surroundings.console.error(
        "sandbox: \(Neutralized(upload.registry)) received \(Neutralized(upload.filename)) "
          + "(\(upload.size) bytes, sha256 \(Neutralized(upload.sha256))\(attested))\n")
    }
    return exit.status
  }

  /// The width of our terminal, which the command cannot see behind the log that is played.
  private static func width(in environment: Environment) -> [String: String?] {
    guard environment.nonEmpty("COLUMNS") == nil, let columns = StandardStreams.columns(of: .output) else { return [:] }
    return ["COLUMNS": "\(columns)"]
  }

  /// Variables of a job that may surround us, which the command must not mistake for the sandbox's.
  private static func foreignVariables(_ providers: [SandboxProvider]) -> [String: String?] {
    Dictionary(providers.flatMap(\.foreignVariables).map { ($0, nil) }) { first, _ in first }
  }

  /// `NAME=http://127.0.0.1:PORT`: a registry that somebody else plays on this machine; nil for anything else.
  private static func standIn(_ text: String) -> (name: String, origin: Origin)? {
    guard let equals = text.firstIndex(of: "="), let url = try? HTTPURL(String(text[text.index(after: equals)...])),
      url.origin.scheme == .http, url.origin.isLoopback
    else { return nil }
    return (String(text[..<equals]), url.origin)
  }

  private static func configuration(
    _ arguments: ParsedArguments, _ provider: SandboxProvider, _ own: OwnJob?, _ catalog: SandboxCatalog,
    _ entries: PlayedEntries
  ) throws(BrokerError) -> SandboxConfiguration {
    let ahead = try arguments.value("--clock").map(SandboxClock.seconds) ?? 0
    var configuration = SandboxConfiguration(catalog, now: { SystemTime.source.now().advanced(by: ahead) })
    if !configuration.providers.contains(provider) {
      configuration.providers.append(provider)
      configuration.publishers.append(provider.usualPublisher)
    }
    if let text = arguments.value("--job") {
      let job = try SandboxPublisher(parsing: text, changing: own?.job ?? provider.usualPublisher)
      configuration.claims += job.claims
      configuration.publishers = [job]
    } else if let own {
      configuration.claims += own.job.claims
      configuration.publishers = own.publishers
    }
    configuration.heldTokens = own?.heldTokens ?? []
    for text in arguments.all("--claim") {
      configuration.claims.append(try SandboxClaim(parsing: text, now: configuration.now()))
    }
    var publishers: [SandboxPublisher] = []
    for text in arguments.all("--publisher") {
      publishers.append(try SandboxPublisher(parsing: text, providers: configuration.providers))
    }
    if !publishers.isEmpty { configuration.publishers = publishers }
    // Those that are named come first: of the tokens that a job holds, one is for each.
    for text in arguments.all("--registry").reversed() {
      if let standIn = standIn(text) {
        configuration.registries.removeAll { $0.name == standIn.name }
        configuration.standIns.insert((standIn.name, standIn.origin, entries.audience(of: standIn.name)), at: 0)
      } else if !text.contains("=") {
        let registry = try entries.registry(text)
        if entries.configuration != nil { configuration.registries.removeAll { $0.name == registry.name } }
        configuration.registries.insert(registry, at: 0)
      } else if let kind = catalog.registries.first?.kind {
        configuration.registries.append(try SandboxRegistry(parsing: text, kind: kind))
      }
    }
    for other in own?.others ?? [] where !configuration.registries.contains(where: { $0.name == other.name }) {
      configuration.registries.append(other)
    }
    for text in arguments.all("--release") {
      configuration.releases.append(try SandboxRelease(parsing: text, providers: catalog.providers))
    }
    for text in arguments.all("--fault") {
      configuration.faults.append(try SandboxFault(parsing: text, steps: catalog.steps))
    }
    for name in arguments.all("--switch") {
      guard let value = catalog.switches.first(where: { $0.name == name }) else {
        throw BrokerError(
          .usage, "There is no switch \(Neutralized.quoted(name)).",
          remedy: NearestName.remedy(for: name, among: catalog.switches.map(\.name)))
      }
      configuration.switches.insert(value)
    }
    let projects = arguments.all("--project")
    configuration.projects = projects.isEmpty ? own?.projects ?? [] : projects
    configuration.isBehindNetwork = !arguments.has("--no-cdn")
    try checkRegistries(configuration)
    return configuration
  }

  /// Refuses what names a registry that the sandbox does not have: it would have no effect.
  private static func checkRegistries(_ configuration: SandboxConfiguration) throws(BrokerError) {
    let known = configuration.registries.map(\.name) + configuration.standIns.map(\.name)
    if let twice = known.first(where: { name in known.count { $0 == name } > 1 }) {
      throw BrokerError(
        .usage, "The sandbox has a registry \(Neutralized.quoted(twice)) already.",
        remedy: "Give --registry another name.")
    }
    let named = configuration.faults.compactMap(\.registry) + configuration.publishers.flatMap { $0.registries ?? [] }
    if let unknown = named.first(where: { !known.contains($0) }) {
      throw BrokerError(
        .usage, "The sandbox has no registry \(Neutralized.quoted(unknown)).",
        remedy: NearestName.remedy(for: unknown, among: known))
    }
  }

  /// Prints the variables for a shell, and stays until the task is cancelled.
  private static func stay(
    _ sandbox: Sandbox, _ provider: SandboxProvider, _ held: HeldTokens?, _ surroundings: Surroundings
  ) async -> Int32 {
    let exemption = LoopbackExemption.changes(in: surroundings.environment).compactMapValues { $0 }
    let variables = sandbox.environment(for: provider).merging(held?.variables ?? [:]) { $1 }
      .merging(exemption) { own, _ in own }.sorted { $0.key < $1.key }
    let status = surroundings.console.write(
      data: variables.map { "export \($0.key)=\(ShellText.quoted($0.value))\n" }.joined())
    guard status == ExitStatus.done.rawValue else { return status }
    surroundings.console.error("sandbox: up until it is interrupted; \(sandbox.directory)/requests lists requests\n")
    try? await surroundings.loop.sleep(for: .seconds(10 * 365 * 24 * 3600))
    return ExitStatus.interrupted.rawValue
  }
}
