public import BrokerCore

/// GitHub Actions, on github.com, GitHub Enterprise Cloud and GitHub Enterprise Server.
public struct GitHub: IdentityProvider {
  /// GitHub Actions has no settings: everything stands in the job's environment.
  public struct Configuration: PluginConfiguration {
    /// None.
    public static let keys: [ConfigurationKey] = []
    /// Nothing to decode.
    public init(from object: ConfigurationObject) throws(BrokerError) {}
    /// None.
    public var effectiveValues: [(key: String, value: String)] { [] }
  }

  /// The type name `github`.
  public static let type = "github"
  /// What it is.
  public static let summary = "GitHub Actions: asks the runner for an identity token (permissions: id-token: write)"

  /// The entry's name.
  public let name: String
  private let services: PluginServices

  /// Makes the provider.
  public init(name: String, configuration: Configuration, services: PluginServices) {
    self.name = name
    self.services = services
  }

  /// `GITHUB_ACTIONS=true`, set by the runner for every job.
  public var clue: ProviderClue { ProviderClue("GITHUB_ACTIONS=true", strength: .job) }

  /// The workflow file's lines.
  public var guide: ProviderGuide { GitHubGuide.guide }

  /// Who claims say a job is, if they name a repository.
  public func job(from claims: Claims) -> JobIdentity? {
    claims["repository"] == nil && claims["job_workflow_ref"] == nil ? nil : GitHubClaims.job(from: claims)
  }

  /// Tells a missing permission and a fork by the names that every client mentions.
  public func recognise(_ log: String) -> [Cause] { GitHubGuide.causes(in: log) }

  /// Recognises a job by `GITHUB_ACTIONS`, and finds the runner's endpoint in the two variables that the runner sets
  /// when the job has the permission `id-token: write` (docs.github.com, "OpenID Connect reference").
  public func detect(in environment: Environment) throws(BrokerError) -> Detection {
    switch environment["GITHUB_ACTIONS"] {
    case "true": break
    case nil: return .absent("GITHUB_ACTIONS is not set")
    case let other?: return .absent("GITHUB_ACTIONS is \(UntrustedText.quoted(other)), not \"true\"")
    }
    let endpoint = try GitHubEndpoint(in: environment)
    return .present(
      evidence: "GITHUB_ACTIONS is \"true\"",
      source: GitHubTokenSource(endpoint: endpoint, services: services))
  }
}
