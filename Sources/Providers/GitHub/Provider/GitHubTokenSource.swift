import BrokerCore

/// The runner's endpoint: each request makes a new identity token.
struct GitHubTokenSource: IdentityTokenSource {
  let endpoint: GitHubEndpoint
  let services: PluginServices
  /// The run's repository, if that is a fork.
  let fork: String?
  private let secret: BoundSecret

  init(endpoint: GitHubEndpoint, fork: String? = nil, services: PluginServices) {
    self.endpoint = endpoint
    self.fork = fork
    self.services = services
    secret = services.bindings.bind(endpoint.secret, to: endpoint.url.origin)
  }

  /// The address and the request token.
  var identityVariables: [String] { [GitHubEndpoint.addressVariable, GitHubEndpoint.secretVariable] }

  func supply(for audience: Audience) -> IdentityTokenSupply { .renewable }

  /// `GET` with `audience` in the query and the request token as bearer; the answer holds the JWT as `value`
  /// (actions/toolkit, packages/core/src/oidc-utils.ts).
  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let host = endpoint.url.origin.authority
    let request = HTTPRequest(
      .get, endpoint.url.settingQueryItem("audience", audience.value),
      fields: [
        HTTPRequest.Field("Authorization", secret.bearer),
        HTTPRequest.Field("Accept", "application/json; api-version=2.0"),
      ])
    let response = try await services.transport.answer(
      to: request, purpose: "get an identity token from \(host)", invalid: .identityAnswerInvalid,
      now: services.time.now())
    guard response.status == 200 else { throw refusal(response, request.redaction) }
    let node: JSONNode
    do { node = try JSONReader().read(response.body) } catch {
      throw invalid(request.redaction.apply(to: error.summary), response)
    }
    guard let text = node.object?["value"]?.string, !text.isEmpty else {
      throw invalid("it has no \"value\"", response)
    }
    return try IdentityToken(Secret(text), from: "The answer of GitHub's runner (\(host))")
  }

  func job(from claims: Claims) -> JobIdentity { GitHubClaims.job(from: claims) }

  var guide: ProviderGuide { GitHubGuide.guide }

  var suspicions: [Cause] { fork.map { [GitHubGuide.runIn(fork: $0)] } ?? [] }

  /// A refusal with what the answer says; a page is not the endpoint's, which answers with JSON or text.
  private func refusal(_ response: HTTPResponse, _ redaction: SecretRedaction) -> BrokerError {
    let (status, host) = (response.status, endpoint.url.origin.authority)
    let said: Message = response.sentence(redaction).map { ": \($0)" } ?? ""
    if let foreign = response.foreign(host, redaction) {
      return BrokerError(
        .identityRefused, "No identity token came from \(host): status \(status)\(said).", remedy: foreign.fixes.first,
        reference: GitHubEndpoint.reference,
        causes: [foreign]
          + (foreign.certainty < .certain ? [GitHubGuide.requestRefused(status, said: false).with(.possible)] : []))
    }
    return BrokerError(
      .identityRefused, "GitHub's runner (\(host)) refused an identity token with status \(status)\(said).",
      remedy: status == 401 || status == 403
        ? "Ask while the job runs: the runner's request token ends with the job."
        : "Leave \(Neutralized(GitHubEndpoint.addressVariable)) as the runner sets it.",
      reference: GitHubEndpoint.reference,
      causes: status == 401 || status == 403 ? [GitHubGuide.requestRefused(status, said: !said.isEmpty)] : [])
  }

  private func invalid(_ reason: Message, _ response: HTTPResponse) -> BrokerError {
    BrokerError(
      .identityAnswerInvalid,
      "GitHub's runner (\(endpoint.url.origin.authority)) gave no usable identity token: \(reason).",
      remedy: "Leave \(Neutralized(GitHubEndpoint.addressVariable)) as the runner sets it, and try again.",
      reference: GitHubEndpoint.reference,
      causes: [response.foreign(endpoint.url.origin.authority)].compactMap { $0 })
  }
}
