import BrokerCore

/// An answer of an index that is not success, in words.
struct IndexRefusal {
  enum Step { case audience, exchange }

  private let response: HTTPResponse
  private let registry: String
  private let host: Origin.Authority
  private let redaction: SecretRedaction?

  init(_ response: HTTPResponse, registry: String, host: Origin.Authority, redaction: SecretRedaction? = nil) {
    self.response = response
    self.registry = registry
    self.host = host
    self.redaction = redaction
  }

  func error(for step: Step) -> BrokerError {
    let status = response.status
    let subject: Message = "\(Neutralized(registry)) (\(host))"
    // The server's own pages are those for 404, 405 and 500.
    if let foreign = response.foreign(host, hasOwnPages: [404, 405, 500].contains(status), redaction) {
      return BrokerError(
        .registryAnswerInvalid, "\(subject) was asked, and status \(status) came that is not its own.",
        remedy: foreign.fixes.first, causes: [foreign])
    }
    if let row = RefusalTable.statuses.first(where: { $0.status == status && $0.step ?? step == step }) {
      return BrokerError(
        .trustedPublishingUnavailable, "\(subject) \(filled(row.message)).", remedy: filled(row.remedy),
        causes: [
          Cause(
            row.row.code, row.isSaid && said.isEmpty ? .likely : row.row.certainty, filled(row.row.summary),
            fixes: row.row.fixes.map(filled))
        ])
    }
    if step == .exchange, [400, 401, 403, 422].contains(status) { return refused }
    return BrokerError(
      .registryAnswerInvalid, "\(subject) answered \(status)\(said).",
      remedy: "Check that upload-url is the address of an index with trusted publishing.")
  }

  private func filled(_ sentence: Message) -> Message {
    sentence.filled { name in
      switch name {
      case "registry": Message(Neutralized(registry))
      case "host": "\(host)"
      case "said": said
      default: nil
      }
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
        .exchangeRefused,
        "\(Neutralized(registry)) (\(host)) refused the exchange with status \(response.status)\(said).",
        remedy: "Check that a trusted publisher is registered there for this job.",
        reference: Warehouse.reference,
        refusal: Refusal(status: response.status, code: nil, text: safe(body?["message"]?.string ?? "")))
    }
    // A code that the server makes up may end with a colon, and the message puts another behind it.
    let isCode = entry.code.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    let code = isCode ? Neutralized(safe(entry.code), limit: 64) : Neutralized.quoted(safe(entry.code))
    let text = Neutralized.quoted(safe(entry.description), limit: Neutralized.defaultLimit)
    let row = RefusalTable.code(entry.code)
    let refusal = Refusal(
      status: response.status, code: safe(entry.code), text: safe(entry.description),
      isAboutPublisher: row.isAboutPublisher)
    return BrokerError(
      refusal.errorCode, "\(Neutralized(registry)) (\(host)) refused the exchange, \(code): \(text).",
      remedy: filled(row.rows.first { $0.fits(entry.description) }?.remedy ?? row.remedy),
      reference: Warehouse.reference,
      refusal: refusal)
  }

  // MARK: Text

  private var body: JSONObject? { (try? JSONReader().read(response.body))?.object }

  /// What the server said beside a code, as the end of a sentence; empty if it said nothing readable.
  private var said: Message {
    response.sentence(redaction).map { ": \($0)" } ?? ""
  }

  private func safe(_ text: String) -> String { redaction?.apply(to: text) ?? text }
}
