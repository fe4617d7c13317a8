import BrokerCore
import BrokerSandbox
import BrokerSystem

/// The course of a rehearsal: every line it shows comes from an event of the engine or the sandbox's log.
struct RehearsalScript: Sendable {
  let catalog: ToolCatalog
  let entries: RehearsedEntries
  /// The CI systems that it plays.
  let providers: [SandboxProvider]
  /// The registries that it goes to.
  let registries: [SandboxRegistry]
  /// What the configuration has and is not played, with the reason.
  let left: [BrokerError]
  let broken: RehearsalStep?
  let style: TextStyle
  let show: @Sendable (Message) -> Void

  private static let time = SystemTime.source

  /// A provider and a registry that takes its tokens.
  private struct Pair {
    let provider: SandboxProvider
    let registry: SandboxRegistry
  }

  func run() async throws(RehearsalFailure) {
    for error in left { line("not rehearsed", error.message) }
    var pairs: [Pair] = []
    for provider in providers { pairs += try await mintEverywhere(provider) }
    guard !pairs.isEmpty else {
      throw RehearsalFailure(
        .provider,
        "no registry that was rehearsed takes identity tokens of what was played; --registry names another one")
    }
    try await refuseWithoutPublisher(pairs)
    try await refuseReusedToken(pairs)
    show("\n\(style.good("The rehearsal is complete: every step did what it should."))\n")
  }

  // MARK: Acts

  private func mintEverywhere(_ provider: SandboxProvider) async throws(RehearsalFailure) -> [Pair] {
    show("\(style.title("\(Neutralized(provider.title))"))\n")
    // A job that an entry describes may hold one token: then each registry has a job of its own.
    let isDescribed = !catalog.sandbox.providers.contains(provider)
    let acts = isDescribed && !provider.isAsked ? registries.map { [$0] } : [registries]
    var pairs: [Pair] = []
    for (index, registries) in acts.enumerated() {
      let stage = try RehearsalStage(entries, provider, configuration(for: broken, registries))
      defer { stage.sandbox.stop() }
      let variables = stage.sandbox.environment(for: provider)
      let isBroken = broken == .provider
      let environment = Environment(variables.filter { !isBroken || $0.key != provider.clueVariable })
      let selection = try await stage.select(environment, show: line)
      guard selection.name == provider.name else {
        throw RehearsalFailure(
          .provider, "\(Neutralized(selection.name)) was recognised in place of \(Neutralized(provider.name))")
      }
      if index == 0 { line("provider", "\(Neutralized(selection.name)) recognised: \(selection.evidence)") }
      for registry in registries {
        show("  \(style.title("\(Neutralized(registry.name))"))\n")
        guard stage.takes(registry.name, tokensOf: provider) else {
          line("not rehearsed", "it takes no identity tokens of \(Neutralized(provider.title))", depth: 2)
          continue
        }
        let outcome = try await stage.mint(registry.name, environment, selection) { event in
          line(event.step, event.isGood ? style.good(event.text) : event.text, depth: 2)
        }
        let credential = try outcome.credential()
        try check(credential, of: registry)
        try checkRequests(outcome, provider, registry)
        pairs.append(Pair(provider: provider, registry: registry))
      }
    }
    return pairs
  }

  private func refuseWithoutPublisher(_ pairs: [Pair]) async throws(RehearsalFailure) {
    let unknown = registries.filter { $0.kind.rehearsal.noPublisher == nil }
    if !unknown.isEmpty {
      show("\n")
      line(
        "not rehearsed",
        "a refusal of the job at \(unknown.map { Neutralized($0.name) }.joined(separator: ", ")): no entry says what a registry compares a job with"
      )
    }
    guard let last = pairs.last(where: { $0.registry.kind.rehearsal.noPublisher != nil })?.registry,
      let pair = pairs.first(where: { $0.registry.name == last.name }), let code = last.kind.rehearsal.noPublisher
    else { return }
    show("\n\(style.title("A refusal: no publisher matches the job"))\n")
    var configuration = configuration(for: nil, registries)
    var unregistered = pair.provider.usualPublisher
    unregistered.repository = "unregistered"
    configuration.claims = unregistered.claims
    if broken == .noPublisher { configuration.faults = [SandboxFault(.exchange, .acceptAnybody)] }
    let stage = try RehearsalStage(entries, pair.provider, configuration)
    defer { stage.sandbox.stop() }
    let environment = Environment(stage.sandbox.environment(for: pair.provider))
    let selection = try await stage.select(environment, show: line)
    let outcome = try await stage.mint(pair.registry.name, environment, selection) { _ in }
    try expectRefusal(outcome, code, pair.registry, .noPublisher)
  }

