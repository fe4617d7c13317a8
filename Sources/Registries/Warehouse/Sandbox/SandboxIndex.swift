import BrokerCore
import BrokerSandbox

/// An index that answers as PyPI's own server software was seen to answer (revision of August 2026 with burn-token).
final class SandboxIndex: SandboxService {
  private let store: IndexStore

  init(_ registry: SandboxRegistry, issuer: SandboxIssuer, configuration: SandboxConfiguration) {
    store = IndexStore(registry, issuer: issuer, configuration: configuration)
  }

  var uploads: [SandboxUpload] {
    // Releases that were there from the start came from nobody.
    store.access { $0.files.map(\.upload).filter { !$0.username.isEmpty } }
  }

  func set(_ switches: Set<SandboxSwitch>) { store.access { $0.switches = switches } }

  // MARK: Requests

  func step(of request: ServerRequest) -> SandboxFault.Step? {
    switch request.path {
    case "/_/oidc/audience": .audience
    case "/_/oidc/mint-token", "/_/oidc/github/mint-token": .exchange
    case "/_/oidc/burn-token": .burn
    case "/legacy/": .upload
    case let path where path.hasPrefix("/simple/"): .simple
    case let path where path.hasPrefix("/integrity/"): .integrity
    default: nil
    }
  }

  func refusal(_ code: String, _ text: String) -> ServerResponse { MintRefusal(code, text).response }

  func identityToken(in request: ServerRequest) -> String? {
    (try? JSONReader().read(request.body))?.object?["token"]?.string
  }

  func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    let isUnavailable = store.isOn(.noTrustedPublishing) && request.path.hasPrefix("/_/oidc/")
    guard !isUnavailable else { return IndexText.notFound(acceptsJSON: request.acceptsJSON) }
    switch request.path {
    case "/_/oidc/audience": return only("GET", request) { audience(faults) }
    case "/_/oidc/mint-token", "/_/oidc/github/mint-token":
      return only("POST", request) { MintEndpoint(store: store).respond(request, faults) }
    case "/_/oidc/burn-token":
      guard !store.isOn(.noBurn) else { return IndexText.notFound(acceptsJSON: request.acceptsJSON) }
      return only("POST", request) { burn(request) }
    case "/legacy/":
      return only("POST", request) {
        UploadEndpoint(store: store).respond(request).accepted(by: request.field("accept"))
      }
    case let path where path.hasPrefix("/simple/"):
      guard !store.isOn(.noSimpleIndex) else { return IndexText.notFound(acceptsJSON: request.acceptsJSON) }
      return only("GET", request) { SimpleEndpoint(store: store).respond(request) }
    case let path where path.hasPrefix("/integrity/"):
      return only("GET", request) { IntegrityEndpoint(store: store).respond(request) }
    case let path where path.hasPrefix("/files/"):
      return only("GET", request) { SimpleEndpoint(store: store).file(path) }
    default: return IndexText.notFound(acceptsJSON: request.acceptsJSON)
    }
  }

  private func only(_ method: String, _ request: ServerRequest, _ respond: () -> ServerResponse) -> ServerResponse {
    request.method == method ? respond() : IndexText.methodNotAllowed(request.method)
  }

  // MARK: Audience

  private func audience(_ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    if store.isOn(.databaseDown) { return IndexText.internalError }
    if store.isOn(.trustedPublishingOff) {
      return .json(403, .object([("message", "Trusted publishing functionality not enabled")]))
    }
    for case .audience(let text) in faults { return .json(200, .object([("audience", .string(text))])) }
    return .json(200, .object([("audience", .string(store.registry.audience))]))
  }

  // MARK: Burn

  private func burn(_ request: ServerRequest) -> ServerResponse {
    // Whatever conditions were added to it: the server knows a token by its identifier.
    if let text = (try? JSONReader().read(request.body))?.object?["token"]?.string, let token = IssuedToken(text) {
      store.access { _ = $0.minted.removeValue(forKey: token.identifier) }
    }
    return .json(202, .object([("errors", .array([])), ("message", "Accepted")]))
  }
}
