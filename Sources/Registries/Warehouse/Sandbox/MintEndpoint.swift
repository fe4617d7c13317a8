import BrokerCore
import BrokerSandbox

/// `/_/oidc/mint-token`: exchanges an identity token for an API token.
struct MintEndpoint {
  let store: IndexStore

  /// The life of an API token in seconds.
  private static let lifetime: Int64 = 900
  /// The difference that time claims may have, in seconds.
  private static let leeway: Int64 = 30

  func respond(_ request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    if store.isOn(.databaseDown) { return IndexText.internalError }
    do throws(MintRefusal) {
      let token = try MintPayload.token(in: request.body)
      let (claims, provider) = try issuerAndClaims(token)
      try checkSwitches(provider)
      let identifier = try verify(token, claims, provider)
      if store.isOn(.cacheDown) { return IndexText.internalError }
      let isForAnybody = faults.contains(.acceptAnybody)
      let publisher = isForAnybody ? nil : try findPublisher(claims, provider, host: request.host)
      try use(identifier, again: faults.contains(.acceptReuse))
      return minted(for: publisher, faults, host: request.host)
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
    guard let provider = store.providers.first(where: { $0.issuer == issuer }) else {
      throw MintRefusal("invalid-payload", "unknown trusted publishing issuer")
    }
    return (claims, provider)
  }

  private func checkSwitches(_ provider: SandboxProvider) throws(MintRefusal) {
    let own = SandboxSwitch("\(provider.name)-off")
    guard !store.isOn(.trustedPublishingOff), !store.isOn(own) else {
      throw MintRefusal("not-enabled", "\(provider.name) trusted publishing functionality not enabled")
    }
  }

  /// What the signature and the time claims would be checked for; the token's id.
  private func verify(
    _ token: String, _ claims: Claims, _ provider: SandboxProvider
  ) throws(MintRefusal) -> String? {
    guard let issued = store.issuer.find(token), issued.provider == provider else { throw .invalidToken }
    let now = store.now()
    guard let expires = claims.time("exp"), now.seconds(since: expires) < Self.leeway,
      let made = claims.time("iat"), made.seconds(since: now) <= Self.leeway,
      claims.time("nbf").map({ $0.seconds(since: now) <= Self.leeway }) ?? true,
      claims.audience == .single(store.registry.audience)
    else { throw .invalidToken }
    return claims["jti"]
  }

  private func findPublisher(
    _ claims: Claims, _ provider: SandboxProvider, host: String
  ) throws(MintRefusal) -> SandboxPublisher {
    let publishers = store.access { $0.publishers }
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
    let isOff = store.isOn(.newProjectsOff)
    let result = store.access { state -> Result<SandboxPublisher, MintRefusal> in
      let index = state.publishers.firstIndex {
        $0.isPending && $0.projects == pending.projects && $0.values == pending.values
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
      state.names[name] = project
      var publisher = pending
      publisher.isPending = false
      if let index { state.publishers.remove(at: index) }
      return .success(state.register(publisher))
    }
    return try result.get()
  }

  /// A token's id is used up when a credential is minted, not before.
  private func use(_ identifier: String?, again: Bool) throws(MintRefusal) {
    // Each kind of publisher says whether its tokens must have one (oidc/models).
    guard let identifier else { return }
    let isNew = store.access { $0.usedIdentifiers.insert(identifier).inserted }
    guard isNew || again else { throw MintRefusal("invalid-reuse-token", "invalid token: already used") }
  }

  private func minted(
    for publisher: SandboxPublisher?, _ faults: [SandboxFault.Behaviour], host: String
  ) -> ServerResponse {
    let now = store.now()
    var expires = now.advanced(by: Self.lifetime)
    let key = SandboxToken.randomBytes(32)
    let identifier = SandboxToken.identifier()
    let isStored = !store.isOn(.readOnly)
    let token = store.access { state in
      let publisherIdentifier = state.identifier(of: "publisher", publisher?.values.joined(separator: "/") ?? "anybody")
      var conditions: [JSONText.Value] = [.array([4, .string(publisherIdentifier), .null])]
      if let projects = publisher?.projects {
        conditions.append(.array([2, .array(projects.map { .string(state.project($0).identifier) })]))
      }
      conditions.append(.array([0, .integer(expires.seconds), .integer(now.seconds)]))
      let texts = conditions.map(JSONText.compact)
      if isStored {
        state.minted[identifier] = IndexState.Minted(
          projects: publisher?.projects, publisher: publisher, publisherIdentifier: publisherIdentifier, key: key,
          conditions: texts)
      }
      let location = host.split(separator: ":").first.map(String.init) ?? host
      return IssuedToken.made(at: location, identifier: identifier, key: key, conditions: texts)
    }
    for case .expires(let seconds) in faults { expires = store.now().advanced(by: seconds) }
    return .json(
      200, .object([("expires", .integer(expires.seconds)), ("success", true), ("token", .string(token))]))
  }
}

/// A refusal of the mint: always 422 with one error.
struct MintRefusal: Error, Sendable {
  let code: String
  let description: String

  init(_ code: String, _ description: String) {
    self.code = code
    self.description = description
  }

  static func noPublisher(_ detail: String) -> MintRefusal {
    MintRefusal("invalid-publisher", "valid token, but no corresponding publisher (\(detail))")
  }

  static let invalidToken = MintRefusal("invalid-token", "malformed or invalid token")

  var response: ServerResponse {
    let error = JSONText.Value.object([("code", .string(code)), ("description", .string(description))])
    return .json(422, .object([("errors", .array([error])), ("message", "Token request failed")]))
  }
}