  private func refuseReusedToken(_ pairs: [Pair]) async throws(RehearsalFailure) {
    // Where each request makes a new token, none is there twice.
    let able = pairs.filter { !$0.provider.isRenewing }
    guard let last = able.last?.registry, let pair = able.first(where: { $0.registry.name == last.name }) else {
      return
    }
    show("\n\(style.title("A refusal: the identity token was used already"))\n")
    var configuration = configuration(for: nil, [pair.registry])
    if broken == .reusedToken { configuration.faults = [SandboxFault(.exchange, .acceptReuse)] }
    let stage = try RehearsalStage(entries, pair.provider, configuration)
    defer { stage.sandbox.stop() }
    let environment = Environment(stage.sandbox.environment(for: pair.provider))
    func mint() async throws(RehearsalFailure) -> RehearsalStage.Outcome {
      try await stage.mint(pair.registry.name, environment, try await stage.select(environment, show: line)) { _ in }
    }
    _ = try await mint().credential()
    // Another run in the same job finds the same variable.
    try expectRefusal(try await mint(), pair.registry.kind.rehearsal.reusedToken, pair.registry, .reusedToken)
  }

  // MARK: Checks

  private func configuration(
    for broken: RehearsalStep?, _ registries: [SandboxRegistry]
  ) -> SandboxConfiguration {
    var configuration = SandboxConfiguration(catalog.sandbox, now: Self.time.now)
    for provider in providers where !configuration.providers.contains(provider) {
      configuration.providers.append(provider)
      configuration.publishers.append(provider.usualPublisher)
    }
    configuration.registries = registries
    switch broken {
    case .audience: configuration.faults = [SandboxFault(.audience, .audience("sigstore"))]
    case .identityToken: configuration.faults = [SandboxFault(.identityToken, .tokenAudience("sigstore"))]
    case .exchange: configuration.faults = [SandboxFault(.exchange, .status(500, retryAfter: "3600"))]
    case .expiry: configuration.faults = [SandboxFault(.exchange, .expires(30))]
    case .provider, .noPublisher, .reusedToken, nil: break
    }
    return configuration
  }

  private func check(_ credential: Credential, of registry: SandboxRegistry) throws(RehearsalFailure) {
    let seconds = credential.secondsLeft(by: Self.time)
    let range = registry.kind.rehearsal.lifetime
    guard range.contains(seconds) else {
      throw RehearsalFailure(
        .expiry,
        "the API token expires in \(seconds) s, not in \(range.lowerBound) to \(range.upperBound) s")
    }
  }

  /// Exactly the requests that are needed: none twice, none too many, over one connection to each server.
  private func checkRequests(
    _ outcome: RehearsalStage.Outcome, _ provider: SandboxProvider, _ registry: SandboxRegistry
  ) throws(RehearsalFailure) {
    let requests = outcome.requests.filter { $0.listener != "directory" }
    let connections = Set(requests.map { "\($0.listener) \($0.connection)" }).count
    for request in requests {
      seen(
        "\(Neutralized(request.method)) \(Neutralized(request.path)) at \(Neutralized(request.listener)): \(request.status)"
      )
    }
    seen("\(requests.count) requests over \(connections) connection\(connections == 1 ? "" : "s")")
    let isAsked = provider.isAsked ? 1 : 0
    let rehearsal = registry.kind.rehearsal
    let asked = rehearsal.isAskedForAudience ? 1 : 0
    let expected = (
      requests: 1 + isAsked + asked, connections: 1 + isAsked + (rehearsal.sharesConnection ? 0 : asked)
    )
    guard requests.count == expected.requests, connections == expected.connections,
      requests.allSatisfy({ (200..<300).contains($0.status) })
    else {
      throw RehearsalFailure(
        .exchange,
        "the sandbox saw \(requests.count) requests over \(connections) connections, not \(expected.requests) over "
          + "\(expected.connections), all of them a success")
    }
  }

  private func expectRefusal(
    _ outcome: RehearsalStage.Outcome, _ code: String, _ registry: SandboxRegistry, _ step: RehearsalStep
  ) throws(RehearsalFailure) {
    guard case .failure(let error) = outcome.result else {
      throw RehearsalFailure(step, "the registry gave a credential that it had to refuse")
    }
    show(ErrorReport(error, isAnnotated: false, style: style).text)
    guard error.status == .registry, error.message.contains(code) else {
      throw RehearsalFailure(step, "the registry did not answer \(Neutralized(code))")
    }
    guard (400..<500).contains(outcome.requests.last { $0.listener == registry.name }?.status ?? 0) else {
      throw RehearsalFailure(step, "the sandbox saw no exchange that it refused")
    }
  }

  // MARK: Lines

  private func line(_ step: Message, _ text: Message) { line(step, text, depth: 1) }

  /// What happened begins in one column, however deep the step is.
  private func line(_ step: Message, _ text: Message, depth: Int) {
    show("\(TextLayout.spaces(2 * depth))\(TextLayout.padded(step, 20 - 2 * depth))\(text)\n")
  }

  private func seen(_ text: Message) { line(style.aside("sandbox saw"), style.aside(text), depth: 2) }
}
