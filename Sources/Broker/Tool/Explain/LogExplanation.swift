import BrokerCore

/// What a log means: pure, from its text and what the plug-ins know.
struct LogExplanation: Sendable {
  /// What was recognised, on one line.
  let title: Message
  /// The causes, the likeliest first.
  let causes: [Cause]

  /// Asks the registries in their order; the first that recognises something is meant.
  init(_ log: LogReading, providers: [any IdentityProvider], registries: [any Registry], project: String?) {
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
    self.title = title
    self.causes = Diagnosis.ranked(causes)
  }
}
