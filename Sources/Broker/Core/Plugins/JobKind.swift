/// What is known of a provider's jobs before there is one: the keys that `expect` and `rules` have for them.
public struct JobKind: Sendable {
  /// The kind of issuer.
  public let family: IssuerFamily
  /// The fields that `expect` may name, in order, beside the environment.
  public let fields: [JobField]
  /// The events that are known to start a job; empty if they are not known.
  public let events: [String]
  /// Those of them that can run other people's code with the repository's identity.
  public let dangerousEvents: [String]
  /// The folder of the files that define jobs, such as `.ci/jobs/`; nil if they may lie anywhere.
  public let workflowFolder: String?
  /// The beginning of the path of the usual file that defines jobs, such as `.ci`; nil if there is none.
  public let workflowFile: String?
  /// How that path ends.
  public let workflowEnding: String

  /// By key of `rules`, the claim of its identity tokens that says it; empty if they are not known.
  public let claims: [String: String]

  /// A kind of job.
  public init(
    _ family: IssuerFamily, fields: [JobField] = [], events: [String] = [], dangerousEvents: [String] = [],
    workflowFolder: String? = nil, workflowFile: String? = nil, workflowEnding: String = ".yml",
    claims: [String: String] = [:]
  ) {
    self.workflowEnding = workflowEnding
    self.family = family
    self.fields = fields
    self.events = events
    self.dangerousEvents = dangerousEvents
    self.workflowFolder = workflowFolder
    self.workflowFile = workflowFile
    self.claims = claims
  }

  /// The field of the repository's owner; nil if jobs have none.
  public var owner: JobField? { fields.first(where: \.isOwner) }
  /// The field of the repository without its owner; nil if jobs have none.
  public var repository: JobField? { fields.first { $0.role == .repository && !$0.isOwner } }
  /// The field of the file that defines a job; nil if jobs have none.
  public var file: JobField? { fields.first { $0.role == .file } }
  /// The path of the file that defines jobs unless another is configured; nil if there is none.
  public var usualPath: String? { workflowFile.map { $0 + workflowEnding } }

  /// The path in a checkout of what ``file`` names.
  public func path(of file: String) -> String { "\(workflowFolder ?? "")\(file)" }

  /// The paths of the files of a checkout that may define jobs, by what is in a folder.
  public func paths(_ names: (_ folder: String) -> [String]) -> [String] {
    let inFolder = workflowFolder.map { folder in names(folder).map { folder + $0 } } ?? []
    return inFolder.filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") } + [usualPath].compactMap(\.self)
  }

  /// Whether an identity token of such a job may have what a rule is compared with; any may where nothing is known.
  func mayHave(_ claim: RuleClaim) -> Bool { claims.isEmpty || claims[claim.name] != nil }
}
