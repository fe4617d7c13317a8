public import BrokerCore
public import BrokerSandbox

extension SandboxProvider {
  /// A CI system that an entry of type `token` describes: its jobs, and what they get identity tokens from, as the entry says.
  ///
  /// - Throws: `ErrorCode.usage` for an entry that says nothing that can be played.
  public static func described(by entry: SandboxEntry) throws(BrokerError) -> SandboxProvider {
    guard let source = DescribedSource(entry) else {
      throw entry.notPlayed(
        "it does not say where identity tokens come from", remedy: "Run token-broker config check on its file.")
    }
    let detect = entry.object.texts(of: "detect")
    let claims = DescribedClaims(entry)
    var files: [String] = []
    if case .file(let path) = source { files = Template(path).variables }
    return SandboxProvider(
      entry.name, title: entry.object["family"]?.string ?? entry.name, issuer: "https://\(entry.name).invalid",
      clueVariable: detect.first?.name ?? source.variables.first ?? "",
      foreignVariables: source.variables + entry.object.texts(of: "refuse").map(\.name), tokenFiles: files,
      isAsked: source.isAsked, isRenewing: source.isRenewing, obstacle: source.obstacle, tokenLifetime: 600, claims: [],
      otherClaims: claims.all(), publisher: (claims.owner, claims.repository, claims.workflow),
      claimsOfPublisher: { claims.all(of: $0) },
      makeEndpoint: { DescribedEndpoint(entry, source) })
  }
}

/// Where an entry says that identity tokens come from.
enum DescribedSource: Sendable {
  case variables([String])
  case file(String)
  case request(RequestPattern, token: String?)
  case command([String])

  init?(_ entry: SandboxEntry) {
    let object = entry.object
    if let names = object["variable"]?.array {
      self = .variables(names.compactMap(\.string))
    } else if let path = object["file"]?.string {
      self = .file(path)
    } else if let words = object["command"]?.object?["words"]?.array {
      self = .command(words.compactMap(\.string))
    } else if let request = object["request"]?.object, let pattern = RequestPattern(request, address: "url") {
      self = .request(pattern, token: request["token"]?.string)
    } else {
      return nil
    }
  }

  var variables: [String] {
    switch self {
    case .variables(let names): names
    case .file(let path): Template(path).variables
    case .request(let pattern, _): pattern.variables.address + pattern.variables.secret
    case .command: []
    }
  }

  var isAsked: Bool { if case .request = self { true } else { false } }

  /// A file is written again, and a variable is not.
  var isRenewing: Bool {
    switch self {
    case .request, .command: true
    case .variables, .file: false
    }
  }

  /// What a command of one's own would have to be given that no sandbox gives it.
  var obstacle: Message? {
    switch self {
    case .file(let path) where Template(path).isText:
      "its identity token is in \(Neutralized.quoted(path)), and no file is written there"
    case .command(let words):
      "its identity tokens are what \(Neutralized.quoted(words.first ?? "")) prints, which asks the real CI system"
    default: nil
    }
  }
}

/// The claims of the job that is played, where the entry's table looks for them.
struct DescribedClaims: Sendable {
  let owner = "octo-org"
  let repository = "sample"
  let workflow = "release.yml"
  private let places: [(field: String, place: String)]

  init(_ entry: SandboxEntry) {
    places = entry.object.texts(of: "claims").map { ($0.name, $0.value) }
  }

  /// All claims of a job; those of a publisher in place of the usual ones.
  func all(of publisher: SandboxPublisher? = nil) -> [SandboxClaim] {
    let (owner, repository) = (publisher?.owner ?? owner, publisher?.repository ?? repository)
    let workflow = publisher?.workflow ?? workflow
    let isWhole = !places.contains { $0.field == "owner" }
    let values: [String: JSONText.Value] = [
      "owner": .string(owner), "owner-id": .string(publisher?.ownerID ?? "1000"),
      "repository": .string(isWhole ? "\(owner)/\(repository)" : repository), "repository-id": "2000",
      "workflow": .string(workflow), "job-workflow": .string("\(owner)/\(repository)/\(workflow)@refs/heads/main"),
      "ref": "refs/heads/main", "ref-type": "branch", "ref-protected": "true",
      "sha": "5770f2c3941334f2828cd79a46b728b6c66d21ba", "event": "push", "runner": "hosted", "visibility": "public",
    ]
    var placed = PlacedJSON()
    placed.put(.string("job:\(owner)/\(repository)"), at: "sub")
    for (field, place) in places {
      if let value = values[field] { placed.put(value, at: place) }
    }
    guard case .object(let members) = placed.json else { return [] }
    return members.map { SandboxClaim($0.0, json: $0.1) }
  }
}
