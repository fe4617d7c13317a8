public import BrokerSandbox

extension SandboxRegistryKind {
  /// crates.io's server software.
  public static let cratesIO = SandboxRegistryKind(
    steps: [.sparseIndex], switches: SandboxSwitch.cratesIO,
    rehearsal: SandboxRehearsal(
      isAskedForAudience: false, lifetime: 1740...1860, saysLifetime: false,
      noPublisher: "No Trusted Publishing config found", reusedToken: "JWT has already been used")
  ) { CratesIOService($0, issuer: $1, configuration: $2) }
}

extension SandboxRegistry {
  /// crates.io.
  public static let cratesIO = SandboxRegistry(name: "crates-io", audience: "crates.io", kind: .cratesIO)
}

extension SandboxFault.Step {
  /// The sparse index, `/index/`.
  public static let sparseIndex = SandboxFault.Step("sparse-index")
}

extension SandboxSwitch {
  /// The route of the exchange is blocked.
  public static let routeBlocked = SandboxSwitch("route-blocked")
  /// The issuers' keys cannot be read.
  public static let issuerKeysDown = SandboxSwitch("issuer-keys-down")
  /// Every crate takes new versions from trusted publishers alone.
  public static let trustpubOnly = SandboxSwitch("trustpub-only")
  /// An API token ends after 5 seconds.
  public static let shortCredentials = SandboxSwitch("short-credentials")

  static let cratesIO: [SandboxSwitch] = [.routeBlocked, .issuerKeysDown, .trustpubOnly, .shortCredentials]
}
