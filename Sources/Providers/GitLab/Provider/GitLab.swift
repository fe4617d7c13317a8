public import BrokerCore

/// GitLab CI, on gitlab.com and self-managed.
public struct GitLab: IdentityProvider {
  /// The entry's name.
  public let name: String
  private let settings: GitLabSettings

  /// Makes the provider.
  public init(name: String, settings: GitLabSettings) {
    self.name = name
    self.settings = settings
  }

  /// `GITLAB_CI=true`, set by the runner for every job.
  public var clue: Clue { Clue("GITLAB_CI=true", strength: .job) }

  /// The pipeline file's lines, the claims, and a missing identity token that a log shows by its variable's name.
  public var capabilities: ProviderCapabilities {
    ProviderCapabilities(
      guide: GitLabGuide.guide,
      job: GitLabClaims.job(printed:), recognise: GitLabGuide.causes,
      traces: { [variables = settings.variables] environment in
        let configured = Set(variables.flatMap(\.names))
        return environment.names.filter { name in
          (configured.contains(name) || name.hasSuffix("_ID_TOKEN"))
            && environment.nonEmpty(name)?.hasPrefix("eyJ") == true
        } + Self.variables.filter { environment.nonEmpty($0) != nil }
      })
  }

  /// Variables that the runner sets for every job, and nobody else (docs.gitlab.com, "Predefined CI/CD variables
  /// reference").
  private static let variables = ["CI_JOB_ID", "CI_PIPELINE_ID", "CI_PROJECT_PATH", "CI_SERVER_URL"]

  /// Recognises a job by `GITLAB_CI` (docs.gitlab.com, "Predefined CI/CD variables reference").
  ///
  /// - Throws: `ErrorCode.identityFork` for a merge request of a fork that runs in the parent project: it would publish
  ///   a stranger's code with this project's identity.
  public func detect(in environment: Environment) throws(BrokerError) -> Detection {
    switch environment["GITLAB_CI"] {
    case "true": break
    case nil: return .absent("GITLAB_CI is not set")
    case let other?: return .absent("GITLAB_CI is \(Neutralized.quoted(other)), not \"true\"")
    }
    if environment["CI_PIPELINE_SOURCE"] == "merge_request_event",
      let source = environment.nonEmpty("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"),
      let project = environment.nonEmpty("CI_PROJECT_PATH"), source != project
    {
      throw BrokerError(
        .identityFork,
        "This pipeline runs a merge request of the fork \(Neutralized.quoted(source)) with the identity of "
          + "\(Neutralized.quoted(project)).",
        remedy: "Publish from a pipeline of the project's own branches or tags.",
        reference: "https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/",
        causes: [GitLabGuide.forkMergeRequest(source, project)])
    }
    return .present(
      evidence: "GITLAB_CI is \"true\"",
      source: GitLabTokenSource(environment: environment, variables: settings.variables))
  }
}

extension ProviderType {
  /// GitLab CI.
  public static let gitLab = ProviderType(
    PluginType(
      "gitlab", summary: "GitLab CI: reads the job's id_tokens variables, such as PYPI_ID_TOKEN",
      keys: GitLabSettings.keys, decode: GitLabSettings.init,
      make: { name, settings, _ in GitLab(name: name, settings: settings) }),
    jobs: .gitLab, runner: .gitLab, workflows: .gitLab, adoption: .gitLab)
}
