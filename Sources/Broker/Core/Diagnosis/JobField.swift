/// A property of a job that a trusted publisher is registered with, as a configuration's `expect` names it.
public enum JobField: String, Sendable, CaseIterable {
  /// GitHub: the repository's owner.
  case owner
  /// GitHub: the repository's name without its owner.
  case repository
  /// GitHub: the name of the workflow file that defines the job.
  case workflow
  /// GitLab: the project's namespace.
  case namespace
  /// GitLab: the project's name without its namespace.
  case project
  /// GitLab: the path of the top-level pipeline file.
  case pipelineFile = "pipeline-file"
  /// Both: the deployment environment that the job names.
  case environment

  /// The kind of issuer whose jobs have it; nil for every kind.
  public var family: IssuerFamily? {
    switch self {
    case .owner, .repository, .workflow: .gitHub
    case .namespace, .project, .pipelineFile: .gitLab
    case .environment: nil
    }
  }

  /// The property as words in a sentence.
  public var words: String { self == .pipelineFile ? "pipeline file" : rawValue }

  /// The job's value; nil if it has none.
  ///
  /// The workflow is the file that defines the job, by its name alone: a reusable workflow's where the job is one's.
  public func value(of job: JobIdentity) -> String? {
    switch self {
    case .owner, .namespace: job.owner
    case .repository, .project: job.repository
    case .workflow: (job.jobWorkflow ?? job.workflow).flatMap(Self.fileName)
    case .pipelineFile: job.workflow
    case .environment: job.environment
    }
  }

  /// The last part of a path, without the ref behind `@`.
  private static func fileName(_ path: String) -> String? {
    path.prefix { $0 != "@" }.split(separator: "/").last.map(String.init)
  }
}
