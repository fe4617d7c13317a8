import BrokerCore

/// What a log means: pure, from its text and what the plug-ins know.
struct LogExplanation: Sendable {
  /// What was recognised, on one line.
  let title: Message
  /// The causes, the likeliest first.
  let causes: [Cause]

  /// Asks the registries in their order; the first that recognises something is meant.
  init(
    _ log: LogReading, providers: [any IdentityProvider], registries: [any Registry], project: String?,
    now: UnixTime? = nil
  ) {
    func first<Found>(_ find: @escaping (RegistryRefusals) -> Found?) -> (registry: any Registry, found: Found)? {
      registries.lazy.compactMap { registry in
        registry.capabilities.refusals.flatMap(find).map { (registry, $0) }
      }.first
    }
    var causes: [Cause] = []
    var title: Message = "an error of a publishing tool"
    if let (registry, refusal) = first({ $0.recognise(log.text) }) {
      title =
        "\(Neutralized(registry.name)) refused the exchange: \(refusal.code.map { Message(Neutralized($0)) } ?? "without a code")"
      var input = DiagnosisInput(BrokerError(refusal.errorCode, "", refusal: refusal), registry: registry.name)
      let provider = providers.first { $0.capabilities.job(log.claims) != nil }
      input.job = provider?.capabilities.job(log.claims)
      input.audience = registry.expectedAudience
      input.capabilities = registry.capabilities
      input.project = project
      input.guide = provider?.capabilities.guide ?? .none
      causes = Diagnosis(input).causes
    } else {
      causes = providers.flatMap { $0.capabilities.recognise(log.text) }
      if !causes.isEmpty { title = "the job got no token" }
      if let (registry, failure) = first({ $0.publishing(log.text) }), causes.isEmpty || !failure.isRefusal {
        if failure.isRefusal { title = "\(Neutralized(registry.name)) refused the upload" }
        causes.append(failure.cause)
      }
    }
    if log.hasIdentityToken {
      causes.append(
        Cause(
          "token-in-log", .possible, "The text holds an identity token, whole.",
          fixes: ["Delete the log: until the token expires, whoever reads it can act as the job."]))
    }
    let tokens = Self.tokens(in: log.text, registries, now: now)
    if causes.isEmpty, !tokens.isEmpty { title = "an API token" }
    self.title = title
    self.causes = Diagnosis.ranked(causes + tokens)
  }

  /// What the API tokens in a log are good for, by the first registry that can read them.
  private static func tokens(in text: String, _ registries: [any Registry], now: UnixTime?) -> [Cause] {
    for registry in registries {
      guard let narrow = registry.capabilities.narrow else { continue }
      let reaches = narrow.tokens(text).compactMap(narrow.reach)
      guard !reaches.isEmpty else { continue }
      return reaches.map { reach in
        let isOver = if let now, let end = reach.expires { end <= now } else { false }
        let end: Message = reach.expires.map { isOver ? ", and ended at \($0)" : ", until \($0)" } ?? ""
        let maker: Message = reach.maker.map { " that \($0) made" } ?? ""
        return Cause(
          "api-token-in-log", isOver ? .possible : .certain,
          "The text holds an API token\(maker). It is good for \(reach.summary)\(end).",
          fixes: [
            isOver
              ? "It has ended by itself; find out how it came into the text."
              : "Delete the text, and burn the token: token-broker revoke reads it from standard input."
          ])
      }
    }
    return []
  }
}
