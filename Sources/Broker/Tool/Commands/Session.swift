import BrokerCore
import BrokerSystem

/// What `mint`, `exec` and `check` begin with, made once: configuration, provider, policy, masks, and who is told of events.
struct Session: Sendable {
  let surroundings: Surroundings
  let broker: Broker
  let configuration: BrokerConfiguration
  /// Whether every step is said.
  let isExplained: Bool
  private let policy: RetryPolicy
  private let wanted: String?

  /// A session with the options that the three commands share: those of the configuration, `--provider`, `--timeout` and
  /// `--explain`.
  init(_ arguments: ParsedArguments, _ surroundings: Surroundings) throws(BrokerError) {
    self.surroundings = surroundings
    broker = try surroundings.broker()
    var policy = RetryPolicy()
    if let total = try arguments.seconds("--timeout") { policy.total = total }
    self.policy = policy
    configuration = try surroundings.configuration(for: arguments, broker)
    isExplained = arguments.has("--explain")
    wanted = arguments.value("--provider")
  }

  private var console: Console { surroundings.console }

  /// The identity provider of the job; says how it was found where that is asked for.
  func selectProvider() async throws(BrokerError) -> ProviderSelection {
    if isExplained {
      console.error(SelectionReport(await broker.providerFindings(in: configuration, wanted: wanted)).text)
    }
    let provider = try await broker.selectProvider(in: configuration, named: wanted)
    if isExplained { console.error("provider: using \(Neutralized(provider.name))\n") }
    return provider
  }

  /// The targets that `names` stand for; says where the sandbox stands in for them.
  func targets(_ names: [String]) async throws(BrokerError) -> [Target] {
    if broker.isRehearsal { console.error("rehearsal: the sandbox stands in for every registry\n") }
    return try await broker.targets(names, in: configuration)
  }

  /// The engine of the run: every secret is masked at the moment it is received, and every event is shown, unless
  /// `isShown` leaves it out; `recorder` takes down what became of the credentials.
  func engine(
    telling recorder: RunRecorder? = nil, showing isShown: @escaping @Sendable (EngineEvent) -> Bool = { _ in true }
  ) -> Engine {
    let masks = SecretMasks(console: console)
    return broker.engine(policy: policy) { [self] event in
      recorder?.note(event)
      guard isShown(event) else { return }
      EventNotes(console: console, isExplained: isExplained, time: broker.time).show(event)
    } hide: { (event) throws(BrokerError) in
      try masks.apply(event)
    } background: { [broker, configuration] in
      broker.background(of: configuration)
    }
  }
}
