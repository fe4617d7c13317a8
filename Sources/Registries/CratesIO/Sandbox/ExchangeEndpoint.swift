import BrokerCore
import BrokerSandbox

/// `POST /api/v1/trusted_publishing/tokens`, its checks in their order (exchange/mod.rs).
struct ExchangeEndpoint {
  let service: CratesIOService

  /// The difference that time claims may have, in seconds.
  private static let leeway: Int64 = 60

  private struct Refused: Error {
    let response: ServerResponse
    init(_ detail: String, _ status: Int = 400) { response = ServerAnswer.refused(status, detail) }
  }

  func respond(_ request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    do throws(Refused) {
      if service.isOn(.routeBlocked) {
        throw Refused("This route is temporarily blocked. See https://status.crates.io.", 503)
      }
      let token = try token(in: request)
      let (claims, provider) = try decode(token)
      let identifier = claims["jti"] ?? ""
      let isUsed = service.access { $0.usedIdentifiers.contains(identifier) }
      guard !isUsed || faults.contains(.acceptReuse) else { throw Refused("JWT has already been used") }
      let isForAnybody = faults.contains(.acceptAnybody)
      let crates = isForAnybody ? nil : try crates(for: claims, provider)
      return minted(crates, identifier)
    } catch { return error.response }
  }

  private func token(in request: ServerRequest) throws(Refused) -> String {
    let type = (request.field("content-type") ?? "").prefix { $0 != ";" }
    guard type == "application/json" else {
      throw Refused("Expected request with `Content-Type: application/json`", 415)
    }
    guard let node = try? JSONReader().read(request.body) else {
      throw Refused("Failed to parse the request body as JSON")
    }
    guard let text = node.object?["jwt"]?.string else {
      throw Refused("Failed to deserialize the JSON body into the target type: missing field `jwt`", 422)
    }
    return text
  }

  /// The claims of a token that this sandbox issued for this server.
  private func decode(_ token: String) throws(Refused) -> (Claims, SandboxProvider) {
    let undecoded = Refused("Failed to decode JWT")
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.object(parts[0]), let payload = Self.object(parts[1]) else {
      throw undecoded
    }
    let claims = Claims(payload)
    guard let issuer = claims["iss"] else { throw undecoded }
    guard let provider = service.providers.first(where: { $0.issuer == issuer }) else {
      throw Refused("Unsupported JWT issuer: \(issuer)")
    }
    guard let key = header["kid"]?.string else { throw Refused("Missing JWT key ID") }
    if service.isOn(.issuerKeysDown) { throw Refused("Failed to load OIDC key set", 500) }
    guard key == IdentityToken.rehearsalKeyID else { throw Refused("Invalid JWT key ID") }
    guard let issued = service.issuer.find(token), issued.provider == provider else { throw undecoded }
    let now = service.now()
    guard let expires = claims.time("exp"), now.seconds(since: expires) <= Self.leeway,
      claims.time("iat").map({ $0.seconds(since: now) <= Self.leeway }) ?? false,
      claims.time("nbf").map({ $0.seconds(since: now) <= Self.leeway }) ?? true,
      claims.audience == .single(service.registry.audience), claims["jti"] != nil
    else { throw undecoded }
    return (claims, provider)
  }

  private static func object(_ part: Substring) -> JSONObject? {
    Base64URL.decode(part).flatMap { try? JSONReader().read($0) }?.object
  }

  // MARK: Publishers

  /// What a provider's claims say, and how the server words it.
  private struct Job {
    let repository: String
    let owner: String
    let name: String
    let ownerID: String
    let file: String
    let environment: String?
    let words: (owner: String, owners: String, file: String, files: String)
  }

