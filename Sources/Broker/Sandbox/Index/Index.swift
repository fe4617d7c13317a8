import BrokerCore
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An index that answers as PyPI's own server software was seen to answer (revision of August 2026 with burn-token).
final class Index: Sendable {
  let registry: SandboxRegistry
  private let issuer: Issuer
  private let now: @Sendable () -> UnixTime
  private let state: Mutex<IndexState>

  /// The life of an API token in seconds.
  private static let lifetime: Int64 = 900
  /// The difference that time claims may have, in seconds.
  private static let leeway: Int64 = 30

  init(_ registry: SandboxRegistry, issuer: Issuer, configuration: SandboxConfiguration) {
    self.registry = registry
    self.issuer = issuer
    now = configuration.now
    let publishers = configuration.publishers.filter { $0.registries?.contains(registry.name) ?? true }
    let owned = publishers.filter { !$0.isPending }.flatMap { $0.projects ?? [] }
    state = Mutex(
      IndexState(
        publishers: publishers, projects: Set((configuration.projects + owned).map(ProjectName.normalized)),
        switches: configuration.switches))
  }

  var uploads: [SandboxUpload] { state.withLock { $0.uploads } }

  func set(_ switches: Set<SandboxSwitch>) { state.withLock { $0.switches = switches } }

  // MARK: Requests

  func respond(_ request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    let isUnavailable = isOn(.noTrustedPublishing) && request.path.hasPrefix("/_/oidc/")
    guard !isUnavailable else { return IndexText.notFound(acceptsJSON: request.acceptsJSON) }
    switch request.path {
    case "/_/oidc/audience": return only("GET", request) { audience(faults) }
    case "/_/oidc/mint-token", "/_/oidc/github/mint-token":
      return only("POST", request) { mint(request, faults) }
    case "/_/oidc/burn-token":
      guard !isOn(.noBurn) else { return IndexText.notFound(acceptsJSON: request.acceptsJSON) }
      return only("POST", request) { burn(request) }
    case "/legacy/": return only("POST", request) { upload(request) }
    case let path where path.hasPrefix("/simple/"): return only("GET", request) { simple(path) }
    default: return IndexText.notFound(acceptsJSON: request.acceptsJSON)
    }
  }

  private func only(_ method: String, _ request: ServerRequest, _ respond: () -> ServerResponse) -> ServerResponse {
    request.method == method ? respond() : IndexText.methodNotAllowed(request.method)
  }

  private func isOn(_ name: SandboxSwitch) -> Bool { state.withLock { $0.switches.contains(name) } }

  // MARK: Audience

  private func audience(_ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    if isOn(.databaseDown) { return IndexText.internalError }
    if isOn(.trustedPublishingOff) {
      return .json(403, .object([("message", "Trusted publishing functionality not enabled")]))
    }
    for case .audience(let text) in faults { return .json(200, .object([("audience", .string(text))])) }
    return .json(200, .object([("audience", .string(registry.audience))]))
  }

  // MARK: Mint

  private func mint(_ request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    if isOn(.databaseDown) { return IndexText.internalError }
    do throws(MintRefusal) {
      let token = try MintPayload.token(in: request.body)
      let (claims, provider) = try issuerAndClaims(token)
      try checkSwitches(provider)
      let identifier = try verify(token, claims, provider)
      if isOn(.cacheDown) { return IndexText.internalError }
      let isForAnybody = faults.contains(.acceptAnybody)
      let publisher = isForAnybody ? nil : try findPublisher(claims, provider, host: request.host)
      try use(identifier, again: faults.contains(.acceptReuse))
      return minted(for: publisher, faults)
    } catch { return error.response }
  }

  private func issuerAndClaims(_ token: String) throws(MintRefusal) -> (Claims, SandboxProvider) {
    let malformed = MintRefusal("invalid-payload", "malformed JWT")
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64URL.decode(parts[1]),
      let object = (try? JSONReader().read(bytes))?.object
    else { throw malformed }
    let claims = Claims(object)
    guard let issuer = claims["iss"] else { throw malformed }
    guard let provider = SandboxProvider.allCases.first(where: { $0.issuer == issuer }) else {
      throw MintRefusal("invalid-payload", "unknown trusted publishing issuer")
    }
    return (claims, provider)
  }

