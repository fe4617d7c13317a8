public import BrokerCore

/// A registry whose exchange is described by its entry in the configuration.
public struct Exchange: Registry {
  /// The entry's name.
  public let name: String
  /// Where publishing tools upload to; in a rehearsal, in the sandbox.
  public let uploadURL: HTTPURL
  /// Where the exchange is made.
  public let home: Origin
  private let settings: ExchangeSettings
  private let services: PluginServices

  /// How long an exchange that was sent may run on after a signal, so that what comes of it can be revoked.
  static let grace: Duration = .seconds(2)

  /// A registry with its settings.
  public init(name: String, settings: ExchangeSettings, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.services = services
    home = settings.home
    uploadURL = services.rehearsalOrigin.map(settings.uploadURL.moved) ?? settings.uploadURL
  }

  /// What the entry says where answers do not.
  public var credentialLifetime: Duration? { .seconds(settings.answer.lifetime) }

  /// The audience of the entry, confirmed where the registry can be asked.
  public var audience: AudienceSource {
    switch (settings.audience, settings.question) {
    case (let audience?, nil): .known(audience)
    case (let audience?, let question?): .pinned(audience) { () async throws(BrokerError) in try await ask(question) }
    case (nil, let question?): .asked { () async throws(BrokerError) in try await ask(question) }
    case (nil, nil): .asked { () async throws(BrokerError) in throw invalid("audience", "it has none") }
    }
  }

  /// Revocation, and the variables of a command, where the entry describes them.
  public var capabilities: RegistryCapabilities {
    var capabilities = RegistryCapabilities()
    if let revocation = settings.revocation {
      capabilities.revoke = { (credential) async throws(BrokerError) in try await revoke(credential, by: revocation) }
    }
    capabilities.variables = settings.variables
    capabilities.takesAudienceList = settings.takesAudienceList
    return capabilities
  }

  // MARK: Requests

  /// One request; the credential is read from its answer.
  ///
  /// - Throws: `ErrorCode.exchangeRefused` with the registry's text, `ErrorCode.registryAnswerInvalid` for an answer that is not as
  ///   the entry says, and the errors of any request.
  public func exchange(_ token: IdentityToken, for scope: Scope) async throws(BrokerError) -> Credential {
    var plain = settings.plain
    if case .package(let package) = scope { plain["package"] = package }
    if case .single(let audience) = token.claims.audience { plain["audience"] = audience }
    guard !settings.exchange.uses("package") || plain["package"] != nil else {
      throw BrokerError(
        .configurationInvalid, "\(Neutralized(name)) gives credentials for one package, and none is named.",
        remedy: "Name it in registries.\(Neutralized(name)).project.")
    }
    let values = RequestTemplate.Values(plain: plain, secrets: ["identity-token": token.bound])
    let request = try settings.exchange.request(
      to: moved(try settings.exchange.url(values)), values, bindings: services.bindings, grace: Self.grace)
    let response = try await services.transport.answer(
      to: request, purpose: "exchange the identity token at \(host)", now: services.time.now())
    let redaction = SecretRedaction(token.secret)
    guard settings.answer.isSuccess(response.status) else { throw refusal(response, redaction) }
    switch settings.answer.content(of: response, now: services.time.now(), redaction) {
    case .failure(let unusable): throw invalid("credential", unusable.reason)
    case .success(let content):
      // What was sent is no credential, wherever the answer has it.
      guard !token.secret.reveal().contains(content.secret.reveal()),
        !content.secret.reveal().contains(token.secret.reveal())
      else { throw invalid("credential", "what it gives is the identity token that it was sent") }
      guard
        let credential = Credential(
          registry: name, secret: content.secret, username: content.username, expires: content.expires,
          end: services.time.elapsed() + .seconds(content.left), uploadURL: uploadURL)
      else {
        throw invalid(
          "credential", "what it gives is empty, too short, too long, or has characters that no credential has")
      }
      return credential
    }
  }

