public import BrokerCore

/// What the sandbox plays.
public struct SandboxConfiguration: Sendable {
  /// The indexes.
  public var registries = [
    SandboxRegistry(name: "testpypi", audience: "testpypi"), SandboxRegistry(name: "pypi", audience: "pypi"),
  ]
  /// The publishers registered with them.
  public var publishers = SandboxPublisher.usual
  /// Projects that exist from the start.
  public var projects: [String] = []
  /// Releases that the indexes have from the start.
  public var releases: [SandboxRelease] = []
  /// Claims in place of the sandbox's own.
  public var claims: [SandboxClaim] = []
  /// What goes wrong.
  public var faults: [SandboxFault] = []
  /// What is switched, at every index.
  public var switches: Set<SandboxSwitch> = []
  /// The life of GitLab's identity tokens in seconds.
  public var identityTokenLifetime: Int64 = 3600
  /// The sandbox's clock.
  public var now: @Sendable () -> UnixTime

  /// The usual sandbox: TestPyPI and PyPI, a publisher for each provider.
  public init(now: @escaping @Sendable () -> UnixTime) {
    self.now = now
  }
}
