public import BrokerSandbox

extension SandboxRegistryKind {
  /// PyPI's server software.
  public static let warehouse = SandboxRegistryKind(
    steps: [.simple, .integrity], switches: SandboxSwitch.warehouse,
    rehearsal: SandboxRehearsal(
      isAskedForAudience: true, lifetime: 600...960, noPublisher: "invalid-publisher",
      reusedToken: "invalid-reuse-token")
  ) { SandboxIndex($0, issuer: $1, configuration: $2) }
}

extension SandboxRegistry {
  /// TestPyPI.
  public static let testPyPI = SandboxRegistry(name: "testpypi", audience: "testpypi", kind: .warehouse)
  /// The Python Package Index.
  public static let pypi = SandboxRegistry(name: "pypi", audience: "pypi", kind: .warehouse)
}

extension SandboxFault.Step {
  /// The simple index, `/simple/`.
  public static let simple = SandboxFault.Step("simple")
  /// The Integrity API, `/integrity/`.
  public static let integrity = SandboxFault.Step("integrity")
}

extension SandboxSwitch {
  /// All trusted publishing is off.
  public static let trustedPublishingOff = SandboxSwitch("trusted-publishing-off")
  /// Trusted publishing from GitHub is off.
  public static let githubOff = SandboxSwitch("github-off")
  /// Trusted publishing from GitLab is off.
  public static let gitlabOff = SandboxSwitch("gitlab-off")
  /// Trusted publishing from Google is off.
  public static let googleOff = SandboxSwitch("google-off")
  /// New projects cannot be made.
  public static let newProjectsOff = SandboxSwitch("new-projects-off")
  /// Uploads are off.
  public static let uploadsOff = SandboxSwitch("uploads-off")
  /// The site is read-only.
  public static let readOnly = SandboxSwitch("read-only")
  /// The database is away.
  public static let databaseDown = SandboxSwitch("database-down")
  /// The cache that holds used token ids is away.
  public static let cacheDown = SandboxSwitch("cache-down")
  /// The index cannot burn credentials.
  public static let noBurn = SandboxSwitch("no-burn")
  /// Every upload is listed with its publisher, as if it had come with attestations.
  public static let attestUploads = SandboxSwitch("attest-uploads")
  /// The index does not say who published a file.
  public static let integrityOff = SandboxSwitch("integrity-off")
  /// The index does not list its files.
  public static let noSimpleIndex = SandboxSwitch("no-simple-index")
  /// The index has no trusted publishing at all.
  public static let noTrustedPublishing = SandboxSwitch("no-trusted-publishing")

  static let warehouse: [SandboxSwitch] = [
    .trustedPublishingOff, .githubOff, .gitlabOff, .googleOff, .newProjectsOff, .uploadsOff, .readOnly, .databaseDown,
    .cacheDown,
    .noBurn, .attestUploads, .integrityOff, .noSimpleIndex, .noTrustedPublishing,
  ]
}