  private func checkSwitches(_ provider: SandboxProvider) throws(MintRefusal) {
    let own: SandboxSwitch = provider == .github ? .githubOff : .gitlabOff
    guard !isOn(.trustedPublishingOff), !isOn(own) else {
      throw MintRefusal("not-enabled", "\(provider.publisherName) trusted publishing functionality not enabled")
    }
  }

  /// What the signature and the time claims would be checked for; the token's id.
  private func verify(
    _ token: String, _ claims: Claims, _ provider: SandboxProvider
  ) throws(MintRefusal) -> String? {
    guard let issued = issuer.find(token), issued.provider == provider else { throw .invalidToken }
    let now = now()
    guard let expires = claims.time("exp"), now.seconds(since: expires) < Self.leeway,
      let made = claims.time("iat"), made.seconds(since: now) <= Self.leeway,
      claims.time("nbf").map({ $0.seconds(since: now) <= Self.leeway }) ?? true,
      claims.audience == .single(registry.audience)
    else { throw .invalidToken }
    return claims["jti"]
  }

  private func findPublisher(
    _ claims: Claims, _ provider: SandboxProvider, host: String
  ) throws(MintRefusal) -> SandboxPublisher {
    let publishers = state.withLock { $0.publishers }
    let pending = try? PublisherMatch(publishers: publishers.filter(\.isPending), claims: claims).find(provider)
    if let pending { return try makeProject(pending, host: host) }
    return try PublisherMatch(publishers: publishers.filter { !$0.isPending }, claims: claims).find(provider)
  }

  /// Turns a pending publisher into a publisher of the project that it makes.
  private func makeProject(_ pending: SandboxPublisher, host: String) throws(MintRefusal) -> SandboxPublisher {
    let project = pending.projects?.first ?? ""
    let name = ProjectName.normalized(project)
    func refuse(_ reason: String, see anchor: String) -> MintRefusal {
      MintRefusal("invalid-payload", "\(reason). See http://\(host)/help/#\(anchor) for more information.")
    }
    let isOff = isOn(.newProjectsOff)
    let result = state.withLock { state -> Result<SandboxPublisher, MintRefusal> in
      let index = state.publishers.firstIndex {
        $0.isPending && $0.projects == pending.projects && $0.environment == pending.environment
          && $0.repository == pending.repository && $0.workflow == pending.workflow && $0.owner == pending.owner
      }
      if state.projects.contains(name) {
        if let index { state.publishers.remove(at: index) }
        return .failure(MintRefusal("invalid-pending-publisher", "valid token, but project already exists"))
      }
      if isOff {
        return .failure(refuse("New project registration temporarily disabled", see: "admin-intervention"))
      }
      if ProjectName.standardLibrary.contains(name) {
        return .failure(
          refuse(
            "The name '\(project)' isn't allowed (conflict with Python Standard Library module name)",
            see: "project-name"))
      }
      if state.projects.contains(where: { ProjectName.lookalike($0) == ProjectName.lookalike(name) }) {
        return .failure(
          refuse("The name '\(project)' is too similar to an existing project", see: "project-name"))
      }
      state.projects.insert(name)
      var publisher = pending
      publisher.isPending = false
      if let index { state.publishers[index] = publisher }
      return .success(publisher)
    }
    return try result.get()
  }

  /// A token's id is used up when a credential is minted, not before.
  private func use(_ identifier: String?, again: Bool) throws(MintRefusal) {
    guard let identifier else { throw .noPublisher("Missing claim 'jti'") }
    let isNew = state.withLock { $0.usedIdentifiers.insert(identifier).inserted }
    guard isNew || again else { throw MintRefusal("invalid-reuse-token", "invalid token: already used") }
  }

  private func minted(for publisher: SandboxPublisher?, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    let token = "pypi-" + String(Base64URL.encode(SandboxToken.randomBytes(212)).prefix(282))
    var expires = now().advanced(by: Self.lifetime)
    let isStored = !isOn(.readOnly)
    state.withLock { state in
      if isStored { state.minted[token] = IndexState.Minted(projects: publisher?.projects, expires: expires) }
    }
    for case .expires(let seconds) in faults { expires = now().advanced(by: seconds) }
    return .json(
      200, .object([("expires", .integer(expires.seconds)), ("success", true), ("token", .string(token))]))
  }

