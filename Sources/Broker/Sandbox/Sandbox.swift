public import BrokerCore
import Synchronization

/// An issuer and package indexes on loopback, for rehearsing a release without an account or a network.
///
/// The CI systems and the indexes are played by the sandbox's sides of their plug-ins. Each index, the issuer and the
/// directory have a port of their own. What a sandbox does not verify: signatures. Its identity tokens carry random bytes in place of one,
/// and its indexes accept exactly the tokens that it issued.
public final class Sandbox: Sendable {
  private let configuration: SandboxConfiguration
  private let tokens: SandboxIssuer
  private let endpoints: [String: any SandboxEndpoint]
  private let faults: FaultPlan
  private let directoryListener: Listener
  private let issuerListener: Listener
  private let indexes: [Index]
  private let log = Mutex<[SandboxRequest]>([])

  private struct Index: Sendable {
    let registry: SandboxRegistry
    let service: any SandboxService
    let listener: Listener
  }

  /// A sandbox that listens, but does not answer yet.
  ///
  /// - Parameters:
  ///   - configuration: What it plays.
  ///   - port: The directory's port; 0 for any that is free.
  /// - Throws: `ErrorCode.unreachable` if it cannot listen on 127.0.0.1.
  public init(_ configuration: SandboxConfiguration, port: UInt16 = 0) throws(BrokerError) {
    self.configuration = configuration
    tokens = SandboxIssuer(configuration)
    endpoints = Dictionary(configuration.providers.map { ($0.name, $0.makeEndpoint()) }) { first, _ in first }
    faults = FaultPlan(configuration.faults)
    directoryListener = try Listener(port: port, now: configuration.now)
    issuerListener = try Listener(now: configuration.now)
    var indexes: [Index] = []
    for registry in configuration.registries {
      let service = registry.kind.make(registry, tokens, configuration)
      indexes.append(Index(registry: registry, service: service, listener: try Listener(now: configuration.now)))
    }
    self.indexes = indexes
  }

  deinit { stop() }

  /// Begins to answer.
  public func start() {
    directoryListener.start { [weak self] request, connection in
      self?.serve(request, "directory", connection, step: .directory) { $0.directoryAnswer(to: request) }
        ?? Self.stopped
    }
    issuerListener.start { [weak self] request, connection in
      self?.serveIssuer(request, connection) ?? Self.stopped
    }
    for index in indexes {
      index.listener.start { [weak self] request, connection in
        self?.serve(request, index, connection) ?? Self.stopped
      }
    }
  }

  /// Ends every connection.
  public func stop() {
    directoryListener.stop()
    issuerListener.stop()
    for index in indexes { index.listener.stop() }
  }

  // MARK: Addresses

  /// The directory: what `TOKEN_BROKER_SANDBOX` holds.
  public var directory: Origin { directoryListener.origin }

  /// The issuer's endpoint.
  public var issuer: Origin { issuerListener.origin }

  /// The origin of an index; nil if there is none of that name.
  public func origin(of registry: String) -> Origin? {
    indexes.first { $0.registry.name == registry }?.listener.origin
  }

  // MARK: Jobs

  /// The variables of a job at a provider, `TOKEN_BROKER_SANDBOX` included.
  public func environment(for provider: SandboxProvider) -> [String: String] {
    var variables = ["CI": "true", "TOKEN_BROKER_SANDBOX": directory.description]
    let job = heldJob(at: provider)
    if let own = endpoints[provider.name]?.variables(of: job) { variables.merge(own) { $1 } }
    return variables
  }

  /// What a file of a job holds that its CI system writes; nil for any other.
  public func contents(of path: String, for provider: SandboxProvider) -> String? {
    endpoints[provider.name]?.contents(of: path, in: heldJob(at: provider))
  }

  /// What a program prints that gets a job's identity tokens; nil for any other.
  public func output(of words: [String], for provider: SandboxProvider) -> String? {
    endpoints[provider.name]?.output(of: words, in: heldJob(at: provider))
  }

  private func heldJob(at provider: SandboxProvider) -> SandboxJob {
    job(at: provider) { [self] audience, claims in
      // Tokens that are made before they are asked for meet the issuer's faults here.
      for case .tokenAudience(let text) in faults.next(.identityToken, at: nil) {
        return tokens.issue(provider, audience: text, claims: claims)
      }
      return tokens.issue(provider, audience: audience, claims: claims)
    }
  }

  private func job(
    at provider: SandboxProvider,
    issue: @escaping @Sendable (_ audience: String, _ claims: [SandboxClaim]) -> String
  ) -> SandboxJob {
    SandboxJob(
      endpoint: issuer, audiences: configuration.standIns.compactMap(\.audience) + indexes.map(\.registry.audience),
      heldTokens: configuration.heldTokens,
      claims: JobClaims(provider: provider, overrides: configuration.claims), issueToken: issue)
  }

  /// An identity token.
  ///
  /// - Parameters:
  ///   - provider: The issuer.
  ///   - audience: The audience it is made out to.
  ///   - claims: Claims in place of the job's own.
  /// - Returns: The JWT.
  public func issueIdentityToken(
    for provider: SandboxProvider, audience: String, claims: [SandboxClaim] = []
  ) -> String {
    tokens.issue(provider, audience: audience, claims: claims)
  }

