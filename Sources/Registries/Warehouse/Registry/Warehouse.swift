public import BrokerCore

/// The client side of PyPI's trusted publishing: `/_/oidc/audience`, `/_/oidc/mint-token`, `/_/oidc/burn-token`
/// (Warehouse, docs/user/trusted-publishers/internals.md and warehouse/oidc/views.py).
public struct Warehouse: Registry {
  /// The entry's name in the configuration.
  public let name: String
  /// Where publishing tools upload to; in a rehearsal, in the sandbox.
  public let uploadURL: HTTPURL
  /// The index's own origin.
  public let home: Origin
  private let settings: WarehouseSettings
  private let services: PluginServices

  /// The life of an API token in seconds where the answer does not say (Warehouse: 15 minutes).
  static let usualLifetime: Int64 = 900
  /// The longest life that is believed, in seconds: a day.
  static let longestLifetime: Int64 = 24 * 3600
  /// The times at which an API token may expire: the years 2020 to 2099.
  static let expiries: Range<Int64> = 1_577_836_800..<4_102_444_800
  /// How long an exchange that was sent may run on after a signal, so that what comes of it can be burned: with burning that
  /// is half of what a runner leaves until it kills.
  static let grace: Duration = .seconds(2)
  /// The user name that goes with an API token.
  static let username = "__token__"
  /// PyPI's documentation of what can go wrong.
  static let reference: Message = "https://docs.pypi.org/trusted-publishers/troubleshooting/"

  /// An index with its settings.
  public init(name: String, settings: WarehouseSettings, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.services = services
    home = settings.uploadURL.origin
    uploadURL = services.rehearsalOrigin.map(settings.uploadURL.moved) ?? settings.uploadURL
  }

  /// 15 minutes.
  public var credentialLifetime: Duration? { .seconds(Self.usualLifetime) }

  /// The audience that is built in or configured, confirmed by the index; else what the index asks for.
  public var audience: AudienceSource {
    settings.audience.map { .pinned($0, askForAudience) } ?? .asked(askForAudience)
  }

  /// PyPI's forms and refusals, its `burn-token`, what its macaroons take, its simple index, its Integrity API, and the tools that publish to it.
  public var capabilities: RegistryCapabilities {
    // In a rehearsal, the sandbox's.
    let listing = SimpleIndex(
      services.rehearsalOrigin.map { HTTPURL($0, path: SimpleIndex.usualPath) } ?? settings.simpleURL,
      site: settings.isSite ? settings.management : nil, uploadURL: uploadURL, services: services)
    let forms = PublisherForms(registry: name, site: settings.management)
    let distributions = PythonDistributions(site: settings.isSite ? name : nil, files: services.files)
    return RegistryCapabilities(
      publishers: forms.rules,
      refusals: RefusalReading.refusals(
        of: forms, isUsual: settings.isUsual, isSite: settings.isSite, distributions: distributions),
      acceptedIssuers: Issuers.accepted, refusedIssuers: Issuers.refused, revoke: revoke,
      narrow: .warehouse(isUsual: settings.isSite), releases: listing,
      distributions: distributions,
      history: IntegrityHistory(index: listing, services: services), tools: .python, attestations: .python)
  }

  // MARK: Requests

  /// `GET /_/oidc/audience`.
  ///
  /// - Throws: `ErrorCode.trustedPublishingUnavailable` for 403 and 404, `ErrorCode.registryAnswerInvalid` for an
  ///   answer that is not the protocol's, and the errors of any request.
  func askForAudience() async throws(BrokerError) -> AudienceAnswer {
    let response = try await ask(.get, "audience", body: nil, purpose: "ask \(host) for its audience")
    guard response.status == 200 else {
      throw IndexRefusal(response, registry: name, host: host).error(for: .audience)
    }
    let object = try object(of: response, what: "audience")
    guard let text = object["audience"]?.string, let audience = Audience(text) else {
      throw invalid("audience", "it has no usable \"audience\"", response)
    }
    return AudienceAnswer(audience: audience, serverTime: response.serverTime)
  }

