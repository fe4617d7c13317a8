import BrokerCore
import BrokerSandbox
import BrokerSystem
import Synchronization

/// What is rehearsed: the plug-ins, and the entries that select them.
struct RehearsedEntries: Sendable {
  let catalog: PluginCatalog
  let configuration: BrokerConfiguration
}

/// A sandbox for one act of a rehearsal, and the broker's way through it.
struct RehearsalStage: Sendable {
  let sandbox: Sandbox
  private let provider: SandboxProvider
  private let entries: RehearsedEntries

  init(
    _ entries: RehearsedEntries, _ provider: SandboxProvider, _ configuration: SandboxConfiguration
  ) throws(RehearsalFailure) {
    do { sandbox = try Sandbox(configuration) } catch { throw RehearsalFailure(.provider, error.message) }
    self.entries = entries
    self.provider = provider
    sandbox.start()
  }

  /// How one mint went.
  struct Outcome: Sendable {
    let result: Result<Credential, BrokerError>
    let events: [EngineEvent]
    /// The requests that the sandbox received meanwhile.
    let requests: [SandboxRequest]

    /// The credential, or the step that it failed at.
    func credential() throws(RehearsalFailure) -> Credential {
      switch result {
      case .success(let credential): return credential
      case .failure(let error): throw RehearsalFailure(step(of: error), error.message)
      }
    }

    private func step(of error: BrokerError) -> RehearsalStep {
      if error.code == .audienceRefused { return .audience }
      if error.status == .identity || error.code == .identityTokenAudience { return .identityToken }
      let wasSent = events.contains { if case .exchangeSent = $0 { true } else { false } }
      return wasSent ? .exchange : .audience
    }
  }

  private func broker(_ environment: Environment) -> Broker {
    Broker(
      catalog: entries.catalog, environment: environment,
      files: PlayedFiles(sandbox: sandbox, provider: provider, base: SystemFiles()),
      programs: PlayedPrograms(sandbox: sandbox, provider: provider, base: SystemPrograms()))
  }

  /// Selects the provider as `mint` does, and shows what each one found.
  func select(
    _ environment: Environment, show: (Message, Message) -> Void
  ) async throws(RehearsalFailure) -> ProviderSelection {
    do {
      return try await broker(environment).selectProvider(in: entries.configuration)
    } catch {
      for fact in error.facts { show(fact.label, fact.value) }
      throw RehearsalFailure(.provider, error.message)
    }
  }

  /// Whether a registry takes a provider's identity tokens, as far as it says which it takes.
  func takes(_ registry: String, tokensOf provider: SandboxProvider) -> Bool {
    let plugin = entries.configuration.registries.first { $0.name == registry }?.plugin
    let accepted = plugin?.make(broker(Environment([:])).services()).capabilities.acceptedIssuers ?? []
    return accepted.isEmpty || accepted.contains { $0.address == provider.issuer }
  }

  /// Mints for one registry as `mint` does.
  func mint(
    _ registry: String, _ environment: Environment, _ selection: ProviderSelection,
    show: @escaping @Sendable (TimelineLine) -> Void
  ) async throws(RehearsalFailure) -> Outcome {
    let seen = sandbox.requests.count
    let events = Mutex<[EngineEvent]>([])
    let result: Result<Credential, BrokerError>
    do throws(BrokerError) {
      let broker = broker(environment)
      let targets = try await broker.targets([registry], in: entries.configuration)
      let engine = broker.engine() { event in
        events.withLock { $0.append(event) }
        show(TimelineLine(event, by: SystemTime.source))
      }
      let credentials = try await engine.mint(targets, from: selection.source).credentials.get()
      guard let credential = credentials.first else { throw BrokerError(.pluginContract, "No credential came.") }
      result = .success(credential)
    } catch { result = .failure(error) }
    return Outcome(
      result: result, events: events.withLock { $0 }, requests: Array(sandbox.requests.dropFirst(seen)))
  }
}
