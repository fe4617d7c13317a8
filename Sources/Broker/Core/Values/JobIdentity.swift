/// Who a job is, in words that every provider can fill and every registry can compare.
///
/// A provider maps its claims to it; a registry states its ``PublisherRules`` over it. Claims that are personal data
/// (an actor, a user's mail address) have no place here.
public struct JobIdentity: Sendable, Equatable {
  /// The kind of issuer.
  public var family: IssuerFamily
  /// The name of the provider's entry in the configuration; nil where the job was not recognised by one.
  public var provider: String?
  /// The issuer's address (`iss`).
  public var issuer: String?
  /// The owner of the repository: a GitHub owner, a GitLab namespace.
  public var owner: String?
  /// The owner's id.
  public var ownerID: String?
  /// The name of the repository or project, without its owner.
  public var repository: String?
  /// The repository's or project's id.
  public var repositoryID: String?
  /// The path of the workflow or pipeline file that was started, such as `.github/workflows/release.yml`.
  public var workflow: String?
  /// The file that defines this job, with its repository and ref, where it differs in kind: GitHub's `job_workflow_ref`.
  public var jobWorkflow: String?
  /// The git ref, in full: `refs/tags/v1.0`.
  public var ref: String?
  /// `branch` or `tag`.
  public var refType: String?
  /// Whether the ref is protected.
  public var refProtected: Bool?
  /// The commit.
  public var sha: String?
  /// The deployment environment that the job names.
  public var environment: String?
  /// What started the run: `push`, `release`, `merge_request_event`.
  public var event: String?
  /// Where the job runs: `github-hosted`, `gitlab-hosted`, `self-hosted`.
  public var runner: String?
  /// The id of the runner that the job runs on.
  public var runnerID: String?
  /// The visibility of the repository: `public`, `internal`, `private`.
  public var visibility: String?

  /// The form of the subject; the subject itself can name people.
  public var subject: SubjectForm?

  /// What a subject (`sub`) is made of.
  public enum SubjectForm: Sendable, Equatable {
    /// The issuer's usual parts.
    case usual
    /// GitHub's usual parts with ids behind the names, which renaming does not change.
    case immutable
    /// Parts that somebody chose.
    case customised
  }

  /// The values that a trusted publisher is registered with, by field; the environment has a property of its own.
  public var fields: [JobField: String] = [:]

  /// The fields of which nothing says whether the job has them: a text may show a part of its claims.
  public var unknown: Set<JobField> = []

  /// An identity of which only the family is known.
  public init(family: IssuerFamily) {
    self.family = family
  }
}
