public import BrokerCore

/// What the sandbox plays.
public struct SandboxConfiguration: Sendable {
  /// The CI systems.
  public var providers: [SandboxProvider]
  /// The indexes.
  public var registries: [SandboxRegistry]
  /// Registries that somebody else plays on this machine: their names, where they are, and the audiences of identity tokens for them.
  public var standIns: [(name: String, origin: Origin, audience: String?)] = []
  /// The publishers registered with them.
  public var publishers: [SandboxPublisher]
  /// Projects that exist from the start.
  public var projects: [String] = []
  /// Releases that the indexes have from the start.
  public var releases: [SandboxRelease] = []
  /// Claims in place of the sandbox's own.
  public var claims: [SandboxClaim] = []
  /// The identity tokens that a job holds beside the usual ones: the variables, and the audiences that they are made out to.
  public var heldTokens: [(variable: String, audience: String)] = []
  /// What goes wrong.
  public var faults: [SandboxFault] = []
  /// What is switched, at every index.
  public var switches: Set<SandboxSwitch> = []
  /// Whether a content delivery network stands before the indexes, as before public ones: no phrase of theirs gets through.
  public var isBehindNetwork = true
  /// The sandbox's clock.
  public var now: @Sendable () -> UnixTime

  /// The usual sandbox of a catalog: its indexes, and a publisher for each provider.
  public init(_ catalog: SandboxCatalog, now: @escaping @Sendable () -> UnixTime) {
    providers = catalog.providers
    registries = catalog.registries
    publishers = catalog.providers.map(\.usualPublisher)
    self.now = now
  }
}

/// Something that the administrators of an index can switch, or that can be broken behind it.
public struct SandboxSwitch: Sendable, Hashable {
  /// The name in kebab case.
  public let name: String

  /// A switch.
  public init(_ name: String) {
    self.name = name
  }
}
