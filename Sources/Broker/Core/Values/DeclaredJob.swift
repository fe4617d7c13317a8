/// Who a job is, by a table of the configuration: which claim is which field.
public struct DeclaredJob: Sendable {
  /// The kind of issuer.
  public let family: IssuerFamily
  private let places: [(field: String, place: JSONPointer)]

  /// The fields, and where each goes; ids of users and their names have no place in them.
  private static let fields: [(name: String, set: @Sendable (inout JobIdentity, String) -> Void)] = [
    ("owner", { $0.owner = $1 }), ("owner-id", { $0.ownerID = $1 }), ("repository", { $0.repository = $1 }),
    ("repository-id", { $0.repositoryID = $1 }), ("workflow", { $0.workflow = $1 }),
    ("job-workflow", { $0.jobWorkflow = $1 }), ("ref", { $0.ref = $1 }), ("ref-type", { $0.refType = $1 }),
    ("ref-protected", { $0.refProtected = $1 == "true" }), ("sha", { $0.sha = $1 }),
    ("environment", { $0.environment = $1 }), ("event", { $0.event = $1 }), ("runner", { $0.runner = $1 }),
    ("runner-id", { $0.runnerID = $1 }), ("visibility", { $0.visibility = $1 }),
  ]

  /// The key `claims` of an entry, which holds the table.
  public static let key = ConfigurationKey(
    "claims", summary: "which claim is which field of a job", kind: .object(keys))

  static let keys = fields.map {
    ConfigurationKey($0.name, summary: "the claim that is the job's \($0.name), by its name or a JSON Pointer")
  }

  /// Decodes a table; without one, nothing is known of a job but its issuer.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  public init(from object: ConfigurationObject?, family: IssuerFamily) throws(BrokerError) {
    self.family = family
    var places: [(field: String, place: JSONPointer)] = []
    if let object {
      try object.refuseUnknownKeys(known: Self.keys.map(\.name))
      for key in object.keys {
        guard let place = try object.pointer(key) else { continue }
        places.append((key, place))
      }
    }
    self.places = places
  }

  /// Who the claims of a token say the job is.
  public func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: family)
    job.issuer = claims["iss"]
    let node = JSONNode(.object(claims.object), at: SourcePosition(line: 1, column: 1))
    for (field, place) in places {
      guard let text = place.text(in: node), !text.isEmpty else { continue }
      Self.fields.first { $0.name == field }?.set(&job, text)
    }
    // A claim that names the repository with its owner says both.
    if let repository = job.repository, let slash = repository.lastIndex(of: "/") {
      let owner = String(repository[..<slash])
      if job.owner == nil || job.owner == owner {
        job.owner = owner
        job.repository = String(repository[repository.index(after: slash)...])
      }
    }
    return job
  }
}
