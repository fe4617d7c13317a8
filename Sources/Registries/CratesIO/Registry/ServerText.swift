import BrokerCore

/// What crates.io says in an answer that is not success: `{"errors":[{"detail":TEXT}]}`.
struct ServerText {
  /// The text, pieces of what the server was sent taken out; nil if there is none.
  let detail: String?

  init(of response: HTTPResponse, _ redaction: SecretRedaction) {
    let errors = (try? JSONReader().read(response.body))?.object?["errors"]?.array
    detail = (errors?.first?.object?["detail"]?.string).flatMap { $0.isEmpty ? nil : redaction.apply(to: $0) }
  }

  /// The text in quotes; nil if there is none.
  var clause: Message? { detail.map { Message(Neutralized.quoted($0, limit: Neutralized.defaultLimit)) } }
}

/// An exchange that crates.io refused, in words.
struct RefusedExchange {
  private let response: HTTPResponse
  private let text: ServerText
  private let registry: String
  private let host: Origin.Authority

  init(_ response: HTTPResponse, _ text: ServerText, registry: String, host: Origin.Authority) {
    self.response = response
    self.text = text
    self.registry = registry
    self.host = host
  }

  var error: BrokerError {
    let said: Message = text.clause.map { ": \($0)" } ?? ""
    guard [400, 401, 403, 415, 422].contains(response.status) else {
      return BrokerError(
        .registryAnswerInvalid, "\(Neutralized(registry)) (\(host)) answered \(response.status)\(said).",
        remedy: "Look at https://status.crates.io, and whether a proxy answers in its place.")
    }
    let row = RefusalTable.row(for: text.detail ?? "", status: response.status)
    let refusal = Refusal(
      status: response.status, code: nil, text: text.detail ?? "", isAboutPublisher: row?.isAboutPublisher ?? false)
    return BrokerError(
      refusal.errorCode,
      "\(Neutralized(registry)) (\(host)) refused the exchange\(text.clause == nil ? " with status \(response.status)" : said).",
      remedy: row?.remedy ?? "Check that a trusted publisher is registered there for this job.",
      reference: CratesIO.reference, refusal: refusal)
  }
}
