/// The plug-ins that a program has: a value, filled in one place, without global state.
public struct PluginCatalog: Sendable {
  /// The identity providers, in the order they were added.
  public private(set) var providers: [ProviderType] = []
  /// The registries, in the order they were added.
  public private(set) var registries: [RegistryType] = []
  /// The routes that there are where a configuration has no routes, in the order they were added.
  public private(set) var routes: [UsualRoute] = []

  /// Which registry takes whose identity tokens, as far as it is known.
  public var acceptances: [Acceptance] { acceptanceTables.flatMap { $0() } }
  private var acceptanceTables: [@Sendable () -> [Acceptance]] = []

  /// An empty catalog.
  public init() {}

  /// Adds an identity provider.
  ///
  /// - Throws: ``ErrorCode/pluginContract`` if its type name is taken or malformed.
  public mutating func add(_ provider: ProviderType) throws(BrokerError) {
    try Self.check(provider.plugin.name, against: providers.map(\.plugin.name))
    providers.append(provider)
  }

  /// Adds a registry.
  ///
  /// - Throws: ``ErrorCode/pluginContract`` if its type name is taken or malformed.
  public mutating func add(_ registry: RegistryType) throws(BrokerError) {
    try Self.check(registry.plugin.name, against: registries.map(\.plugin.name))
    registries.append(registry)
  }

  /// Adds a route that there is where a configuration has no routes, and has all of its registries.
  ///
  /// - Throws: ``ErrorCode/pluginContract`` if its name is taken or malformed.
  public mutating func add(_ route: UsualRoute) throws(BrokerError) {
    try Self.check(route.name, against: registries.map(\.plugin.name) + routes.map(\.name))
    routes.append(route)
  }

  /// Adds what is known of registries' acceptance of identity tokens; made when it is asked for.
  public mutating func add(_ acceptances: @autoclosure @escaping @Sendable () -> [Acceptance]) {
    acceptanceTables.append(acceptances)
  }

  /// What is known of the jobs of each provider.
  public var jobs: [JobKind] { providers.map(\.jobs) }

  /// The publishing tools of all registries.
  public var tools: PublishingTools { .all(of: registries.map(\.tools)) }

  /// What is known of the runners of the providers' jobs.
  public var runners: [Runner] { providers.compactMap(\.runner) }

  /// The runner of this job; where several are recognised, one that can hide a value comes first.
  ///
  /// - Returns: The runner; nil if none is recognised.
  public func runner(of environment: Environment) -> Runner? {
    let found = runners.filter { $0.runs(jobOf: environment) }
    return found.first(where: \.canHide) ?? found.first
  }

  /// The variables in which runners say where the checkout is.
  public var checkoutVariables: [String] { runners.compactMap(\.checkout) }

  private static func check(_ type: String, against taken: [String]) throws(BrokerError) {
    guard EntryName.isValid(type) else {
      throw BrokerError(
        .pluginContract, "The plug-in type \(Neutralized.quoted(type)) is not a name.",
        remedy: "Use \(EntryName.rule).")
    }
    guard !taken.contains(type) else {
      throw BrokerError(
        .pluginContract, "Two plug-ins are of type \(Neutralized.quoted(type)).",
        remedy: "Give one of them another type name.")
    }
  }
}

/// A route that there is without a configuration.
public struct UsualRoute: Sendable, Equatable {
  /// What a command line calls it.
  public let name: String
  /// The names of its registries, in order.
  public let registries: [String]

  /// A route.
  public init(_ name: String, over registries: String...) {
    self.name = name
    self.registries = registries
  }
}

/// A type of identity provider.
public struct ProviderType: Sendable {
  /// Its name, settings and how it is made.
  public let plugin: PluginType<any IdentityProvider>
  /// What is known of its jobs.
  @Deferred public private(set) var jobs: JobKind
  /// What is known of the runner of its jobs; nil if nothing is.
  public let runner: Runner?
  /// Reads the files that define its jobs; nil if they cannot be read.
  @Deferred public private(set) var workflows: WorkflowReader?
  /// What is known of repositories that come to the broker; nil if nothing is.
  @Deferred public private(set) var adoption: ProviderAdoption?

  /// A type of identity provider.
  public init(
    _ plugin: PluginType<any IdentityProvider>, jobs: @autoclosure @escaping @Sendable () -> JobKind,
    runner: Runner? = nil, workflows: @autoclosure @escaping @Sendable () -> WorkflowReader? = nil,
    adoption: @autoclosure @escaping @Sendable () -> ProviderAdoption? = nil
  ) {
    self.plugin = plugin
    _jobs = Deferred(wrappedValue: jobs())
    self.runner = runner
    _workflows = Deferred(wrappedValue: workflows())
    _adoption = Deferred(wrappedValue: adoption())
  }
}

/// A type of registry.
public struct RegistryType: Sendable {
  /// Its name, settings and how it is made.
  public let plugin: PluginType<any Registry>
  /// What publishes to a registry of this type; the capability ``RegistryCapabilities/tools`` says the same.
  @Deferred public private(set) var tools: PublishingTools

  /// A type of registry.
  public init(
    _ plugin: PluginType<any Registry>, tools: @autoclosure @escaping @Sendable () -> PublishingTools = .none
  ) {
    self.plugin = plugin
    _tools = Deferred(wrappedValue: tools())
  }
}