  /// The crates of the publishers that are left at the end; nil for all.
  private func crates(for claims: Claims, _ provider: SandboxProvider) throws(Refused) -> Set<String>? {
    let job = provider.issuer == "https://gitlab.com" ? try gitLabJob(claims) : try gitHubJob(claims)
    var left = service.publishers.filter {
      $0.provider == provider && $0.owner.lowercased() == job.owner.lowercased()
        && $0.repository.lowercased() == job.name.lowercased()
    }
    guard !left.isEmpty else {
      throw Refused("No Trusted Publishing config found for repository `\(job.repository)`.")
    }
    let config = "The Trusted Publishing config for repository `\(job.repository)`"
    func keep(_ fits: (SandboxPublisher) -> Bool, else text: ([SandboxPublisher]) -> String) throws(Refused) {
      let all = left
      left = left.filter(fits)
      guard left.isEmpty else { return }
      throw Refused("\(config) \(text(all))")
    }
    func quoted(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
    try keep {
      $0.ownerID == job.ownerID
    } else: { all in
      "does not match the \(job.words.owner) (\(job.ownerID)) in the JWT. Expected \(job.words.owners): "
        + "\(all.map(\.ownerID).joined(separator: ", ")). Please recreate the Trusted Publishing config to update the "
        + "\(job.words.owner)."
    }
    try keep {
      $0.workflow == job.file
    } else: {
      "does not match the \(job.words.file) `\(job.file)` in the JWT. Expected \(job.words.files): \(quoted($0.map(\.workflow)))"
    }
    try keep { publisher in
      publisher.environment.map { $0.lowercased() == job.environment?.lowercased() } ?? true
    } else: { all in
      let expected = quoted(all.compactMap(\.environment))
      return job.environment.map {
        "does not match the environment `\($0)` in the JWT. Expected environments: \(expected)"
      } ?? "requires an environment, but the JWT does not specify one. Expected environments: \(expected)"
    }
    return left.contains { $0.projects == nil }
      ? nil : Set(left.flatMap { $0.projects ?? [] }.map(ServiceState.compared))
  }

  private func gitHubJob(_ claims: Claims) throws(Refused) -> Job {
    if let event = claims["event_name"], ["pull_request_target", "workflow_run"].contains(event) {
      throw Refused(
        "Trusted Publishing does not support the `\(event)` event trigger due to security concerns. Please use a different "
          + "trigger such as `push`, `release`, or `workflow_dispatch`.")
    }
    let repository = claims["repository"] ?? ""
    let parts = repository.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw Refused("Unexpected `repository` value") }
    // `OWNER/NAME/.github/workflows/FILE@REF`: the workflow that was started.
    let path = (claims["workflow_ref"] ?? "").prefix { $0 != "@" }
    guard let range = path.firstRange(of: "/.github/workflows/"), range.upperBound < path.endIndex else {
      throw Refused("Unexpected `workflow_ref` value")
    }
    guard let id = claims["repository_owner_id"], Int32(id) != nil else {
      throw Refused("Unexpected `repository_owner_id` value")
    }
    return Job(
      repository: repository, owner: parts[0], name: parts[1], ownerID: id, file: String(path[range.upperBound...]),
      environment: claims["environment"],
      words: ("repository owner ID", "owner IDs", "workflow filename", "workflow filenames"))
  }

  private func gitLabJob(_ claims: Claims) throws(Refused) -> Job {
    let path = claims["project_path"] ?? ""
    guard let slash = path.lastIndex(of: "/") else { throw Refused("Unexpected `project_path` value") }
    let uri = claims["ci_config_ref_uri"] ?? ""
    guard let start = uri.firstRange(of: "//"), let end = uri.lastIndex(of: "@"), start.upperBound < end else {
      throw Refused("Unexpected `ci_config_ref_uri` value")
    }
    return Job(
      repository: path, owner: String(path[..<slash]), name: String(path[path.index(after: slash)...]),
      ownerID: claims["namespace_id"] ?? "", file: String(uri[start.upperBound..<end]),
      environment: claims["environment"],
      words: ("namespace ID", "namespace IDs", "workflow filepath", "workflow filepaths"))
  }

  // MARK: The token

  private func minted(_ crates: Set<String>?, _ identifier: String) -> ServerResponse {
    let life: Int64 = service.isOn(.shortCredentials) ? 5 : 1800
    let token = AccessToken.made()
    let expires = service.now().advanced(by: life)
    service.access { state in
      // Written together with the token: a refusal uses nothing up.
      state.usedIdentifiers.insert(identifier)
      state.tokens[token] = ServiceState.Token(expires: expires, crates: crates)
    }
    return .json(200, .object([("token", .string(token))]))
  }
}
