public import BrokerCore

/// What a sandbox can play: a value, filled in one place.
public struct SandboxCatalog: Sendable {
  /// The CI systems; the first is the one that is played unless another is named.
  public let providers: [SandboxProvider]
  /// The indexes that are there unless others are configured; further ones are of the first one's kind.
  public let registries: [SandboxRegistry]
  /// Those that are played, and rehearsed, where they are named.
  public let others: [SandboxRegistry]

  /// Makes what plays an entry of a configuration.
  ///
  /// - Throws: `ErrorCode.usage` with the reason for one that cannot be played, and what to do instead.
  public typealias Maker<Played> = @Sendable (SandboxEntry) throws(BrokerError) -> Played

  /// How CI systems are played that a configuration describes, by the type of the entry.
  public let declaredProviders: [String: Maker<SandboxProvider>]
  /// How registries are played that a configuration describes, by the type of the entry.
  public let declaredRegistries: [String: Maker<SandboxRegistry>]

  /// A catalog.
  public init(
    providers: [SandboxProvider], registries: [SandboxRegistry], others: [SandboxRegistry] = [],
    declaredProviders: [String: Maker<SandboxProvider>] = [:],
    declaredRegistries: [String: Maker<SandboxRegistry>] = [:]
  ) {
    self.declaredProviders = declaredProviders
    self.declaredRegistries = declaredRegistries
    self.providers = providers
    self.registries = registries
    self.others = others
  }

  /// All indexes that it knows.
  public var known: [SandboxRegistry] { registries + others }

  /// The requests that can go wrong.
  public var steps: [SandboxFault.Step] {
    var steps = SandboxFault.Step.common
    for step in known.flatMap(\.kind.steps) where !steps.contains(step) { steps.append(step) }
    return steps
  }

  /// What the administrators of the indexes can switch.
  public var switches: [SandboxSwitch] {
    var switches: [SandboxSwitch] = []
    for name in known.flatMap(\.kind.switches) where !switches.contains(name) { switches.append(name) }
    return switches
  }
}