  // MARK: Burn

  private func burn(_ request: ServerRequest) -> ServerResponse {
    if let token = (try? JSONReader().read(request.body))?.object?["token"]?.string {
      state.withLock { _ = $0.minted.removeValue(forKey: token) }
    }
    return .json(202, .object([("errors", .array([])), ("message", "Accepted")]))
  }

  // MARK: Uploads

  private func upload(_ request: ServerRequest) -> ServerResponse {
    let help = "https://\(request.host)/help/"
    if isOn(.readOnly) { return IndexText.forbidden("Read-only mode: Uploads are temporarily disabled.") }
    let invalid = IndexText.forbidden(
      "Invalid or non-existent authentication information. See \(help)#invalid-auth for more information.")
    guard let (user, password) = Self.basicCredentials(request) else { return invalid }
    guard user == "__token__" else {
      return IndexText.forbidden(
        "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. "
          + "See \(help)#apitoken and \(help)#trusted-publishers", isRepeated: false)
    }
    guard let minted = state.withLock({ $0.minted[password] }) else { return invalid }
    guard now() < minted.expires else {
      return IndexText.forbidden("Invalid API Token: token is expired, token is expired")
    }
    if isOn(.uploadsOff) {
      return IndexText.forbidden(
        "New uploads are temporarily disabled. See \(help)#admin-intervention for more information.")
    }
    return receive(request, minted, user: user)
  }

  private func receive(_ request: ServerRequest, _ minted: IndexState.Minted, user: String) -> ServerResponse {
    guard let form = UploadForm(request), let name = form.fields["name"], let filename = form.filename else {
      return IndexText.badRequest("Error: Invalid or missing form fields. See https://\(request.host)/help/.")
    }
    let project = ProjectName.normalized(name)
    let upload = SandboxUpload(
      registry: registry.name, project: project, version: form.fields["version"] ?? "", filename: filename,
      size: form.size, sha256: form.fields["sha256_digest"] ?? "", username: user)
    return state.withLock { state in
      if let allowed = minted.projects?.map(ProjectName.normalized), !allowed.contains(project) {
        guard state.projects.contains(project) else { return Self.noSuchProject }
        let once =
          "OIDC scoped token is not valid for project '\(name)', project-scoped token is not valid for project: '\(name)'"
        return IndexText.forbidden("Invalid API Token: \(once), \(once)")
      }
      if state.uploads.contains(where: { $0.filename == filename }) {
        return IndexText.badRequest(
          "File already exists ('\(filename)'). See https://\(request.host)/help/#file-name-reuse for more information."
        )
      }
      state.projects.insert(project)
      state.uploads.append(upload)
      return .text(200, "200 OK\n\n\n\n\n")
    }
  }

  private static let noSuchProject = IndexText.badRequest(
    "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher "
      + "but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please "
      + "ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/")

  private static func basicCredentials(_ request: ServerRequest) -> (user: String, password: String)? {
    let words = request.field("authorization")?.split(separator: " ").map(String.init) ?? []
    guard words.count == 2, words[0].lowercased() == "basic", let data = Data(base64Encoded: words[1]) else {
      return nil
    }
    let parts = String(decoding: data, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }

  // MARK: Simple index

  /// PyPI's simple index as JSON (PEP 691).
  private func simple(_ path: String) -> ServerResponse {
    let name = path.split(separator: "/").dropFirst().joined()
    let (isKnown, uploads) = state.withLock { state in
      (state.projects.contains(name), state.uploads.filter { $0.project == name })
    }
    guard isKnown else { return IndexText.notFound(acceptsJSON: false) }
    let files = uploads.map { upload in
      JSONText.Value.object([
        ("filename", .string(upload.filename)), ("hashes", .object([("sha256", .string(upload.sha256))])),
        ("provenance", .null), ("size", .integer(Int64(upload.size))), ("url", .string("/files/\(upload.filename)")),
      ])
    }
    var response = ServerResponse.json(
      200,
      .object([
        ("files", .array(files)), ("meta", .object([("api-version", "1.3")])), ("name", .string(name)),
        ("versions", .array(Set(uploads.map(\.version)).sorted().map { .string($0) })),
      ]))
    response.fields[0].1 = "application/vnd.pypi.simple.v1+json"
    return response
  }
}
