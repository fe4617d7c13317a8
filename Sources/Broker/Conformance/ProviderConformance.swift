#if canImport(Testing)
  public import BrokerCore
  import Testing

  /// What every identity provider has to do; a plug-in's tests run it with samples of their own.
  ///
  /// ```swift
  /// await ProviderConformance(
  ///   .gitHub, environment: job, clueVariable: "GITHUB_ACTIONS", audience: "pypi", secrets: [requestToken]
  /// ) { _, identifier in
  ///   .success(.json(#"{"value":"\#(SampleToken.make(audience: "pypi", identifier: identifier))"}"#))
  /// }.run()
  /// ```
  public struct ProviderConformance: Sendable {
    private let type: ProviderType
    private let environment: [String: String]
    private let clueVariable: String
    private let audience: Audience
    private let secrets: [String]
    private let respond: @Sendable (HTTPRequest, String) -> Result<HTTPResponse, HTTPFailure>

    /// A suite for a provider.
    ///
    /// - Parameters:
    ///   - type: The plug-in.
    ///   - environment: A job's variables that make it ready to be asked.
    ///   - clueVariable: The variable that it recognises a job by.
    ///   - audience: An audience it can give a token for.
    ///   - secrets: Texts in the environment that must not be shown.
    ///   - respond: The endpoint: answers a request with a token whose `jti` is the given text. Providers that ask nobody
    ///     leave it out.
    public init(
      _ type: ProviderType, environment: [String: String], clueVariable: String, audience: Audience,
      secrets: [String],
      respond: @escaping @Sendable (HTTPRequest, String) -> Result<HTTPResponse, HTTPFailure> = { _, _ in
        .failure(HTTPFailure(.refused, arrival: .nothingSent))
      }
    ) {
      self.type = type
      self.environment = environment
      self.clueVariable = clueVariable
      self.audience = audience
      self.secrets = secrets
      self.respond = respond
    }

    /// Runs all checks; each fault is an issue of the current test.
    public func run() async throws {
      try checkNames()
      try await checkDetection()
      try await checkTokens()
      try await checkHostileAnswers()
      await checkCancellation()
    }

    private func provider(_ transport: any HTTPTransport) throws -> any IdentityProvider {
      try type.plugin.made("mine", PluginServices(transport: transport, time: FakeTime().source()))
    }

    private func checkNames() throws {
      var catalog = PluginCatalog()
      try catalog.add(type)
      #expect(!type.plugin.summary.isEmpty && !type.plugin.summary.contains("\n"))
      #expect(try provider(ScriptedTransport { respond($0, "a") }).name == "mine")
    }

    private func checkDetection() async throws {
      let transport = ScriptedTransport { respond($0, "a") }
      let provider = try provider(transport)
      #expect(provider.clue.text.contains(clueVariable))
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
      #expect(token.claims.audience == .single(audience.value))
      let job = source.job(from: token.claims)
      #expect(job == source.job(from: token.claims))
      switch supply {
      case .renewable:
        #expect(source.supply(for: audience) == .renewable)
        _ = try await source.identityToken(for: audience)
        #expect(transport.requests.count == 2, "a renewable source has to ask each time")
      case .fixed(let remaining):
        #expect(remaining > 0)
        #expect(source.supply(for: audience) == .fixed(remaining: remaining - 1))
        for _ in 1..<max(1, remaining) { _ = try await source.identityToken(for: audience) }
        let error = await error { () async throws(BrokerError) in _ = try await source.identityToken(for: audience) }
        #expect(error?.status == .identity, "a token was handed out twice")
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
          #expect((error.recovery != .none) == mayRetry, "\(hostile.name): recovery is \(error.recovery)")
        }
      }
    }

    private func checkCancellation() async {
      let transport = ScriptedTransport { _ in
        try? await Task.sleep(for: .seconds(600))
        return .failure(HTTPFailure(.cancelled, arrival: .mayHaveArrived))
      }
      guard let source = try? await source(transport), source.supply(for: audience) == .renewable else { return }
      let work = Task { try? await source.identityToken(for: audience) }
      work.cancel()
      #expect(await work.value == nil, "a cancelled request gave a token")
    }

    private func check(_ error: BrokerError, name: String) {
      #expect(!error.message.isEmpty, "\(name): no message")
      #expect(!error.description.contains("::") && !error.description.contains("##["), "\(name): raw server text")
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
