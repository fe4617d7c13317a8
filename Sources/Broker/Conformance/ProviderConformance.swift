#if canImport(Testing)
  public import BrokerCore
  public import BrokerSandbox
  import Testing

  /// What every identity provider has to do; a plug-in's tests run it with samples of their own.
  ///
  /// ```swift
  /// await ProviderConformance(
  ///   .ownCI, environment: job, clueVariable: "OWN_CI", audience: "sample", secrets: [requestToken], playedBy: .ownCI
  /// ) { _, identifier in
  ///   .success(.json(#"{"value":"\#(SampleToken.make(audience: "sample", identifier: identifier))"}"#))
  /// }.run()
  /// ```
  public struct ProviderConformance: Sendable {
    private let type: ProviderType
    private let environment: [String: String]
    private let clueVariable: String
    private let audience: Audience
    private let secrets: [String]
    private let played: SandboxProvider?
    /// How long a request may take to be ended.
    var patience = Duration.seconds(10)
    private let respond: @Sendable (HTTPRequest, String) -> Result<HTTPResponse, HTTPFailure>

    /// A suite for a provider.
    ///
    /// - Parameters:
    ///   - type: The plug-in.
    ///   - environment: A job's variables that make it ready to be asked.
    ///   - clueVariable: The variable that it recognises a job by.
    ///   - audience: An audience it can give a token for.
    ///   - secrets: Texts in the environment that must not be shown.
    ///   - played: The sandbox's side: the plug-in is held to the job that it plays, too.
    ///   - respond: The endpoint: answers a request with a token whose `jti` is the given text. Providers that ask nobody
    ///     leave it out.
    public init(
      _ type: ProviderType, environment: [String: String], clueVariable: String, audience: Audience,
      secrets: [String], playedBy played: SandboxProvider? = nil,
      respond: @escaping @Sendable (HTTPRequest, String) -> Result<HTTPResponse, HTTPFailure> = { _, _ in
        .failure(HTTPFailure(.refused, arrival: .nothingSent))
      }
    ) {
      self.type = type
      self.environment = environment
      self.clueVariable = clueVariable
      self.audience = audience
      self.secrets = secrets
      self.played = played
      self.respond = respond
    }

    /// Runs all checks; each fault is an issue of the current test.
    public func run() async throws {
      try checkNames()
      try await checkDetection()
      try await checkTokens()
      try await checkHostileAnswers()
      try await checkCancellation()
      if let runner = type.runner { RunnerConformance(runner: runner, environment: Environment(environment)).run() }
      try await checkPlayedJob()
    }

    private func provider(_ transport: any HTTPTransport) throws -> any IdentityProvider {
      try type.plugin.made("mine", PluginServices(transport: transport, time: FakeTime().source()))
    }

    private func checkNames() throws {
      var catalog = PluginCatalog()
      try catalog.add(type)
      #expect(
        !type.plugin.summary.isEmpty && !type.plugin.summary.contains("\n"), "the summary is not one line")
      let name = try provider(ScriptedTransport { respond($0, "a") }).name
      #expect(name == "mine", "the provider does not go by its entry's name")
    }

    private func checkDetection() async throws {
      let transport = ScriptedTransport { respond($0, "a") }
      let provider = try provider(transport)
      #expect(provider.clue.text.contains(clueVariable), "the clue does not name \(clueVariable)")
      guard case .absent(let reason) = try await provider.detect(in: Environment()) else {
        Issue.record("recognised an empty environment")
        return
      }
      #expect(reason.contains(clueVariable), "the reason does not name \(clueVariable): \(reason)")
      for wrong in ["", "false", "TRUE", "True", "1", "yes"] {
        let changed = environment.merging([clueVariable: wrong]) { $1 }
        if case .present = try await provider.detect(in: Environment(changed)) {
          Issue.record("\(clueVariable)=\(wrong) counts")
        }
      }
      for _ in 0..<2 {
        guard case .present(let evidence, _) = try await provider.detect(in: Environment(environment)) else {
          Issue.record("does not recognise its own job")
          return
        }
        SecretSearch(secrets).expectNone(in: evidence)
      }
      let carriers = environment.filter { _, value in secrets.contains { !$0.isEmpty && value.contains($0) } }
      let named = Set(try await source(transport)?.identityVariables ?? [])
      for name in carriers.keys where !named.contains(name) {
        Issue.record("\(name) carries the job's identity, and a command would be run with it")
      }
      #expect(transport.requests.isEmpty, "detection sends requests")
    }

    private func source(_ transport: any HTTPTransport) async throws -> (any IdentityTokenSource)? {
      guard case .present(_, let source) = try await provider(transport).detect(in: Environment(environment)) else {
        return nil
      }
      return source
    }

    private func checkTokens() async throws {
      let transport = ScriptedTransport { respond($0, "id-\($0.url)") }
      guard let source = try await source(transport) else { return }
      let supply = source.supply(for: audience)
      let token = try await source.identityToken(for: audience)
      #expect(token.claims.audience == .single(audience.value), "the token is made out to somebody else")
      let job = source.job(from: token.claims)
      #expect(job == source.job(from: token.claims), "the same claims are of two jobs")
      #expect(job.family == type.jobs.family, "the job is not of the type's kind")
      switch supply {
      case .renewable:
        #expect(source.supply(for: audience) == .renewable, "a renewable source is used up")
        _ = try await source.identityToken(for: audience)
        #expect(transport.requests.count == 2, "a renewable source has to ask each time")
      case .fixed(let remaining):
        #expect(remaining > 0, "a token is handed out that the source says it does not have")
        #expect(source.supply(for: audience) == .fixed(remaining: remaining - 1), "a token that is gone is counted")
        for _ in 1..<max(1, remaining) { _ = try await source.identityToken(for: audience) }
        let error = await error { () async throws(BrokerError) in _ = try await source.identityToken(for: audience) }
        #expect(error?.status == .identity, "a token was handed out twice, or the error is not an identity's")
        if let error { check(error, name: "used up") }
      }
      for request in transport.requests {
        #expect(SecretFreedom.isFree(request.url.description, of: secrets), "a secret is in an address")
        for text in request.fields.map(\.value) + (request.body.map { [$0] } ?? []) {
          guard case .plain(let text) = text else { continue }
          #expect(SecretFreedom.isFree(text, of: secrets), "a secret is not bound to where it is sent")
        }
      }
    }

    private func checkHostileAnswers() async throws {
      guard case .renewable? = try await source(ScriptedTransport { respond($0, "a") })?.supply(for: audience) else {
        return
      }
      for hostile in HostileAnswers.cases {
        guard let source = try await source(ScriptedTransport { _ in hostile.answer }) else { return }
        let error = await error { () async throws(BrokerError) in _ = try await source.identityToken(for: audience) }
        guard let error else {
          Issue.record("\(hostile.name) was taken for a token")
          continue
        }
        check(error, name: hostile.name)
        let isOurs = [.identity, .unreachable].contains(error.status)
        #expect(isOurs, "\(hostile.name): the status \(error.status.rawValue) is not that of an identity provider")
        if let mayRetry = hostile.mayRetry {
          #expect((error.recovery != .none) == mayRetry, "\(hostile.name): the recovery is \(error.recovery)")
        }
      }
    }

    private func checkCancellation() async throws {
      let scripted = ScriptedTransport { respond($0, "a") }
      guard try await source(scripted)?.supply(for: audience) == .renewable else { return }
      let transport = HeldTransport { respond($0, "a") }
      let provider = try provider(transport)
      // A provider that sends a request while it is detected is cancelled there.
      let fault = await transport.cancelled(within: patience) { () async throws(BrokerError) in
        guard case .present(_, let source) = try await provider.detect(in: Environment(environment)) else {
          throw BrokerError(.providerNotFound, "The job is not recognised.")
        }
        return try await source.identityToken(for: audience)
      }
      if let fault { Issue.record("the identity token: \(fault)") }
    }

    /// The job that the sandbox plays is one that the plug-in knows, and can be rehearsed with.
    private func checkPlayedJob() async throws {
      guard let played else { return }
      let side = try PlayedSide([played], [.silent(audience)])
      let job = side.sandbox.environment(for: played)
      let provider = try provider(side.transport)
      #expect(played.clueVariable == clueVariable, "the sandbox's side goes by another variable")
      guard case .present(_, let source) = try await provider.detect(in: Environment(job)) else {
        Issue.record("the job that the sandbox plays is not recognised")
        return
      }
      let isRenewable = source.supply(for: audience) == .renewable
      #expect(isRenewable == played.isAsked, "the two sides do not agree whether a job asks for its tokens")
      let token = try await source.identityToken(for: audience)
      #expect(token.claims.audience == .single(audience.value), "the sandbox's token is made out to somebody else")
      #expect(token.isRehearsal, "the sandbox's token does not say that it is a rehearsal's")
      let identity = source.job(from: token.claims)
      #expect(identity.issuer == played.issuer, "the played job's issuer is not read")
      for field in type.jobs.fields {
        #expect(field.value(of: identity) != nil, "the played job has no \(field.words), so that no expectation holds")
      }
      checkClaims(token.claims, of: identity)
    }

    /// What rules are told of the claims is what the job has.
    private func checkClaims(_ claims: Claims, of identity: JobIdentity) {
      guard !type.jobs.claims.isEmpty else { return }
      for claim in RuleClaim.all {
        let name = type.jobs.claims[claim.name]
        #expect(
          name != nil || claim.value(identity) == nil,
          "the played job has a \(claim.name), which is said to be no claim")
        let isRead = name.flatMap { claims[$0] } == nil || claim.value(identity) != nil
        #expect(isRead, "the claim \(name ?? "") is not read as \(claim.name)")
      }
      for name in type.jobs.claims.keys {
        #expect(RuleClaim.all.contains { $0.name == name }, "\(name) is no key of rules")
      }
    }

    private func check(_ error: BrokerError, name: String) {
      #expect(!error.message.isEmpty, "\(name): no message")
      SecretSearch(secrets).expectNone(in: error)
    }

    private func error(_ body: () async throws(BrokerError) -> Void) async -> BrokerError? {
      do {
        try await body()
        return nil
      } catch { return error }
    }
  }

  /// Whether a text is free of secrets.
  enum SecretFreedom {
    static func isFree(_ text: String, of secrets: [String]) -> Bool {
      !secrets.contains { $0.count >= 8 && text.contains($0) }
    }
  }
#endif
