/// Which claims of an identity token say who the job is, as an entry of the configuration maps them (`claims`).
public struct ClaimTable: Sendable, Equatable {
  /// A claim's name, by the property of the job that it says.
  private let names: [(property: String, claim: String)]

  /// The properties that a claim can say.
  public static let properties = [
    "owner", "owner-id", "repository", "repository-id", "workflow", "job-workflow", "ref", "ref-type", "ref-protected",
    "sha", "environment", "event", "runner", "visibility",
  ]

  /// The key `claims` of an entry.
  public static let key = ConfigurationKey(
    "claims", summary: "by property of the job, the claim that says it",
    kind: .object(properties.map { ConfigurationKey($0, summary: "the claim that says the job's \($0)") }))

  /// No claim says anything.
  public static let empty = ClaimTable([])

  private init(_ names: [(property: String, claim: String)]) { self.names = names }

  /// Decodes the key of an entry; without it, nothing is known of a job but its issuer.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  public init(from entry: ConfigurationObject) throws(BrokerError) {
    guard let object = try entry.child(Self.key.name) else {
      self = .empty
      return
    }
    try object.refuseUnknownKeys(known: Self.properties)
    var names: [(property: String, claim: String)] = []
    for property in object.keys {
      guard let claim = try object.string(property) else { continue }
      names.append((property, claim))
    }
    self.init(names)
  }

  /// The table as a value in force; none if it is empty.
  public var values: [SettingValue] {
    guard !names.isEmpty else { return [] }
    return [
      SettingValue(
        Self.key.name, shown: names.map { "\($0.property): \($0.claim)" }.joined(separator: "; "),
        comparing: .object(names.sorted { $0.property < $1.property }.map { ($0.property, .string($0.claim)) }))
    ]
  }

  /// Who claims say the job is.
  ///
  /// A repository that is given with its owner, as `owner/name`, says both.
  public func job(from claims: Claims, family: IssuerFamily) -> JobIdentity {
    func value(_ property: String) -> String? {
      names.first { $0.property == property }.flatMap { claims[$0.claim] }
    }
    var job = JobIdentity(family: family)
    job.issuer = claims["iss"]
    let path = value("repository")?.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
    job.owner = value("owner") ?? (path.count > 1 ? path.dropLast().joined(separator: "/") : nil)
    job.ownerID = value("owner-id")
    job.repository = path.last
    job.repositoryID = value("repository-id")
    job.workflow = value("workflow")
    job.jobWorkflow = value("job-workflow")
    job.ref = value("ref")
    job.refType = value("ref-type")
    job.refProtected = value("ref-protected").map { $0 == "true" }
    job.sha = value("sha")
    job.environment = value("environment")
    job.event = value("event")
    job.runner = value("runner")
    job.visibility = value("visibility")
    job.fields[.owner] = job.owner
    job.fields[.repository] = job.repository
    job.fields[.workflow] = job.workflow
    return job
  }

  /// Whether two tables map the same.
  public static func == (left: ClaimTable, right: ClaimTable) -> Bool {
    left.names.elementsEqual(right.names) { $0 == $1 }
  }
}
