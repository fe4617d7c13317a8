public import BrokerCore
public import BrokerSandbox

extension SandboxProvider {
  /// A CI system that a program knows, by a job whose variables hold identity tokens of the sandbox's.
  ///
  /// These are the variables that the program's declaration lists; the program itself is run as it is.
  ///
  /// - Throws: `ErrorCode.usage` for a program that is given no variable that could hold one.
  public static func ofProgram(_ entry: SandboxEntry) throws(BrokerError) -> SandboxProvider {
    let signs = entry.object.texts(of: "when")
    let held = (entry.program?.identityVariables ?? []).filter { name in !signs.contains { $0.name == name } }
    guard !held.isEmpty else {
      throw entry.notPlayed(
        "its program is given no variable that could hold an identity token of the sandbox's",
        remedy: "Run token-broker plugins check --live in a job, or list the program's variables in its declaration.")
    }
    let places = entry.object.texts(of: "claims")
    return SandboxProvider(
      entry.name, title: entry.name, issuer: "https://\(entry.name).invalid",
      clueVariable: signs.first?.name ?? held[0],
      foreignVariables: held, isAsked: false, isRenewing: true, tokenLifetime: 600, claims: [],
      otherClaims: claims(places, "octo-org", "sample", "release.yml"),
      publisher: ("octo-org", "sample", "release.yml"),
      claimsOfPublisher: { claims(places, $0.owner, $0.repository, $0.workflow) },
      makeEndpoint: { ProgramJob(signs: signs, held: held) })
  }

  private static func claims(
    _ places: [(name: String, value: String)], _ owner: String, _ repository: String, _ workflow: String
  ) -> [SandboxClaim] {
    var placed = PlacedJSON()
    placed.put(.string("job:\(owner)/\(repository)"), at: "sub")
    let isWhole = !places.contains { $0.name == "owner" }
    let values = [
      "owner": owner, "repository": isWhole ? "\(owner)/\(repository)" : repository, "workflow": workflow,
      "ref": "refs/heads/main", "event": "push",
    ]
    for (field, place) in places {
      if let value = values[field] { placed.put(.string(value), at: place) }
    }
    guard case .object(let members) = placed.json else { return [] }
    return members.map { SandboxClaim($0.0, json: $0.1) }
  }
}

/// The variables of such a job; nobody is asked.
private struct ProgramJob: SandboxEndpoint {
  let signs: [(name: String, value: String)]
  let held: [String]

  func variables(of job: SandboxJob) -> [String: String] {
    var variables: [String: String] = [:]
    for name in held {
      if let audience = job.audiences.first { variables[name] = job.identityToken(for: audience) }
    }
    for (name, value) in signs { variables[name] = value }
    return variables
  }

  func respond(to request: ServerRequest, of job: SandboxJob, audience: String?) -> ServerResponse {
    .json(404, .object([("message", "Not found")]))
  }
}
