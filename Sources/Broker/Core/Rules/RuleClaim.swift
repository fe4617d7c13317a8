/// What a rule may look at: a key of `rules`, and the part of a job's identity that it is compared with.
public struct RuleClaim: Sendable {
  /// The forms of a rule's value.
  enum Form: Sendable {
    /// A list of patterns, one of which has to match.
    case patterns
    /// A list of ids, one of which has to be equal.
    case identifiers
    /// A list out of these words.
    case words([String])
    /// `true`.
    case flag

    /// Whether it is a flag.
    var isFlag: Bool { if case .flag = self { true } else { false } }
  }

  /// The key, such as `ref-type`.
  public let name: String
  /// What it is compared with, in one line.
  public let summary: String
  let form: Form
  /// What a job has there; nil if it has nothing.
  public let value: @Sendable (JobIdentity) -> String?

  private init(_ name: String, _ form: Form, _ summary: String, _ value: @escaping @Sendable (JobIdentity) -> String?) {
    self.name = name
    self.form = form
    self.summary = summary
    self.value = value
  }

  /// The key for a configuration file.
  var key: ConfigurationKey {
    let kind: ConfigurationKey.Kind =
      switch form {
      case .patterns: .texts
      case .identifiers: .identifiers
      case .words(let words): .words(words)
      case .flag: .mark
      }
    return ConfigurationKey(name, summary: summary, kind: kind)
  }

  /// All of them, in the order of the documentation.
  public static let all: [RuleClaim] = [
    RuleClaim("ref", .patterns, "the git ref in full, such as refs/tags/v*") { $0.ref },
    RuleClaim("ref-type", .words(["branch", "tag"]), "branch or tag") { $0.refType },
    RuleClaim("ref-protected", .flag, "true: the ref has to be protected") { job in
      job.refProtected.map { $0 ? "true" : "false" }
    },
    RuleClaim("environment", .patterns, "the deployment environment that the job names") { $0.environment },
    RuleClaim("event", .patterns, "what started the run, such as push or release") { $0.event },
    RuleClaim("owner", .patterns, "the owner of the repository, or its namespace") { $0.owner },
    RuleClaim("owner-id", .identifiers, "the owner's id, which stays when a name changes hands") { $0.ownerID },
    RuleClaim("repository", .patterns, "the repository or project with its owner: octo-org/sample") { job in
      guard let owner = job.owner, let repository = job.repository else { return nil }
      return "\(owner)/\(repository)"
    },
    RuleClaim("repository-id", .identifiers, "the repository's or project's id") { $0.repositoryID },
    RuleClaim("workflow", .patterns, "the path of the workflow or pipeline file that was started") { $0.workflow },
    RuleClaim("job-workflow", .patterns, "the file that defines the job, with its repository and ref") {
      $0.jobWorkflow
    },
    RuleClaim("runner", .words(["hosted", "self-hosted"]), "hosted (by the provider) or self-hosted") { job in
      guard let runner = job.runner else { return nil }
      return runner != "self-hosted" && runner.hasSuffix("-hosted") ? "hosted" : runner
    },
    RuleClaim("runner-id", .identifiers, "the id of the runner that the job runs on") { $0.runnerID },
    RuleClaim("visibility", .words(["public", "internal", "private"]), "public, internal or private") {
      $0.visibility
    },
    RuleClaim("service-account", .patterns, "the e-mail address of the service account that the job acts for") {
      $0.fields[.serviceAccount]
    },
    RuleClaim("service-account-id", .identifiers, "the service account's id") { $0.fields[.serviceAccountID] },
    RuleClaim("issuer", .patterns, "the issuer's address, such as https://ci.example.com") { $0.issuer },
  ]
}
