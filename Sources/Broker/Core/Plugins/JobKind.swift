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
  /// The beginning of the path of the usual file that defines jobs, such as `.ci.yml`; nil if there is none.
  public let workflowFile: String?

  /// A kind of job.
  public init(
    _ family: IssuerFamily, fields: [JobField] = [], events: [String] = [], dangerousEvents: [String] = [],
    workflowFolder: String? = nil, workflowFile: String? = nil
  ) {
    self.family = family
    self.fields = fields
    self.events = events
    self.dangerousEvents = dangerousEvents
    self.workflowFolder = workflowFolder
    self.workflowFile = workflowFile
  }
}
