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
      options: [
        OptionSpec(
          "--registry", "NAME", "go to this registry in place of those of the usual route: \(names(catalog))",
          choices: catalog.sandbox.known.map(\.name), isRepeatable: true),
        OptionSpec(
          "--break", "STEP",
          "break a step to see it found: " + RehearsalStep.allCases.map(\.rawValue).joined(separator: ", "),
          choices: RehearsalStep.allCases.map(\.rawValue)),
      ],
      notes: [
        "Needs no network and no account. What is shown is what happened: the engine's own events and the requests that "
          + "the sandbox received. Signatures are not verified: the sandbox accepts exactly the tokens that it issued."
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
    let registries = try registries(arguments.all("--registry"), surroundings.catalog.sandbox)
    try broken.map { (step) throws(BrokerError) in try checkBreakable(step, at: registries) }
    let unwritten = Mutex<BrokerError?>(nil)
    let console = surroundings.console
    let script = RehearsalScript(
      catalog: surroundings.catalog, registries: registries, broken: broken, style: console.outputStyle
    ) { text in
      unwritten.withLock { failure in
        guard failure == nil else { return }
        do throws(BrokerError) { try console.show(text) } catch { failure = error }
      }
    }
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

  private static func names(_ catalog: ToolCatalog) -> String {
    catalog.sandbox.known.map(\.name).joined(separator: ", ")
  }

  /// The registries of these names; without any, the usual ones.
  private static func registries(
    _ names: [String], _ catalog: SandboxCatalog
  ) throws(BrokerError) -> [SandboxRegistry] {
    guard !names.isEmpty else { return catalog.registries }
    var registries: [SandboxRegistry] = []
    for name in names where !registries.contains(where: { $0.name == name }) {
      guard let registry = catalog.known.first(where: { $0.name == name }) else {
        throw BrokerError(
          .usage, "The sandbox does not play \(Neutralized.quoted(name)).",
          remedy: NearestName.remedy(for: name, among: catalog.known.map(\.name)))
      }
      registries.append(registry)
    }
    return registries
  }

  /// Refuses to break what no registry has: nothing would be found.
  private static func checkBreakable(_ step: RehearsalStep, at registries: [SandboxRegistry]) throws(BrokerError) {
    let rehearsals = registries.map(\.kind.rehearsal)
    let reason: Message
    switch step {
    case .audience where !rehearsals.contains(where: \.isAskedForAudience): reason = "is not asked for its audience"
    case .expiry where !rehearsals.contains(where: \.saysLifetime): reason = "does not say when a credential expires"
    default: return
    }
    let names = registries.map { Neutralized($0.name) }.joined(separator: ", ")
    throw BrokerError(
      .usage, "--break \(step) breaks nothing: \(names) \(reason).", remedy: "Break another step.")
  }
}
