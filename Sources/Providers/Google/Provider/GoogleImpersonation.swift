import BrokerCore

/// An identity token of another service account, made by Google's IAM for the machine's own.
struct GoogleImpersonation: Sendable {
  let server: GoogleMetadataServer
  let account: GoogleAccount
  let services: PluginServices

  private static let scope = "https://www.googleapis.com/auth/cloud-platform"
  /// The permission to ask for identity tokens of an account.
  private static let permission: Message = "iam.serviceAccounts.getOpenIdToken"

  /// In a rehearsal, what stands in for the metadata server stands in for IAM as well.
  private var iam: Origin { services.isRehearsal ? server.origin : .https(host: "iamcredentials.googleapis.com") }

  /// `POST …/serviceAccounts/ADDRESS:generateIdToken` with the machine's access token; the answer holds the JWT as `token`
  /// (cloud.google.com, IAM Service Account Credentials API).
  func token(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let access = try await accessToken()
    let body = JSONText.Value.object([("audience", .string(audience.value)), ("includeEmail", true)])
    let request = HTTPRequest(
      .post, HTTPURL(iam, path: "/v1/projects/-/serviceAccounts/\(account.address):generateIdToken"),
      fields: [
        HTTPRequest.Field("Authorization", access.bearer), HTTPRequest.Field("Content-Type", "application/json"),
        HTTPRequest.Field("Accept", "application/json"),
      ], body: .plain(JSONText.compact(body)))
    let response = try await services.transport.answer(
      to: request, purpose: "get an identity token from Google's IAM (\(iam.authority))",
      invalid: .identityAnswerInvalid,
      now: services.time.now())
    guard response.status == 200 else { throw refusal(response, request.redaction) }
    let text = try member("token", of: response, from: "Google's IAM (\(iam.authority))", request.redaction)
    return try IdentityToken(Secret(text), from: "The answer of Google's IAM (\(iam.authority))")
  }

  /// The machine's access token, which goes to IAM alone.
  ///
  /// Whoever has it can do what the machine may do.
  private func accessToken() async throws(BrokerError) -> BoundSecret {
    let response = try await server.ask(
      for: "token", [("scopes", Self.scope)], purpose: "get the machine's access token from \(server.name)")
    guard response.status == 200 else {
      let causes = [response.status == 403 ? GoogleGuide.accountRefused : GoogleGuide.accountMissing]
      throw BrokerError(
        .identityRefused, "\(server.name) refused the machine's access token with status \(response.status).",
        remedy: causes.first?.fixes.first, reference: GoogleMetadataServer.reference, causes: causes)
    }
    let text = try member("access_token", of: response, from: server.name)
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw invalid(server.name, "its \"access_token\" has characters that no access token has")
    }
    return services.bindings.bind(Secret(text), to: iam)
  }

  private func member(
    _ name: String, of response: HTTPResponse, from place: Message, _ redaction: SecretRedaction? = nil
  ) throws(BrokerError) -> String {
    let node: JSONNode
    do { node = try JSONReader().read(response.body) } catch {
      throw invalid(place, redaction?.apply(to: error.summary) ?? "it is not readable as JSON")
    }
    guard let text = node.object?[name]?.string, !text.isEmpty else {
      throw invalid(place, "it has no \"\(Neutralized(name))\"")
    }
    return text
  }

  private func invalid(_ place: Message, _ reason: Message) -> BrokerError {
    BrokerError(
      .identityAnswerInvalid, "\(place) gave no usable answer: \(reason).",
      remedy: "Try again; if it stays so, look at Google Cloud's status page.",
      reference: GoogleGuide.impersonationReference)
  }

  // MARK: Refusals

  private func refusal(_ response: HTTPResponse, _ redaction: SecretRedaction) -> BrokerError {
    let error = (try? JSONReader().read(response.body))?.object?["error"]?.object
    let reasons = error?["details"]?.array?.compactMap { $0.object?["reason"]?.string } ?? []
    let said: Message =
      error?["message"]?.string.map { ": \(Neutralized.quoted(redaction.apply(to: $0), limit: 400))" } ?? ""
    let cause: Cause? =
      switch response.status {
      case 403 where reasons.contains("SERVICE_DISABLED"): GoogleGuide.interfaceDisabled
      case 401 where reasons.contains("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        403 where reasons.contains("ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
        GoogleGuide.scopeMissing
      case 403: GoogleGuide.impersonationDenied(account)
      case 404: GoogleGuide.accountUnknown(account)
      default: nil
      }
    return BrokerError(
      .identityRefused,
      "Google's IAM (\(iam.authority)) refused an identity token of \(account.shown) with status \(response.status)\(said).",
      remedy: cause?.fixes.first ?? "Check that \(account.source) names the service account that is meant.",
      reference: GoogleGuide.impersonationReference, causes: [cause].compactMap(\.self))
  }
}
