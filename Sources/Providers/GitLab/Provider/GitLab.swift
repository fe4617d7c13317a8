public import BrokerCore

/// GitLab CI, on gitlab.com and self-managed.
public struct GitLab: IdentityProvider {
  /// The type name `gitlab`.
  public static let type = "gitlab"
  /// What it is.
  public static let summary = "GitLab CI: reads the job's id_tokens variables, such as PYPI_ID_TOKEN"

  /// The entry's name.
  public let name: String
  private let configuration: GitLabConfiguration

  /// Makes the provider.
  public init(name: String, configuration: GitLabConfiguration, services: PluginServices) {
    self.name = name
    self.configuration = configuration
  }

  /// `GITLAB_CI=true`, set by the runner for every job.
  public var clue: ProviderClue { ProviderClue("GITLAB_CI=true", strength: .job) }

  /// The pipeline file's lines.
  public var guide: ProviderGuide { GitLabGuide.guide }

  /// Who claims say a job is, if they name a project.
  public func job(from claims: Claims) -> JobIdentity? {
    claims["project_path"] == nil && claims["ci_config_ref_uri"] == nil ? nil : GitLabClaims.job(from: claims)
  }

  /// Tells a missing identity token by its variable's name.
  public func recognise(_ log: String) -> [Cause] { GitLabGuide.causes(in: log) }

  /// Recognises a job by `GITLAB_CI` (docs.gitlab.com, "Predefined CI/CD variables reference").
  ///
  /// - Throws: `ErrorCode.identityFork` for a merge request of a fork that runs in the parent project: it would publish
  ///   a stranger's code with this project's identity.
  public func detect(in environment: Environment) throws(BrokerError) -> Detection {
    switch environment["GITLAB_CI"] {
    case "true": break
    case nil: return .absent("GITLAB_CI is not set")
    case let other?: return .absent("GITLAB_CI is \(UntrustedText.quoted(other)), not \"true\"")
    }
    if environment["CI_PIPELINE_SOURCE"] == "merge_request_event",
      let source = environment.nonEmpty("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"),
      let project = environment.nonEmpty("CI_PROJECT_PATH"), source != project
    {
      throw BrokerError(
        .identityFork,
        "This pipeline runs a merge request of the fork \(UntrustedText.quoted(source)) with the identity of "
          + "\(UntrustedText.quoted(project)).",
        remedy: "Publish from a pipeline of the project's own branches or tags.",
        reference: "https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/",
        causes: [GitLabGuide.forkMergeRequest(source, project)])
    }
    return .present(
      evidence: "GITLAB_CI is \"true\"",
      source: GitLabTokenSource(environment: environment, variables: configuration.variables))
  }
}
