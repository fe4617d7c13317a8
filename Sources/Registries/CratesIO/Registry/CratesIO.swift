public import BrokerCore

/// The client side of crates.io's trusted publishing: `POST` and `DELETE /api/v1/trusted_publishing/tokens`
/// (rust-lang/crates.io, src/controllers/trustpub/tokens).
struct CratesIO: Registry {
  /// The entry's name in the configuration.
  let name: String
  private let services: PluginServices

  /// The site.
  static let site = Origin.https(host: "crates.io")
  /// What its identity tokens are made out to: its domain, which it has no endpoint for.
  static let audienceName: Audience = "crates.io"
  /// The life of an API token in seconds, which the answer does not say (exchange/mod.rs: 30 minutes).
  static let lifetime: Int64 = 1800
  /// How long an exchange that was sent may run on after a signal, so that what comes of it can be revoked.
  static let grace: Duration = .seconds(2)
  /// crates.io's documentation.
  static let reference: Message = "https://crates.io/docs/trusted-publishing"

  init(name: String, services: PluginServices) {
    self.name = name
    self.services = services
  }

  var home: Origin { Self.site }
  var uploadURL: HTTPURL { HTTPURL(services.rehearsalOrigin ?? Self.site, path: "/") }
  /// 30 minutes.
  var credentialLifetime: Duration? { .seconds(Self.lifetime) }
  var audience: AudienceSource { .known(Self.audienceName) }

  /// crates.io's forms and refusals, its revocation, its sparse index, and cargo.
  var capabilities: RegistryCapabilities {
    let index = SparseIndex(services: services)
    return RegistryCapabilities(
      publishers: PublisherForms(registry: name).rules, refusals: RefusalReading.refusals(registry: name),
      acceptedIssuers: PublisherForms.acceptedIssuers, revoke: revoke, releases: index,
      distributions: CrateFiles(registry: name), tools: .cargo)
  }

  // MARK: Requests

  /// `POST`: one request; the identity token is used up by success alone.
  ///
  /// The exchange knows no scope: the API token is for every crate whose publisher matches the job.
  ///
  /// - Throws: `ErrorCode.exchangeRefused` or `ErrorCode.publisherNotFound` with crates.io's text,
  ///   `ErrorCode.registryAnswerInvalid` for an answer that is not the protocol's, and the errors of any request.
  func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
    let redaction = SecretRedaction(token.secret)
    let response = try await services.transport.answer(
      to: HTTPRequest(
        .post, address,
        fields: [
          HTTPRequest.Field("Accept", "application/json"), HTTPRequest.Field("Content-Type", "application/json"),
        ], body: .bound(token.bound.json("jwt")), grace: Self.grace),
      purpose: "exchange the identity token at \(host)", now: services.time.now(),
      said: { ServerText(of: $0, redaction).clause })
    guard response.status == 200 else {
      throw RefusedExchange(response, ServerText(of: response, redaction), registry: name, host: host).error
    }
    let node: JSONNode
    // What is wrong may be a key, and that may be what the server was sent.
    do { node = try JSONReader().read(response.body) } catch { throw invalid(redaction.apply(to: error.summary)) }
    guard let text = node.object?["token"]?.string else { throw invalid("it has no \"token\"") }
    let now = response.serverTime ?? services.time.now()
    guard
      let credential = Credential(
        registry: name, secret: Secret(text), username: "", expires: now.advanced(by: Self.lifetime),
        end: services.time.elapsed() + .seconds(Self.lifetime), uploadURL: uploadURL)
    else { throw invalid("its \"token\" is empty, too short, too long, or has characters that no token has") }
    return credential
  }

  /// `DELETE`: answered with 204 for a token that is unknown or dead, too.
  ///
  /// - Throws: `ErrorCode.registryAnswerInvalid` for any other answer, and the errors of any request.
  private func revoke(_ credential: BoundSecret) async throws(BrokerError) {
    let response = try await services.transport.answer(
      to: HTTPRequest(.delete, address, fields: [HTTPRequest.Field("Authorization", credential.bearer)]),
      purpose: "revoke the credential at \(host)", now: services.time.now())
    guard (200..<300).contains(response.status) else {
      throw BrokerError(
        .registryAnswerInvalid,
        "\(Neutralized(name)) (\(host)) did not revoke the credential: it answered \(response.status).",
        remedy: "Nothing needs to be done: the credential expires by itself within 30 minutes.")
    }
  }

  private var host: Origin.Authority { uploadURL.origin.authority }
  private var address: HTTPURL { HTTPURL(uploadURL.origin, path: "/api/v1/trusted_publishing/tokens") }

  private func invalid(_ reason: Message) -> BrokerError {
    BrokerError(
      .registryAnswerInvalid,
      "\(Neutralized(name)) (\(host)) gave no usable API token: \(reason). A credential may have been minted all the same; "
        + "it expires by itself within 30 minutes.",
      remedy: "Look at https://status.crates.io, and whether a proxy answers in its place.", reference: Self.reference)
  }
}

extension RegistryType {
  /// The Rust community's registry.
  public static let cratesIO = RegistryType(
    PluginType("crates-io", summary: "the Rust community's package registry (crates.io)") {
      CratesIO(name: $0, services: $1)
    }, tools: .cargo)
}
