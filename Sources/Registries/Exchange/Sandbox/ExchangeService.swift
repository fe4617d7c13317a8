import BrokerCore
import BrokerSandbox
import Synchronization

/// A server that answers an exchange as the registry's entry says, and takes whatever is sent with a credential of its own.
///
/// Which jobs the registry takes, and what it looks at in an upload, its entry does not say: neither is looked at.
final class ExchangeService: SandboxService {
  private let description: ExchangeDescription
  private let registry: SandboxRegistry
  private let issuer: SandboxIssuer
  private let now: @Sendable () -> UnixTime
  private let state = Mutex(State())

  private struct State {
    var used: Set<String> = []
    /// The credentials, and when each ends.
    var credentials: [String: UnixTime] = [:]
    var uploads: [SandboxUpload] = []
  }

  /// What the refusal of a token says that was used already.
  static let used = "was used already"

  init(
    _ description: ExchangeDescription, _ registry: SandboxRegistry, issuer: SandboxIssuer,
    configuration: SandboxConfiguration
  ) {
    self.description = description
    self.registry = registry
    self.issuer = issuer
    now = configuration.now
  }

  var uploads: [SandboxUpload] { state.withLock { $0.uploads } }

  func set(_ switches: Set<SandboxSwitch>) {}

  func step(of request: ServerRequest) -> SandboxFault.Step? {
    if isMatch(description.exchange, request) { return .exchange }
    if let question = description.question, isMatch(question.request, request) { return .audience }
    if let revocation = description.revocation, isMatch(revocation, request) { return .burn }
    return ["POST", "PUT"].contains(request.method) ? .upload : nil
  }

  private func isMatch(_ pattern: RequestPattern, _ request: ServerRequest) -> Bool {
    if case .other = pattern.read(request, known: description.known) { false } else { true }
  }

  func refusal(_ code: String, _ text: String) -> ServerResponse { refused(422, text.isEmpty ? code : text) }

  func identityToken(in request: ServerRequest) -> String? {
    guard case .matched(let found) = description.exchange.read(request, known: description.known) else { return nil }
    return found["identity-token"]
  }

  func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    switch step(of: request) {
    case .exchange?: return exchange(request, faults)
    case .audience?:
      var audience = registry.audience
      for case .audience(let text) in faults { audience = text }
      return answer(200, [(description.question?.place ?? "audience", .string(audience))])
    case .burn?: return revoke(request)
    default: return upload(request)
    }
  }

  // MARK: The exchange

  private func exchange(_ request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    switch description.exchange.read(request, known: description.known) {
    case .other: return refused(404, "there is nothing here")
    case .wrong(let what): return refused(400, "the sandbox refuses this: \(what)")
    case .matched(let found):
      let token = found["identity-token"] ?? ""
      if let reason = reason(against: token, isReuseTaken: faults.contains(.acceptReuse)) {
        return refused(401, reason)
      }
      return minted(faults)
    }
  }

  /// Why an identity token is refused; nil if it is taken, and then it is used up.
  private func reason(against token: String, isReuseTaken: Bool) -> String? {
    guard let issued = issuer.find(token), let claims = Self.claims(of: token) else {
      return "the identity token is not one that this sandbox issued"
    }
    let isFor: Bool =
      switch claims.audience {
      case .single(let name): name == registry.audience
      case .list(let names): description.takesAudienceList && names == [registry.audience]
      case .missing: false
      }
    guard isFor else { return "the identity token is not made out to \(registry.audience)" }
    guard let end = claims.time("exp"), end.seconds(since: now()) > 0 else { return "the identity token has expired" }
    let isNew = state.withLock { $0.used.insert(issued.identifier ?? token).inserted }
    return isNew || isReuseTaken ? nil : "the identity token \(Self.used)"
  }

  private static func claims(of token: String) -> Claims? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = Base64URL.decode(parts[1]).flatMap({ try? JSONReader().read($0) })?.object
    else { return nil }
    return Claims(payload)
  }

  private func minted(_ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    var life = description.lifetime
    for case .expires(let seconds) in faults { life = seconds }
    let end = now().advanced(by: life)
    let credential =
      description.form == "jwt"
      ? SandboxToken.make([
        ("iss", .string("https://\(registry.name).invalid")), ("jti", .string(SandboxToken.identifier())),
        ("exp", .integer(end.seconds)),
      ]) : description.prefix + "sandbox\(Credential.rehearsalMark)\(Base64URL.encode(SandboxToken.randomBytes(30)))"
    state.withLock { $0.credentials[credential] = end }
    guard let place = description.credential else { return .text(description.statuses.exchange, credential) }
    var members: [(String, JSONText.Value)] = [(place, .string(credential))]
    if let username = description.usernamePlace { members.append((username, "sandbox")) }
    if let expires = description.expires {
      switch description.form {
      case "seconds": members.append((expires, .integer(life)))
      case "unix": members.append((expires, .integer(end.seconds)))
      default: members.append((expires, .string(end.description)))
      }
    }
    return answer(description.statuses.exchange, members)
  }

  private func revoke(_ request: ServerRequest) -> ServerResponse {
    guard case .matched(let found)? = description.revocation?.read(request, known: description.known),
      let credential = found["credential"]
    else { return refused(400, "the sandbox refuses this: it is not the revocation that the entry says") }
    guard state.withLock({ $0.credentials.removeValue(forKey: credential) }) != nil else {
      return refused(404, "there is no such credential")
    }
    return ServerResponse(description.statuses.revocation, type: "application/json", [])
  }

  // MARK: Uploads

  /// Whatever comes with a credential of this registry's, in whichever field of the header.
  private func upload(_ request: ServerRequest) -> ServerResponse {
    let given = request.fields.flatMap { field in
      [field.value]
        + field.value.split(separator: " ").compactMap { word in
          Base64.decode(String(word)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
    let now = now()
    let isKnown = state.withLock { state in
      state.credentials.contains { credential, end in
        end.seconds(since: now) > 0 && given.contains { $0.contains(credential) }
      }
    }
    guard isKnown else { return refused(401, "no credential of this sandbox's came with the request") }
    guard ["POST", "PUT"].contains(request.method) else { return answer(200, []) }
    let name = request.path.lastPathPart ?? ""
    let file = SandboxUpload(
      registry: registry.name, project: "", version: "", filename: name, size: request.body.count,
      sha256: SHA256.hexadecimal(of: request.body), username: "", attestationCount: 0)
    state.withLock { $0.uploads.append(file) }
    return answer(200, [])
  }

  // MARK: Answers

  private func answer(_ status: Int, _ members: [(String, JSONText.Value)]) -> ServerResponse {
    var placed = PlacedJSON()
    for (place, value) in members { placed.put(value, at: place) }
    return .json(status, placed.json)
  }

  private func refused(_ status: Int, _ text: String) -> ServerResponse {
    answer(status, [(description.refusal, .string(text))])
  }
}
