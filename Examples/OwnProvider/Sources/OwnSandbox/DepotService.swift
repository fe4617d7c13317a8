import BrokerCore
public import BrokerSandbox
import Synchronization

extension SandboxRegistryKind {
  /// Our own registry, as it answers.
  public static let depot = SandboxRegistryKind(
    rehearsal: SandboxRehearsal(
      isAskedForAudience: false, lifetime: 500...600, noPublisher: "refused the exchange",
      reusedToken: "refused the exchange")
  ) { DepotService($0, issuer: $1, configuration: $2) }
}

extension SandboxRegistry {
  /// Our own registry.
  public static let depot = SandboxRegistry(name: "depot", audience: "depot.example.com", kind: .depot)
}

/// Exchanges tokens that the sandbox issued for keys, and takes packages with them.
final class DepotService: SandboxService {
  private struct State {
    var used: Set<String> = []
    var keys: Set<String> = []
    var uploads: [SandboxUpload] = []
  }

  private let registry: SandboxRegistry
  private let issuer: SandboxIssuer
  private let projects: Set<String>
  private let state = Mutex(State())

  init(_ registry: SandboxRegistry, issuer: SandboxIssuer, configuration: SandboxConfiguration) {
    self.registry = registry
    self.issuer = issuer
    projects = Set(configuration.publishers.map(\.repository))
  }

  var uploads: [SandboxUpload] { state.withLock { $0.uploads } }

  func set(_ switches: Set<SandboxSwitch>) {}

  func step(of request: ServerRequest) -> SandboxFault.Step? {
    switch (request.method, request.path) {
    case ("POST", "/auth/oidc"): .exchange
    case ("DELETE", "/auth/oidc"): .burn
    case ("PUT", _): .upload
    default: nil
    }
  }

  func identityToken(in request: ServerRequest) -> String? {
    (try? JSONReader().read(request.body))?.object?["jwt"]?.string
  }

  func refusal(_ code: String, _ text: String) -> ServerResponse { .json(403, .object([("error", .string(text))])) }

  func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    switch step(of: request) {
    case .exchange?: exchange(request, faults)
    case .burn?: burn(request)
    case .upload?: upload(request)
    default: .json(404, .object([("error", "not found")]))
    }
  }

  private func exchange(_ request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    guard let text = identityToken(in: request), let identifier = issuer.find(text)?.identifier,
      let claims = (try? IdentityToken(Secret(text), from: "The request"))?.claims,
      claims.audience == .single(registry.audience)
    else { return refusal("", "the token is not for this depot") }
    guard faults.contains(.acceptAnybody) || projects.contains(claims["project"] ?? "") else {
      return refusal("", "the project is not registered")
    }
    let key = "depot-rehearsal-\(SandboxToken.identifier())"
    let isNew = state.withLock { state in
      state.keys.insert(key)
      return state.used.insert(identifier).inserted
    }
    guard isNew || faults.contains(.acceptReuse) else { return refusal("", "the token was used already") }
    return .json(200, .object([("api_key", .string(key)), ("ttl", 600)]))
  }

  private func key(of request: ServerRequest) -> String? {
    let words = request.field("authorization")?.split(separator: " ").map(String.init) ?? []
    guard words.count == 2, words[0] == "Bearer", state.withLock({ $0.keys.contains(words[1]) }) else { return nil }
    return words[1]
  }

  private func burn(_ request: ServerRequest) -> ServerResponse {
    guard let key = key(of: request) else { return refusal("", "there is no such key") }
    state.withLock { _ = $0.keys.remove(key) }
    return .json(200, .object([]))
  }

  private func upload(_ request: ServerRequest) -> ServerResponse {
    guard key(of: request) != nil else { return refusal("", "there is no such key") }
    let filename = request.path.split(separator: "/").last.map(String.init) ?? ""
    let upload = SandboxUpload(
      registry: registry.name, project: filename, version: "", filename: filename, size: request.body.count,
      sha256: SHA256.hexadecimal(of: request.body), username: "token", attestationCount: 0)
    state.withLock { $0.uploads.append(upload) }
    return .json(200, .object([]))
  }
}