  /// `POST /_/oidc/mint-token`: one request; the identity token is used up when it succeeds.
  ///
  /// The exchange knows no scope: the API token is for every project of the publisher.
  ///
  /// - Throws: `ErrorCode.exchangeRefused` with the index's code and text, `ErrorCode.registryAnswerInvalid` for an
  ///   answer that is not the protocol's, and the errors of any request.
  public func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
    let response = try await ask(
      .post, "mint-token", body: token.bound, purpose: "exchange the identity token at \(host)", grace: Self.grace)
    guard response.status == 200 else {
      throw IndexRefusal(response, registry: name, host: host, redaction: SecretRedaction(token.secret))
        .error(for: .exchange)
    }
    let object = try object(of: response, what: "API token", to: token.secret)
    guard let text = object["token"]?.string else { throw invalid("API token", "it has no \"token\"") }
    let (expires, left) = try expiry(in: object, at: response.serverTime)
    guard
      let credential = Credential(
        registry: name, secret: Secret(text), username: Self.username, expires: expires,
        end: services.time.elapsed() + .seconds(left), uploadURL: uploadURL)
    else {
      throw invalid(
        "API token", "its \"token\" is empty, too short, too long, or has characters that no token has")
    }
    return credential
  }

  /// When the API token of an answer expires, and how many seconds that is from now, at most a day.
  private func expiry(
    in object: JSONObject, at serverTime: UnixTime?
  ) throws(BrokerError) -> (expires: UnixTime, left: Int64) {
    let now = serverTime ?? services.time.now()
    switch object["expires"]?.value {
    case nil, .null: return (now.advanced(by: Self.usualLifetime), Self.usualLifetime)
    default: break
    }
    guard let seconds = object["expires"]?.integer else { throw invalid("API token", "its \"expires\" is not a time") }
    let expires = UnixTime(seconds)
    let left = expires.seconds(since: now)
    guard serverTime == nil || left > 0 else {
      throw invalid("API token", "the API token had expired when it was sent, at \(expires)")
    }
    guard Self.expiries.contains(seconds) else {
      throw invalid("API token", "its \"expires\" is no time from 2020 to 2099")
    }
    // Without the server's clock there is only this machine's, which may be hours off.
    guard serverTime != nil || (1...Self.longestLifetime).contains(left) else { return (expires, Self.usualLifetime) }
    return (expires, min(left, Self.longestLifetime))
  }

  /// `POST /_/oidc/burn-token`: always answered with 202, whatever it was given, so that success says little.
  ///
  /// - Throws: `ErrorCode.revokeUnsupported` where the index has no such endpoint, and the errors of any request.
  func revoke(_ credential: BoundSecret) async throws(BrokerError) {
    let response = try await ask(.post, "burn-token", body: credential, purpose: "burn the credential at \(host)")
    switch response.status {
    case 200..<300: return
    case 404, 405:
      throw BrokerError(
        .revokeUnsupported, "\(Neutralized(name)) (\(host)) cannot burn credentials: it answered \(response.status).",
        remedy: "Nothing needs to be done: the credential expires by itself within minutes.")
    default:
      throw BrokerError(
        .registryAnswerInvalid,
        "\(Neutralized(name)) (\(host)) did not burn the credential: it answered \(response.status).",
        remedy: "Nothing needs to be done: the credential expires by itself within minutes.")
    }
  }

  private var host: Origin.Authority { uploadURL.origin.authority }

  private func ask(
    _ method: HTTPRequest.Method, _ endpoint: String, body: BoundSecret?, purpose: Message, grace: Duration = .zero
  ) async throws(BrokerError) -> HTTPResponse {
    var fields = [HTTPRequest.Field("Accept", "application/json")]
    if body != nil { fields.append(HTTPRequest.Field("Content-Type", "application/json")) }
    let request = HTTPRequest(
      method, HTTPURL(uploadURL.origin, path: "/_/oidc/\(endpoint)"), fields: fields,
      body: body.map { .bound($0.json("token")) }, grace: grace)
    return try await services.transport.answer(to: request, purpose: purpose, now: services.time.now())
  }

  private func object(
    of response: HTTPResponse, what: Message, to secret: Secret? = nil
  ) throws(BrokerError) -> JSONObject {
    let node: JSONNode
    do { node = try JSONReader().read(response.body) } catch {
      // A wrong key may be the text that the index was sent.
      let redaction = secret.map { SecretRedaction($0) }
      throw invalid(what, redaction?.apply(to: error.summary) ?? error.summary, response, redaction)
    }
    guard let object = node.object else { throw invalid(what, "it is \(node.kind), not an object") }
    return object
  }

  private func invalid(
    _ what: Message, _ reason: Message, _ response: HTTPResponse? = nil, _ redaction: SecretRedaction? = nil
  ) -> BrokerError {
    let left: Message =
      "A credential may have been minted all the same; it expires by itself within \(Self.usualLifetime / 60) minutes."
    return BrokerError(
      .registryAnswerInvalid,
      "\(Neutralized(name)) (\(host)) gave no usable \(what): \(reason)." + (what == "API token" ? " \(left)" : ""),
      remedy: "Check that upload-url is the address of an index with trusted publishing.",
      reference: Self.reference, causes: [response?.foreign(host, redaction)].compactMap { $0 ?? nil })
  }
}
