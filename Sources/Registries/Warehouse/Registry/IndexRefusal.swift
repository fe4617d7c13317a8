import BrokerCore

/// An answer of an index that is not success, in words.
struct IndexRefusal {
  enum Step { case audience, exchange }

  private let response: HTTPResponse
  private let registry: String
  private let host: String
  private let redaction: SecretRedaction?

  init(_ response: HTTPResponse, registry: String, host: String, redaction: SecretRedaction? = nil) {
    self.response = response
    self.registry = registry
    self.host = host
    self.redaction = redaction
  }

  func error(for step: Step) -> BrokerError {
    switch (step, response.status) {
    case (_, 404):
      BrokerError(
        .trustedPublishingUnavailable,
        "\(registry) (\(host)) has no trusted publishing: it answered 404.",
        remedy: "Check upload-url in registries.\(registry); not every index has trusted publishing.",
        causes: [
          Cause(
            "no-trusted-publishing", .certain, "\(host) does not know the addresses of trusted publishing.",
            fixes: [
              "Check upload-url in registries.\(registry): the audience is asked on its host and port.",
              "If the index has no trusted publishing, use an API token of its own.",
            ])
        ])
    case (.audience, 403):
      BrokerError(
        .trustedPublishingUnavailable,
        "\(registry) (\(host)) has switched trusted publishing off\(said).",
        remedy: "Wait until its operators switch it on again; see its status page.",
        causes: [
          Cause(
            "publishing-switched-off", .certain, "\(registry)'s administrators have switched trusted publishing off.",
            fixes: ["Try again later; the registry's status page says when."])
        ])
    case (.exchange, 422), (.exchange, 400), (.exchange, 401), (.exchange, 403):
      refused
    default:
      BrokerError(
        .registryAnswerInvalid, "\(registry) (\(host)) answered \(response.status)\(said).",
        remedy: "Check that upload-url is the address of an index with trusted publishing.")
    }
  }

  // MARK: Refused exchanges

  /// One entry of `errors` (Warehouse, oidc/views.py).
  private var entry: (code: String, description: String)? {
    guard let entry = body?["errors"]?.array?.first?.object, let code = entry["code"]?.string else { return nil }
    return (code, entry["description"]?.string ?? "")
  }

  private var refused: BrokerError {
    guard let entry else {
      return BrokerError(
        .exchangeRefused, "\(registry) (\(host)) refused the exchange with status \(response.status)\(said).",
        remedy: "Check that a trusted publisher is registered there for this job.",
        reference: Warehouse.reference,
        refusal: Refusal(status: response.status, code: nil, text: safe(body?["message"]?.string ?? "")))
    }
    // A code that is none could end with a colon, and another follows it.
    let isCode = entry.code.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    let code = isCode ? UntrustedText.neutralized(safe(entry.code), limit: 64) : UntrustedText.quoted(safe(entry.code))
    let text = UntrustedText.quoted(safe(entry.description), limit: UntrustedText.defaultLimit)
    return BrokerError(
      entry.code == "invalid-publisher" ? .publisherNotFound : .exchangeRefused,
      "\(registry) (\(host)) refused the exchange, \(code): \(text).", remedy: remedy(entry),
      reference: Warehouse.reference,
      refusal: Refusal(status: response.status, code: safe(entry.code), text: safe(entry.description)))
  }

  private func remedy(_ entry: (code: String, description: String)) -> String {
    switch entry.code {
    case "invalid-publisher":
      "Compare the values below with the trusted publisher registered at \(registry): one of them differs, or there "
        + "is none."
    case "invalid-pending-publisher":
      "The project exists by now: add a trusted publisher in its own settings instead of a pending one."
    case "invalid-reuse-token":
      "An identity token is good for one exchange: mint once per job, or give the job one identity token per mint."
    case "invalid-token":
      "\(registry) does not say why: check the audience, the clock and the issuer; after a rotation of the issuer's "
        + "keys it passes within a minute."
    case "not-enabled":
      "Trusted publishing from this provider is switched off there; see the registry's status page."
    case "invalid-payload" where entry.description.contains("issuer"):
      "\(registry) does not know this token's issuer: it accepts its registered issuers only."
    default:
      "See the registry's documentation."
    }
  }

  // MARK: Text

  private var body: JSONObject? { (try? JSONReader().read(response.body))?.object }

  /// What the server said beside a code, as the end of a sentence; empty if it said nothing readable.
  private var said: String {
    guard let message = body?["message"]?.string, !message.isEmpty else { return "" }
    return ": \(UntrustedText.quoted(safe(message)))"
  }

  private func safe(_ text: String) -> String { redaction?.apply(to: text) ?? text }
}
