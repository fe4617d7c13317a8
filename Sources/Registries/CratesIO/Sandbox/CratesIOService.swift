import BrokerCore
import BrokerSandbox
import Synchronization

/// A server that answers as crates.io's public sources say (revision of August 2026).
final class CratesIOService: SandboxService {
  let registry: SandboxRegistry
  let issuer: SandboxIssuer
  let providers: [SandboxProvider]
  let publishers: [SandboxPublisher]
  let now: @Sendable () -> UnixTime
  private let state: Mutex<ServiceState>

  init(_ registry: SandboxRegistry, issuer: SandboxIssuer, configuration: SandboxConfiguration) {
    self.registry = registry
    self.issuer = issuer
    providers = configuration.providers
    publishers = configuration.publishers.filter {
      !$0.isPending && $0.registries?.contains(registry.name) ?? true
    }
    now = configuration.now
    var state = ServiceState(switches: configuration.switches)
    for name in configuration.projects + publishers.flatMap({ $0.projects ?? [] }) { state.add(crate: name) }
    for release in configuration.releases where release.publisher.registries?.contains(registry.name) ?? true {
      state.add(crate: release.project)
      let content = Array("\(release.project) \(release.version)".utf8)
      state.versions.append(
        ServiceState.Version(
          upload: SandboxUpload(
            registry: registry.name, project: release.project, version: release.version,
            filename: "\(release.project)-\(release.version).crate", size: content.count,
            sha256: SHA256.hexadecimal(of: content), username: "", attestationCount: 0),
          content: content, line: nil))
    }
    self.state = Mutex(state)
  }

  func access<Value: Sendable>(_ body: (inout ServiceState) -> sending Value) -> Value { state.withLock(body) }

  func isOn(_ name: SandboxSwitch) -> Bool { state.withLock { $0.switches.contains(name) } }

  // MARK: The service

  /// The uploads that came while the sandbox ran.
  var uploads: [SandboxUpload] { access { $0.versions.filter { $0.line != nil }.map(\.upload) } }

  func set(_ switches: Set<SandboxSwitch>) { access { $0.switches = switches } }

  func step(of request: ServerRequest) -> SandboxFault.Step? {
    switch (request.method, request.path) {
    case ("POST", ServerAnswer.tokens): .exchange
    case ("DELETE", ServerAnswer.tokens): .burn
    case ("PUT", "/api/v1/crates/new"): .upload
    case (_, let path) where path.hasPrefix("/index/"): .sparseIndex
    default: nil
    }
  }

  func refusal(_ code: String, _ text: String) -> ServerResponse {
    ServerAnswer.refused(400, text.isEmpty ? code : text)
  }

  func identityToken(in request: ServerRequest) -> String? {
    (try? JSONReader().read(request.body))?.object?["jwt"]?.string
  }

  func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    let agent = request.field("user-agent") ?? ""
    guard !request.path.hasPrefix("/api/") || !(agent.isEmpty || agent == "Amazon CloudFront") else {
      return ServerAnswer.refused(
        403,
        "We require that all requests include a `User-Agent` header. To allow us to determine the impact your bot has on our "
          + "service, we ask that your user agent actually identify your bot, and not just report the HTTP client library "
          + "you're using.")
    }
    switch step(of: request) {
    case .exchange?: return ExchangeEndpoint(service: self).respond(request, faults)
    case .burn?: return revoke(request)
    case .upload?: return PublishEndpoint(service: self).respond(request)
    case .sparseIndex?: return IndexEndpoint(service: self).respond(request)
    default: break
    }
    if request.path.hasPrefix("/download/") { return IndexEndpoint(service: self).file(request) }
    return ServerAnswer.refused(404, "Not Found")
  }

  /// Answered with 204 whatever the token was, if it has the form of one.
  private func revoke(_ request: ServerRequest) -> ServerResponse {
    guard let field = request.field("authorization"), !field.isEmpty else {
      return ServerAnswer.refused(401, "Missing `Authorization` header")
    }
    let words = field.split(separator: " ").map(String.init)
    guard words.count == 2, words[0].lowercased() == "bearer", words[1].hasPrefix(AccessToken.beginning) else {
      return ServerAnswer.refused(401, "Invalid `Authorization` header: Failed to parse token")
    }
    access { _ = $0.tokens.removeValue(forKey: words[1]) }
    return ServerResponse(204, type: "application/json", [])
  }
}

/// What the server remembers.
struct ServiceState {
  /// A version of a crate; its line in the index is nil where nobody published it.
  struct Version {
    let upload: SandboxUpload
    let content: [UInt8]
    let line: JSONText.Value?
  }

  /// An API token that was given for an identity token.
  struct Token {
    let expires: UnixTime
    /// The crates that it is good for; nil for all.
    let crates: Set<String>?
  }

  var switches: Set<SandboxSwitch>
  var usedIdentifiers: Set<String> = []
  var tokens: [String: Token] = [:]
  /// The names as they were registered, by the form in which they are compared.
  var crates: [String: String] = [:]
  var versions: [Version] = []

  init(switches: Set<SandboxSwitch>) { self.switches = switches }

  mutating func add(crate name: String) {
    let compared = Self.compared(name)
    if crates[compared] == nil { crates[compared] = name }
  }

  /// Lower case, `_` as `-`: two names that are equal so are one crate's.
  static func compared(_ name: String) -> String { name.lowercased().replacing("_", with: "-") }
}

/// API tokens of trusted publishers, and those of people.
enum AccessToken {
  /// What an API token of a trusted publisher begins with.
  static let beginning = "cio_tp_"
  /// What a sandbox's begins with: neither it nor a real one goes where the other belongs.
  private static let rehearsal = "cio_tp_\(Credential.rehearsalMark)"
  /// What a person's API token begins with in the sandbox; it may make new crates.
  static let person = "cio\(Credential.rehearsalMark)"

  static func made() -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    let bytes = SandboxToken.randomBytes(32).map { letters[Int($0) % letters.count] }
    return rehearsal + String(decoding: bytes, as: UTF8.self)
  }
}

/// What answers have in common.
enum ServerAnswer {
  static let tokens = "/api/v1/trusted_publishing/tokens"

  static func refused(_ status: Int, _ detail: String) -> ServerResponse {
    .json(status, .object([("errors", .array([.object([("detail", .string(detail))])]))]))
  }
}