  private func ask(_ question: ExchangeSettings.Question) async throws(BrokerError) -> AudienceAnswer {
    let values = RequestTemplate.Values()
    let request = try question.request.request(
      to: moved(try question.request.url(values)), values, bindings: services.bindings)
    let response = try await services.transport.answer(
      to: request, purpose: "ask \(host) for its audience", now: services.time.now())
    guard response.status == 200 else { throw refusal(response, nil, of: "its audience") }
    let node: JSONNode
    do { node = try JSONReader().read(response.body) } catch { throw invalid("audience", error.summary) }
    guard let text = question.place.value(in: node)?.string, let audience = Audience(text) else {
      throw invalid("audience", "there is none at \(Neutralized.quoted(question.place.text))")
    }
    return AudienceAnswer(audience: audience, serverTime: response.serverTime)
  }

  private func revoke(
    _ credential: BoundSecret, by revocation: ExchangeSettings.Revocation
  ) async throws(BrokerError) {
    let values = RequestTemplate.Values(plain: settings.plain, secrets: ["credential": credential])
    let request = try revocation.request.request(
      to: moved(try revocation.request.url(values)), values, bindings: services.bindings)
    let response = try await services.transport.answer(
      to: request, purpose: "revoke the credential at \(host)", now: services.time.now())
    guard !revocation.statuses.contains(response.status) else { return }
    throw BrokerError(
      .registryAnswerInvalid,
      "\(Neutralized(name)) (\(host)) did not revoke the credential: it answered \(response.status).",
      remedy: "Nothing needs to be done: the credential expires by itself.")
  }

  /// In a rehearsal, the sandbox stands in for the registry's host.
  private func moved(_ url: HTTPURL) -> HTTPURL { services.rehearsalOrigin.map(url.moved) ?? url }

  private var host: Origin.Authority { (services.rehearsalOrigin ?? home).authority }

  // MARK: Errors

  private func refusal(
    _ response: HTTPResponse, _ redaction: SecretRedaction?, of what: Message = "the exchange"
  ) -> BrokerError {
    let said = text(of: response, redaction)
    let subject: Message = "\(Neutralized(name)) (\(host))"
    guard (400..<500).contains(response.status) else {
      return BrokerError(
        .registryAnswerInvalid,
        "\(subject) answered \(response.status) to \(what)" + (said.map { ": \($0)" } ?? "") + ".",
        remedy: "Check that the entry describes the request as \(host) takes it, answer.status included.")
    }
    return BrokerError(
      .exchangeRefused,
      "\(subject) refused \(what) with status \(response.status)" + (said.map { ": \($0)" } ?? "") + ".",
      remedy:
        "Check that a trusted publisher is registered there for this job, and that the entry describes the request as "
        + "\(host) takes it.",
      refusal: said.map { Refusal(status: response.status, code: nil, text: $0.text) })
  }

  /// The first text at the places that the entry names; else what the answer says by itself.
  private func text(of response: HTTPResponse, _ redaction: SecretRedaction?) -> Message? {
    if let node = try? JSONReader().read(response.body) {
      for place in settings.errors {
        guard let text = place.text(in: node), !text.isEmpty else { continue }
        return "\(Neutralized.quoted(redaction?.apply(to: text) ?? text, limit: 400))"
      }
    }
    return response.sentence(redaction)
  }

  private func invalid(_ what: Message, _ reason: Message) -> BrokerError {
    let left: Message =
      what == "credential" ? " A credential may have been minted all the same; it expires by itself." : ""
    return BrokerError(
      .registryAnswerInvalid, "\(Neutralized(name)) (\(host)) gave no usable \(what): \(reason).\(left)",
      remedy: "Check \"answer\" in the registry's entry.")
  }
}

extension RegistryType {
  /// A registry whose exchange is described by its entry.
  public static let exchange = RegistryType(
    PluginType(
      "exchange", summary: "a registry described by its entry: how an identity token is exchanged for a credential",
      keys: ExchangeSettings.keys, presence: .declared, decode: ExchangeSettings.init,
      make: { Exchange(name: $0, settings: $1, services: $2) }))
}
