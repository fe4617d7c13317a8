public import BrokerCore
import Synchronization

/// An issuer and package indexes on loopback, for rehearsing a release without an account or a network.
///
/// The indexes answer as PyPI's own server software was seen to answer. Each index, the issuer and the directory have a
/// port of their own. What a sandbox does not verify: signatures. Its identity tokens carry random bytes in place of one,
/// and its indexes accept exactly the tokens that it issued.
public final class Sandbox: Sendable {
  private let configuration: SandboxConfiguration
  private let tokens: Issuer
  private let faults: FaultPlan
  private let directoryListener: Listener
  private let issuerListener: Listener
  private let indexes: [(index: SandboxIndex, listener: Listener)]
  private let log = Mutex<[SandboxRequest]>([])

  /// A sandbox that listens, but does not answer yet.
  ///
  /// - Parameters:
  ///   - configuration: What it plays.
  ///   - port: The directory's port; 0 for any that is free.
  /// - Throws: `ErrorCode.unreachable` if it cannot listen on 127.0.0.1.
  public init(_ configuration: SandboxConfiguration, port: UInt16 = 0) throws(BrokerError) {
    self.configuration = configuration
    tokens = Issuer(configuration)
    faults = FaultPlan(configuration.faults)
    directoryListener = try Listener(port: port, now: configuration.now)
    issuerListener = try Listener(now: configuration.now)
    var indexes: [(SandboxIndex, Listener)] = []
    for registry in configuration.registries {
      indexes.append(
        (SandboxIndex(registry, issuer: tokens, configuration: configuration), try Listener(now: configuration.now)))
    }
    self.indexes = indexes
  }

  deinit { stop() }

  /// Begins to answer.
  public func start() {
    directoryListener.start { [weak self] request, connection in
      self?.serve(request, "directory", connection, step: .directory) { $0.directoryAnswer(to: request) }
        ?? IndexText.internalError
    }
    issuerListener.start { [weak self] request, connection in
      self?.serveIssuer(request, connection) ?? IndexText.internalError
    }
    for (index, listener) in indexes {
      listener.start { [weak self] request, connection in
        self?.serve(request, index, connection) ?? IndexText.internalError
      }
    }
  }

  /// Ends every connection.
  public func stop() {
    directoryListener.stop()
    issuerListener.stop()
    for (_, listener) in indexes { listener.stop() }
  }

  // MARK: Addresses

  /// The directory: what `TOKEN_BROKER_SANDBOX` holds.
  public var directory: Origin { directoryListener.origin }

  /// The issuer's endpoint.
  public var issuer: Origin { issuerListener.origin }

  /// The origin of an index; nil if there is none of that name.
  public func origin(of registry: String) -> Origin? {
    indexes.first { $0.index.registry.name == registry }?.listener.origin
  }

  // MARK: Jobs

  /// The variables of a job at a provider, `TOKEN_BROKER_SANDBOX` included.
  public func environment(for provider: SandboxProvider) -> [String: String] {
    let job = JobClaims(provider: provider, overrides: configuration.claims)
    var variables = ["CI": "true", "TOKEN_BROKER_SANDBOX": directory.description]
    switch provider {
    case .github:
      variables["GITHUB_ACTIONS"] = "true"
      variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = "\(issuer)\(tokens.path)?api-version=2.0"
      variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = tokens.requestToken
      variables["GITHUB_SERVER_URL"] = "https://github.com"
      variables["GITHUB_REPOSITORY"] = job.text("repository")
      variables["GITHUB_REF"] = job.text("ref")
      variables["GITHUB_SHA"] = job.text("sha")
      variables["GITHUB_WORKFLOW_REF"] = job.text("workflow_ref")
      variables["GITHUB_EVENT_NAME"] = job.text("event_name")
      variables["GITHUB_RUN_ID"] = job.text("run_id")
    case .gitlab:
      variables["GITLAB_CI"] = "true"
      variables["CI_SERVER_URL"] = "https://gitlab.com"
      variables["CI_PROJECT_PATH"] = job.text("project_path")
      variables["CI_PIPELINE_SOURCE"] = job.text("pipeline_source")
      variables["CI_COMMIT_SHA"] = job.text("sha")
      variables["CI_COMMIT_REF_NAME"] = job.text("ref")
      for (index, _) in indexes {
        let audience = index.registry.audience
        let name = audience.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
        variables["\(name)_ID_TOKEN"] = issueIdentityToken(for: provider, audience: audience)
      }
    }
    return variables
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
    for case .tokenAudience(let text) in faults.next(.identityToken, at: nil) where provider == .gitlab {
      return tokens.issue(provider, audience: text, claims: claims)
    }
    return tokens.issue(provider, audience: audience, claims: claims)
  }