  // MARK: Changes and records

  /// Adds something that goes wrong from now on.
  public func add(_ fault: SandboxFault) { faults.add(fault) }

  /// Ends all faults.
  public func removeFaults() { faults.removeAll() }

  /// Sets the switches of every index.
  public func set(_ switches: Set<SandboxSwitch>) {
    for index in indexes { index.service.set(switches) }
  }

  /// The requests so far, in the order they were answered.
  public var requests: [SandboxRequest] { log.withLock { $0 } }

  /// The files that the indexes received.
  public var uploads: [SandboxUpload] { indexes.flatMap(\.service.uploads) }

  // MARK: Serving

  /// Answers a request as it would over a connection; nil if none of the sandbox's addresses is meant.
  package func answer(to request: ServerRequest, at origin: Origin) -> ServerResponse? {
    if origin == issuer { return serveIssuer(request, 0) }
    return indexes.first { $0.listener.origin == origin }.map { serve(request, $0, 0) }
  }

  private func serveIssuer(_ request: ServerRequest, _ connection: Int) -> ServerResponse {
    let behaviours = faults.next(.identityToken, at: nil)
    var response = FaultPlan.apply(behaviours, refusal: Self.refusal) {
      var audience: String?
      for case .tokenAudience(let text) in behaviours { audience = text }
      for provider in configuration.providers {
        let job = job(at: provider) { [tokens] in tokens.issue(provider, audience: $0, claims: $1) }
        let response = endpoints[provider.name]?.respond(to: request, of: job, audience: audience)
        if let response, response.status != 404 { return response }
      }
      return Self.notFound
    }
    for endpoint in endpoints.values { response = endpoint.complete(response, to: request) }
    record(request, "issuer", connection, response, identityToken: nil)
    return response
  }

  private func serve(_ request: ServerRequest, _ index: Index, _ connection: Int) -> ServerResponse {
    let behaviours = index.service.step(of: request).map { faults.next($0, at: index.registry.name) } ?? []
    let response = FaultPlan.apply(behaviours, refusal: index.service.refusal) {
      let answer = index.service.respond(to: request, behaviours)
      return configuration.isBehindNetwork ? answer.behindNetwork() : answer
    }
    record(
      request, index.registry.name, connection, response, identityToken: index.service.identityToken(in: request))
    return response
  }

  private func serve(
    _ request: ServerRequest, _ name: String, _ connection: Int, step: SandboxFault.Step,
    _ respond: (Sandbox) -> ServerResponse
  ) -> ServerResponse {
    let response = FaultPlan.apply(faults.next(step, at: nil), refusal: Self.refusal) { respond(self) }
    record(request, name, connection, response, identityToken: nil)
    return response
  }

  private static func refusal(_ code: String, _ text: String) -> ServerResponse {
    .json(422, .object([("code", .string(code)), ("message", .string(text))]))
  }

  private static let notFound = ServerResponse.json(404, .object([("message", "Not found")]))
  private static let stopped = ServerResponse.text(500, "The sandbox has stopped.\n")

  private func record(
    _ request: ServerRequest, _ listener: String, _ connection: Int, _ response: ServerResponse,
    identityToken: String?
  ) {
    let isAnswered =
      switch response.damage {
      case .stall, .hangUp, .garbage: false
      case .none, .stallInBody, .drip, .truncate: true
      }
    let entry = SandboxRequest(
      listener: listener, connection: connection, method: request.method, target: request.target,
      status: isAnswered ? response.status : 0,
      identityTokenID: identityToken.flatMap { tokens.find($0)?.identifier })
    log.withLock { $0.append(entry) }
  }

  private func directoryAnswer(to request: ServerRequest) -> ServerResponse {
    guard request.method == "GET" else { return .json(405, .object([("message", "Method not allowed")])) }
    switch request.path {
    case "/":
      let registries =
        indexes.map { ($0.registry.name, JSONText.Value.string($0.listener.origin.description)) }
        + configuration.standIns.map { ($0.name, .string($0.origin.description)) }
      return .json(200, .object([("version", 1), ("registries", .object(registries))]))
    case "/requests":
      return .json(200, .array(requests.map(\.json)))
    case "/uploads":
      return .json(200, .array(uploads.map(\.json)))
    default: return Self.notFound
    }
  }
}

extension SandboxRequest {
  fileprivate var json: JSONText.Value {
    .object([
      ("listener", .string(listener)), ("connection", .integer(Int64(connection))), ("method", .string(method)),
      ("target", .string(target)), ("status", .integer(Int64(status))),
      ("identity-token-id", identityTokenID.map { .string($0) } ?? .null),
    ])
  }
}

extension SandboxUpload {
  fileprivate var json: JSONText.Value {
    .object([
      ("registry", .string(registry)), ("project", .string(project)), ("version", .string(version)),
      ("filename", .string(filename)), ("size", .integer(Int64(size))), ("sha256", .string(sha256)),
      ("username", .string(username)), ("attestations", .integer(Int64(attestationCount))),
    ])
  }
}
