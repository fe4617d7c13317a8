public import BrokerCore
public import BrokerSystem

/// The composition without a command line: a catalog, an environment and the services of a run.
///
/// ```swift
/// let broker = try Broker()
/// let configuration = try broker.configuration()
/// let provider = try broker.selectProvider(in: configuration)
/// let targets = try await broker.targets(["pypi"], in: configuration)
/// let credentials = try await broker.engine(for: configuration).mint(targets, from: provider.source)
/// ```
public struct Broker: Sendable {
  /// The plug-ins.
  public let catalog: PluginCatalog
  /// The job's variables.
  public let environment: Environment
  /// Sends requests.
  public let transport: any HTTPTransport
  /// Clocks and randomness.
  public let time: TimeSource

  /// A broker.
  ///
  /// - Parameters:
  ///   - catalog: The plug-ins; nil for those that come with the broker.
  ///   - environment: The job's variables; nil for those of this process.
  ///   - transport: Sends requests; nil for libcurl.
  ///   - time: Clocks and randomness.
  /// - Throws: `ErrorCode.pluginContract` if the catalog cannot be filled.
  public init(
    catalog: PluginCatalog? = nil, environment: Environment? = nil, transport: (any HTTPTransport)? = nil,
    time: TimeSource = SystemTime.source
  ) throws(BrokerError) {
    let environment = environment ?? Environment.process()
    self.catalog = if let catalog { catalog } else { try PluginCatalog.builtIn() }
    self.environment = environment
    self.transport = transport ?? CurlTransport(TransportConfiguration(environment: environment))
    self.time = time
  }

  // MARK: Configuration

  /// The configuration in force: of `path`, of `TOKEN_BROKER_CONFIG`, of `token-broker.json` in the current folder, or
  /// built in; the first of these that there is.
  ///
  /// - Throws: `ErrorCode.configurationUnreadable` if the file that was named cannot be read,
  ///   `ErrorCode.configurationInvalid` if it is wrong.
  public func configuration(path: String? = nil) throws(BrokerError) -> BrokerConfiguration {
    let reader = ConfigurationReader(catalog: catalog)
    if let named = path ?? environment.nonEmpty("TOKEN_BROKER_CONFIG") {
      return try reader.read(try file(named), file: named)
    }
    let usual = "token-broker.json"
    guard FileReader.exists(usual) else { return try reader.builtIn() }
    return try reader.read(try file(usual), file: usual)
  }

  private func file(_ path: String) throws(BrokerError) -> [UInt8] {
    try FileReader.read(path, maximumBytes: ConfigurationReader.maximumBytes, code: .configurationUnreadable)
  }

  // MARK: Selection

  /// The identity provider of the job: pure, without a request.
  ///
  /// - Parameters:
  ///   - configuration: Names the providers to look for.
  ///   - name: The provider to use; nil to choose by evidence.
  /// - Returns: The provider and how it was found.
  /// - Throws: The errors of `ProviderSelection`.
  public func selectProvider(
    in configuration: BrokerConfiguration, named name: String? = nil
  ) throws(BrokerError) -> ProviderSelection {
    try ProviderSelection(choosing: providerFindings(in: configuration), wanted: name)
  }

  /// What every configured provider finds in the environment.
  public func providerFindings(in configuration: BrokerConfiguration) -> [ProviderSelection.Finding] {
    let services = PluginServices(transport: transport, time: time)
    return ProviderSelection.findings(of: configuration.providers.map { $0.make(services) }, in: environment)
  }

  /// The registries that `names` (registries or routes) stand for; in a rehearsal, the sandbox stands in for them.
  ///
  /// - Throws: `ErrorCode.unknownTarget`, and in a rehearsal the errors of asking the sandbox's directory.
  public func targets(
    _ names: [String], in configuration: BrokerConfiguration
  ) async throws(BrokerError) -> [any RegistryTarget] {
    let registries = try configuration.registries(for: names)
    guard let rehearsal = try Rehearsal(environment) else {
      let services = PluginServices(transport: transport, time: time)
      return registries.map { $0.make(services) }
    }
    let origins = try await rehearsal.origins(transport: transport, now: time.now())
    var targets: [any RegistryTarget] = []
    for registry in registries {
      guard let origin = origins[registry.name] else { throw rehearsal.unknownRegistry(registry.name, origins) }
      targets.append(
        registry.make(PluginServices(transport: transport, time: time, rehearsalOrigin: origin)))
    }
    return targets
  }

  /// Whether the sandbox stands in for the registries.
  public var isRehearsal: Bool { environment.nonEmpty(Rehearsal.variable) != nil }

  /// An engine for this run.
  ///
  /// - Parameters:
  ///   - configuration: Says what is judged before an identity token is sent.
  ///   - policy: When to try again.
  ///   - observe: Told of every event, at once.
  /// - Returns: The engine.
  public func engine(
    for configuration: BrokerConfiguration, policy: RetryPolicy = RetryPolicy(),
    observe: @escaping @Sendable (EngineEvent) -> Void = { _ in }
  ) -> Engine {
    Engine(
      time: time, policy: policy, isRehearsal: isRehearsal,
      gates: configuration.registrySettings.mapValues(\.gates), observe: observe)
  }
}
