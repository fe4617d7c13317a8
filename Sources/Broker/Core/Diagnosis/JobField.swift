/// A property of a job that a trusted publisher is registered with, as a configuration's `expect` names it.
///
/// Providers declare which of them their jobs have (``JobKind/fields``), and registries which of them they compare
/// (``PublisherRules``). Two fields of one name are the same field.
public struct JobField: Sendable, Hashable {
  /// What a field is for, so that a sentence about it can be made without knowing its provider.
  public enum Role: Sendable {
    /// A part of the repository's name: an owner, a name, a namespace.
    case repository
    /// The file that defines the job.
    case file
    /// The deployment environment.
    case environment
    /// Something else, such as an account.
    case other
  }

  /// The name in kebab case: the key of `expect`.
  public let name: String
  /// What it is for.
  public let role: Role

  /// Whether it is the repository's owner, and not the repository.
  public let isOwner: Bool

  /// A field.
  public init(_ name: String, _ role: Role = .other, isOwner: Bool = false) {
    self.isOwner = isOwner
    self.name = name
    self.role = role
  }

  /// The repository's owner.
  public static let owner = JobField("owner", .repository, isOwner: true)
  /// The repository's name without its owner.
  public static let repository = JobField("repository", .repository)
  /// The name of the workflow file that defines the job.
  public static let workflow = JobField("workflow", .file)
  /// The name of the workflow file that was started, which may call the one that defines the job.
  public static let callingWorkflow = JobField("calling-workflow", .file)
  /// The project's namespace.
  public static let namespace = JobField("namespace", .repository, isOwner: true)
  /// The project's name without its namespace.
  public static let project = JobField("project", .repository)
  /// The path of the top-level pipeline file.
  public static let pipelineFile = JobField("pipeline-file", .file)
  /// The e-mail address of the service account that the job acts for.
  public static let serviceAccount = JobField("service-account")
  /// The service account's id, which stays when another account gets its address.
  public static let serviceAccountID = JobField("service-account-id")
  /// The deployment environment that the job names; jobs of every provider have it.
  public static let environment = JobField("environment", .environment)

  /// The property as words in a sentence.
  public var words: Neutralized { Neutralized(name.replacing("-", with: " "), limit: 64) }

  /// The job's value; nil if it has none.
  public func value(of job: JobIdentity) -> String? {
    self == .environment ? job.environment : job.fields[self]
  }

  /// Whether the names are equal.
  public static func == (left: JobField, right: JobField) -> Bool { left.name == right.name }

  /// Goes by the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
