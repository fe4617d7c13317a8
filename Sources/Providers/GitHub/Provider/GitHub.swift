public import BrokerCore

/// GitHub Actions, on github.com, GitHub Enterprise Cloud and GitHub Enterprise Server.
public struct GitHub: IdentityProvider {
  /// The entry's name.
  public let name: String
  private let services: PluginServices

  /// Makes the provider.
  public init(name: String, services: PluginServices) {
    self.name = name
    self.services = services
  }

  /// `GITHUB_ACTIONS=true`, set by the runner for every job.
  public var clue: Clue { Clue("GITHUB_ACTIONS=true", strength: .job) }

  /// The workflow file's lines, the claims, and the causes that a log shows: a missing permission and a fork, by the names
  /// that every client mentions.
  public var capabilities: ProviderCapabilities {
    ProviderCapabilities(
      guide: GitHubGuide.guide,
      job: GitHubClaims.job(printed:), recognise: GitHubGuide.causes,
      traces: { environment in GitHubEndpoint.variables.filter { environment.nonEmpty($0) != nil } },
      lookalike: GitHubLookalike.found)
  }

  /// Recognises a job by `GITHUB_ACTIONS`, unless it runs somewhere that only looks like GitHub, and finds the runner's endpoint in the two variables that the runner sets
  /// when the job has the permission `id-token: write` (docs.github.com, "OpenID Connect reference").
  public func detect(in environment: Environment) throws(BrokerError) -> Detection {
    switch environment["GITHUB_ACTIONS"] {
    case "true": break
    case nil: return .absent("GITHUB_ACTIONS is not set")
    case let other?: return .absent("GITHUB_ACTIONS is \(Neutralized.quoted(other)), not \"true\"")
    }
    if let other = GitHubLookalike.found(in: environment) { return .absent(other.evidence) }
    let endpoint = try GitHubEndpoint(in: environment, files: services.files)
    return .present(
      evidence: "GITHUB_ACTIONS is \"true\"",
      source: GitHubTokenSource(
        endpoint: endpoint, fork: GitHubEvent(in: environment)?.ownFork, services: services))
  }
}

extension ProviderType {
  /// GitHub Actions, which has no settings: everything stands in the job's environment.
  public static let gitHub = ProviderType(
    PluginType(
      "github", summary: "GitHub Actions: asks the runner for an identity token (permissions: id-token: write)"
    ) { GitHub(name: $0, services: $1) }, jobs: .gitHub, runner: .gitHub, workflows: .gitHub, adoption: .gitHub)
}
