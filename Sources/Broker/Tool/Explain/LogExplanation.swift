import BrokerCore

/// What a log means: pure, from its text, the configuration and what the plug-ins know.
///
/// What is read from a text is a guess at least in one point: that the text is what it seems to be. Only what the text itself
/// says is certain: the registry's own words, and what follows from the claims in it.
struct LogExplanation: Sendable {
  /// What was recognised, on one line.
  let title: Message
  /// The causes, the likeliest first.
  let causes: [Cause]

  /// Asks the registries of the targets in their order; the first that recognises something is meant.
  ///
  /// `isNamed` says whether the text names it; `others` are those that a job may have been meant for.
  init(
    _ log: LogReading, providers: [any IdentityProvider], targets: [Target], others: [Target] = [],
    isNamed: (Target) -> Bool = { _ in true },
    now: UnixTime? = nil
  ) {
    func first<Found>(_ find: @escaping (RegistryRefusals) -> Found?) -> (target: Target, found: Found)? {
      targets.lazy.compactMap { target in
        target.registry.capabilities.refusals.flatMap(find).map { (target, $0) }
      }.first
    }
    func name(_ target: Target) -> Message {
      "\(Neutralized(target.name))\(isNamed(target) ? "" : ", or another registry that words it so,")"
    }
    var causes: [Cause] = []
    var title: Message = "an error of a publishing tool"
    let forms = targets.compactMap { $0.registry.capabilities.publishers?.address(nil, nil)?.text }
    let own = OwnReport(log) { address in forms.contains { Self.origin($0) == Self.origin(address) } }
    if let own {
      title = own.code.map { "token-broker said \(Neutralized($0, limit: 64))" } ?? "token-broker said this"
      causes = own.causes
    } else if let (target, refusal) = first({ $0.recognise(log.text) }) {
      title =
        "\(name(target)) refused the exchange: \(refusal.code.map { Message(Neutralized($0)) } ?? "without a code")"
      causes = Self.refused(refusal, target, log, providers, others)
    } else {
      causes = providers.flatMap { $0.capabilities.recognise(log.text) }
      if !causes.isEmpty { title = "the job got no token" }
      if let (target, failure) = first({ $0.publishing(log.text, []) }), causes.isEmpty || !failure.isRefusal {
        if failure.isRefusal { title = "\(name(target)) refused the upload" }
        // Another registry, or another tool, may have said the same.
        causes.append(isNamed(target) ? failure.cause : failure.cause.with(min(failure.cause.certainty, .likely)))
      }
    }
    if log.hasIdentityToken {
      causes.append(
        Cause(
          "token-in-log", .possible, "The text holds an identity token, whole.",
          fixes: ["Delete the log: until the token expires, whoever reads it can act as the job."]))
    }
    let tokens = Self.tokens(in: log.text, targets.map(\.registry), now: now)
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

  /// Why a registry refused the exchange.
  private static func refused(
    _ refusal: Refusal, _ target: Target, _ log: LogReading, _ providers: [any IdentityProvider], _ targets: [Target]
  ) -> [Cause] {
    let found = log.claims.lazy.flatMap { printed in
      providers.lazy.compactMap { provider in
        provider.capabilities.job(printed).map { (provider, $0, printed.claims["iss"] != nil) }
      }
    }.first
    var input = DiagnosisInput(BrokerError(refusal.errorCode, "", refusal: refusal), registry: target.name)
    input.job = found?.1
    // Where the claims do not name the issuer, it is told from others: not one that the registry accepts, if it is the issuer
    // that was refused.
    let isIssuerSeen = found?.2 == true
    if !isIssuerSeen, !refusal.isAboutPublisher,
      target.registry.capabilities.acceptedIssuers.contains(where: { $0.address == input.job?.issuer })
    {
      input.job?.issuer = nil
    }
    input.audience = target.expectedAudience
    input.capabilities = target.registry.capabilities
    input.project = target.project
    input.guide = found?.0.capabilities.guide ?? .none
    if refusal.isAboutPublisher {
      input.expectations = target.expectations
      input.background = Background(targets: targets)
    }
    var causes = Diagnosis(input).causes
    if input.job != nil, refusal.isAboutPublisher {
      // What the configuration expects was not compared before this job sent its token.
      var expected = input
      expected.error = BrokerError(.expectationFailed, "")
      let differences = Diagnosis(expected).causes
      if !differences.isEmpty { causes = differences + causes.filter { $0.certainty == .certain } }
    }
    guard !isIssuerSeen, input.job != nil else { return causes }
    // What the registry says of an issuer whoever the job is, needs no guess.
    input.job = nil
    let said = Set(Diagnosis(input).causes.map(\.code))
    return causes.map { cause in
      cause.code.text.hasPrefix("issuer-") && !said.contains(cause.code)
        ? cause.with(min(cause.certainty, .likely)) : cause
    }
  }

  /// Scheme, host and port of an address.
  private static func origin(_ address: String) -> Substring {
    guard let slashes = address.firstRange(of: "://") else { return "" }
    return address[..<(address[slashes.upperBound...].firstIndex { "/?#".contains($0) } ?? address.endIndex)]
  }
}