  // MARK: Changes and records

  /// Adds something that goes wrong from now on.
  public func add(_ fault: SandboxFault) { faults.add(fault) }

  /// Ends all faults.
  public func removeFaults() { faults.removeAll() }

  /// Sets the switches of every index.
  public func set(_ switches: Set<SandboxSwitch>) {
    for (index, _) in indexes { index.set(switches) }
  }

  /// The requests so far, in the order they were answered.
  public var requests: [SandboxRequest] { log.withLock { $0 } }

  /// The files that the indexes received.
  public var uploads: [SandboxUpload] { indexes.flatMap(\.index.uploads) }

  // MARK: Serving

  private func serveIssuer(_ request: ServerRequest, _ connection: Int) -> ServerResponse {
    let behaviours = faults.next(.identityToken, at: nil)
    let response = FaultPlan.apply(behaviours) {
      var audience: String?
      for case .tokenAudience(let text) in behaviours { audience = text }
      return tokens.respond(request, audience: audience)
    }
    record(request, "issuer", connection, response)
    return response
  }

  private func serve(_ request: ServerRequest, _ index: SandboxIndex, _ connection: Int) -> ServerResponse {
    let name = index.registry.name
    let step: SandboxFault.Step? =
      switch request.path {
      case "/_/oidc/audience": .audience
      case "/_/oidc/mint-token", "/_/oidc/github/mint-token": .exchange
      case "/_/oidc/burn-token": .burn
      case "/legacy/": .upload
      case let path where path.hasPrefix("/simple/"): .simple
      case let path where path.hasPrefix("/integrity/"): .integrity
      default: nil
      }
    let behaviours = step.map { faults.next($0, at: name) } ?? []
    let response = FaultPlan.apply(behaviours) { index.respond(request, behaviours) }
    record(request, name, connection, response)
    return response
  }

  private func serve(
    _ request: ServerRequest, _ name: String, _ connection: Int, step: SandboxFault.Step,
    _ respond: (Sandbox) -> ServerResponse
  ) -> ServerResponse {
    let response = FaultPlan.apply(faults.next(step, at: nil)) { respond(self) }
    record(request, name, connection, response)
    return response
  }

  private func record(
    _ request: ServerRequest, _ listener: String, _ connection: Int, _ response: ServerResponse
  ) {
    var identifier: String?
    if let object = (try? JSONReader().read(request.body))?.object, let token = object["token"]?.string {
      identifier = tokens.find(token)?.identifier
    }
    let isAnswered =
      switch response.damage {
      case .stall, .hangUp, .garbage: false
      case .none, .stallInBody, .drip, .truncate: true
      }
    let entry = SandboxRequest(
      listener: listener, connection: connection, method: request.method, target: request.target,
      status: isAnswered ? response.status : 0, identityTokenID: identifier)
    log.withLock { $0.append(entry) }
  }

  private func directoryAnswer(to request: ServerRequest) -> ServerResponse {
    guard request.method == "GET" else { return IndexText.methodNotAllowed(request.method) }
    switch request.path {
    case "/":
      let registries = indexes.map { ($0.index.registry.name, JSONText.Value.string($0.listener.origin.description)) }
      return .json(200, .object([("version", 1), ("registries", .object(registries))]))
    case "/requests":
      return .json(200, .array(requests.map(\.json)))
    case "/uploads":
      return .json(200, .array(uploads.map(\.json)))
    default: return IndexText.notFound(acceptsJSON: true)
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
