import BrokerCore

/// What a log means: pure, from its text and what the plug-ins know.
struct LogExplanation: Sendable {
  /// What was recognised, on one line.
  let title: String
  /// The causes, the likeliest first.
  let causes: [Cause]

  init(
    _ log: LogReading, bytes: [UInt8], providers: [any IdentityProvider], target: (any Registry)?,
    project: String?
  ) {
    let registry = target?.name ?? "the registry"
    let job = providers.lazy.compactMap { $0.capabilities.job(log.claims) }.first
    var causes: [Cause] = []
    var title = "an error of a publishing tool"
    if let refusal = target?.capabilities.publishers?.recognise(log.text) {
      title = "\(registry) refused the exchange: \(refusal.code ?? "without a code")"
      var input = DiagnosisInput(
        BrokerError(refusal.isAboutPublisher ? .publisherNotFound : .exchangeRefused, "", refusal: refusal),
        registry: registry)
      input.job = job
      input.audience = target?.expectedAudience
      input.rules = target?.capabilities.publishers
      input.project = project
      input.guide = providers.first { $0.capabilities.job(log.claims) != nil }?.capabilities.guide ?? .none
      causes = Diagnosis(input).causes
    } else {
      let found = providers.flatMap { $0.capabilities.recognise(log.text) }
      if !found.isEmpty { title = "the job got no token" }
      causes += found
      if let cause = Self.silence(log.text) { causes.append(cause) }
    }
    for hint in causes.isEmpty ? UploadHints.hints(for: bytes, target: registry) : [] {
      title = "\(registry) refused the upload"
      causes.append(
        Cause("upload-refused", .certain, "The upload was refused after the API token was made.", fixes: [hint]))
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

  /// Tools that hide why trusted publishing failed.
  private static func silence(_ text: String) -> Cause? {
    guard LogText(text.lowercased().utf8).contains("missing credentials for") else { return nil }
    return Cause(
      "client-silent", .likely,
      "uv tried trusted publishing by itself, failed, and keeps the reason to itself.",
      fixes: [
        "Run token-broker check in the job, or uv publish --trusted-publishing always, which says why.",
        "In GitHub Actions, see first that the job has the permission id-token: write.",
      ])
  }
}
