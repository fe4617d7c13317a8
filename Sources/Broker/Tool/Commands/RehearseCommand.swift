import BrokerCore
import BrokerSandbox
import BrokerSystem
import Synchronization

/// `token-broker rehearse`: the whole way against the embedded sandbox, and two refusals that users meet.
enum RehearseCommand: Command {
  static let name = "rehearse"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "go the whole way on this machine alone: every provider, each registry, two refusals",
      options: OptionSpec.configuration + [
        OptionSpec(
          "--provider", "NAME",
          "play this CI system in place of all: \(catalog.sandbox.providers.map(\.name).joined(separator: ", ")), or one that the configuration describes",
          choices: catalog.sandbox.providers.map(\.name), isRepeatable: true),
        OptionSpec(
          "--registry", "NAME",
          "go to this registry in place of those of the usual route: \(names(catalog)), or one that the configuration describes",
          choices: catalog.sandbox.known.map(\.name), isRepeatable: true),
        OptionSpec(
          "--break", "STEP",
          "break a step to see it found: " + RehearsalStep.allCases.map(\.rawValue).joined(separator: ", "),
          choices: RehearsalStep.allCases.map(\.rawValue)),
      ],
      notes: [
        "Needs no network and no account. What is shown is what happened: the engine's own events and the requests that "
          + "the sandbox received. Signatures are not verified: the sandbox accepts exactly the tokens that it issued.",
        "A configuration is read where --config or a name asks for it. Its providers of type token and its registries of type "
          + "exchange are played as their entries say; a provider's program is run with a job of the sandbox's. Rules and expect "
          + "are not judged: the job is a sample's.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    var broken: RehearsalStep?
    if let name = arguments.value("--break") {
      broken = RehearsalStep(rawValue: name)
      guard broken != nil else {
        throw BrokerError(
          .usage, "A rehearsal has no step \(Neutralized.quoted(name)).",
          remedy: NearestName.remedy(for: name, among: RehearsalStep.allCases.map(\.rawValue)))
      }
    }
    let unwritten = Mutex<BrokerError?>(nil)
    let console = surroundings.console
    let script = try script(arguments, surroundings, broken) { text in
      unwritten.withLock { failure in
        guard failure == nil else { return }
        do throws(BrokerError) { try console.show(text) } catch { failure = error }
      }
    }
    try broken.map { (step) throws(BrokerError) in try checkBreakable(step, in: script) }
    do throws(RehearsalFailure) {
      try await script.run()
    } catch {
      throw BrokerError(
        .rehearsalFailed, "The rehearsal failed at the step \(error.step): \(error.reason).",
        remedy: broken == nil
          ? "If a proxy or a firewall guards loopback, exempt 127.0.0.1." : "This is what --break asked for.")
    }
    if let failure = unwritten.withLock({ $0 }) { throw failure }
    return ExitStatus.done.rawValue
  }

  /// What is played, and where it goes: what is named; else what the configuration has, where one is read, and what comes
  /// with the tool.
  private static func script(
    _ arguments: ParsedArguments, _ surroundings: Surroundings, _ broken: RehearsalStep?,
    show: @escaping @Sendable (Message) -> Void
  ) throws(BrokerError) -> RehearsalScript {
    let catalog = surroundings.catalog
    let named = (providers: arguments.all("--provider"), registries: arguments.all("--registry"))
    let entries = try PlayedEntries(arguments, surroundings, names: named.providers + named.registries)
    var left: [BrokerError] = []
    var providers: [SandboxProvider] = []
    for name in named.providers where !providers.contains(where: { $0.name == name }) {
      providers.append(try entries.provider(name))
    }
    if named.providers.isEmpty {
      for entry in entries.configuration?.providers ?? [] {
        do throws(BrokerError) { providers.append(try entries.provider(of: entry)) } catch { left.append(error) }
      }
      if entries.configuration == nil { providers = catalog.sandbox.providers }
    }
    var registries: [SandboxRegistry] = []
    for name in named.registries where !registries.contains(where: { $0.name == name }) {
      registries.append(try entries.registry(name))
    }
    if named.registries.isEmpty {
      for entry in entries.configuration?.usualRegistries ?? [] {
        do throws(BrokerError) { registries.append(try entries.registry(of: entry.plugin)) } catch {
          left.append(error)
        }
      }
      if entries.configuration == nil { registries = catalog.sandbox.registries }
    }
    guard !providers.isEmpty, !registries.isEmpty else {
      throw left.first ?? BrokerError(.usage, "The configuration has nothing that can be played.")
    }
    let configuration =
      if let read = entries.configuration { read } else {
        try ConfigurationReader(catalog: catalog.plugins).builtIn()
      }
    _ = try configuration.registries(for: registries.map(\.name))
    for provider in providers where !configuration.providers.contains(where: { $0.name == provider.name }) {
      throw BrokerError(
        .usage, "\(Neutralized(provider.name)) is not among the providers of \(configuration.place).",
        remedy: "Name one of them: \(configuration.providers.map { Neutralized($0.name) }.joined(separator: ", ")).")
    }
    return RehearsalScript(
      catalog: catalog, entries: RehearsedEntries(catalog: catalog.plugins, configuration: configuration.rehearsed()),
      providers: providers, registries: registries, left: left, broken: broken,
      style: surroundings.console.outputStyle, show: show)
  }

  private static func names(_ catalog: ToolCatalog) -> String {
    catalog.sandbox.known.map(\.name).joined(separator: ", ")
  }

  /// Refuses to break what no registry has: nothing would be found.
  private static func checkBreakable(_ step: RehearsalStep, in script: RehearsalScript) throws(BrokerError) {
    let registries = script.registries
    let rehearsals = registries.map(\.kind.rehearsal)
    let reason: Message
    switch step {
    case .audience where !rehearsals.contains(where: \.isAskedForAudience): reason = "is not asked for its audience"
    case .expiry where !rehearsals.contains(where: \.saysLifetime): reason = "does not say when a credential expires"
    case .noPublisher where rehearsals.allSatisfy({ $0.noPublisher == nil }):
      reason = "does not say which jobs it takes"
    case .reusedToken where script.providers.allSatisfy(\.isRenewing):
      reason = "is asked by jobs that get a token for each request"
    default: return
    }
    let names = registries.map { Neutralized($0.name) }.joined(separator: ", ")
    throw BrokerError(
      .usage, "--break \(step) breaks nothing: \(names) \(reason).", remedy: "Break another step.")
  }
}
