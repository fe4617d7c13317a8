#if canImport(Testing)
  public import BrokerCore
  import Testing

  /// What every registry has to do; a plug-in's tests run it with samples of their own.
  public struct RegistryConformance: Sendable {
    /// The endpoints that a suite plays.
    public struct Endpoints: Sendable {
      let audience: @Sendable (HTTPRequest) -> Bool
      let audienceAnswer: HTTPResponse
      let exchangeAnswer: HTTPResponse
      let refusal: @Sendable (String) -> HTTPResponse

      /// The endpoints.
      ///
      /// - Parameters:
      ///   - audience: Whether a request asks for the audience; any other is an exchange or a revocation. Never for a
      ///     registry that need not be asked.
      ///   - audienceAnswer: An answer that names the audience.
      ///   - exchangeAnswer: An answer with a credential whose text is `sample-credential-0123456789`.
      ///   - refusal: A refusal that says a text, which may be what the server was sent.
      public init(
        audience: @escaping @Sendable (HTTPRequest) -> Bool, audienceAnswer: HTTPResponse, exchangeAnswer: HTTPResponse,
        refusal: @escaping @Sendable (String) -> HTTPResponse
      ) {
        self.audience = audience
        self.audienceAnswer = audienceAnswer
        self.exchangeAnswer = exchangeAnswer
        self.refusal = refusal
      }
    }

    private let type: RegistryType
    private let endpoints: Endpoints
    private let audience: Audience

    /// A suite for a registry with its default settings, which expects `audience`.
    public init(_ type: RegistryType, audience: Audience, endpoints: Endpoints) {
      self.type = type
      self.audience = audience
      self.endpoints = endpoints
    }

    /// Runs all checks; each fault is an issue of the current test.
    public func run() async throws {
      try checkNames()
      try await checkExchange()
      try await checkRefusals()
      try await checkHostileAnswers()
      try await checkListing()
    }

    private let token = SampleToken.make(audience: "sample", identifier: "conformance-0123456789")
    private let bindings = SecretBindings()

    /// The token as the engine hands it to a registry: it may be sent there alone.
    private func token(for registry: any Registry) throws(BrokerError) -> IdentityToken {
      try IdentityToken(Secret(token), from: "The sample").bound(
        to: registry.secretOrigin(isRehearsal: false), in: bindings)
    }

    private func registry(_ transport: any HTTPTransport, rehearsal: Origin? = nil) throws -> any Registry {
      try type.plugin.made(
        "mine",
        PluginServices(
          transport: transport, time: FakeTime().source(), rehearsalOrigin: rehearsal, bindings: bindings))
    }

    private func checkNames() throws {
      var catalog = PluginCatalog()
      try catalog.add(type)
      let registry = try registry(ScriptedTransport { _ in .success(endpoints.audienceAnswer) })
      #expect(registry.name == "mine")
      #expect(registry.uploadURL.origin == registry.home)
      #expect(registry.expectedAudience == nil || registry.expectedAudience == audience)
      let sandbox = Origin.loopback(port: 4711)
      let rehearsed = try self.registry(
        ScriptedTransport { _ in .success(endpoints.audienceAnswer) }, rehearsal: sandbox)
      #expect(rehearsed.uploadURL.origin == sandbox, "a rehearsal goes to the real registry")
      #expect(rehearsed.home == registry.home)
      #expect(registry.capabilities.tools == type.tools, "the registry and its type declare different publishing tools")
      #expect(Set(type.tools.names).count == type.tools.names.count, "two publishing tools have one name")
    }

    /// The registry's answer to the question for its audience; what it is known by if there is nothing to ask.
    private func asked(_ registry: any Registry) async throws(BrokerError) -> Audience? {
      guard let question = registry.audience.question else { return registry.expectedAudience }
      return try await question().audience
    }

    private func checkExchange() async throws {
      let transport = ScriptedTransport { request in
        .success(endpoints.audience(request) ? endpoints.audienceAnswer : endpoints.exchangeAnswer)
      }
      let registry = try registry(transport)
      #expect(try await asked(registry) == audience)
      // A registry whose audience never changes need not be asked.
      let asked = transport.requests.count
      #expect(asked <= 1, "asking for the audience is one request at most")
      let credential = try await registry.exchange(token(for: registry), for: .everything)
      #expect(credential.secret.reveal() == "sample-credential-0123456789")
      #expect(credential.registry == "mine" && credential.uploadURL == registry.uploadURL)
      #expect(transport.requests.count == asked + 1, "an exchange is one request")
      for request in transport.requests {
        #expect(request.url.origin == registry.uploadURL.origin, "another host is asked: \(request.url)")
      }
    }

    private func checkRefusals() async throws {
      let echo = "you sent \(token) \r\n::error::x ##[add-mask]y"
      let registry = try registry(ScriptedTransport { _ in .success(endpoints.refusal(echo)) })
      let error = await error { () async throws(BrokerError) in
        _ = try await registry.exchange(token(for: registry), for: .everything)
      }
      guard let error else {
        Issue.record("a refusal was taken for a credential")
        return
      }
      #expect(error.status == .registry && error.recovery == .none)
      check(error, name: "refusal")
    }

    private func checkHostileAnswers() async throws {
      for hostile in HostileAnswers.cases {
        let transport = ScriptedTransport { _ in hostile.answer }
        let registry = try registry(transport)
        let token = try token(for: registry)
        let audience = await error { () async throws(BrokerError) in _ = try await asked(registry) }
        let isAsked = !transport.requests.isEmpty
        let exchange = await error { () async throws(BrokerError) in
          _ = try await registry.exchange(token, for: .everything)
        }
        for (step, error) in (isAsked ? [("audience", audience)] : []) + [("exchange", exchange)] {
          guard let error else {
            Issue.record("\(hostile.name) was taken for an answer to the \(step) request")
            continue
          }
          check(error, name: "\(step), \(hostile.name)")
          if let mayRetry = hostile.mayRetry {
            #expect((error.recovery != .none) == mayRetry, "\(step), \(hostile.name): \(error.recovery)")
          }
        }
      }
    }

    /// What is said about published files: in a rehearsal by the sandbox alone, and harmless whatever the answer is.
    private func checkListing() async throws {
      let sandbox = Origin.loopback(port: 4711)
      for hostile in HostileAnswers.cases {
        let transport = ScriptedTransport { _ in hostile.answer }
        guard let index = try registry(transport, rehearsal: sandbox).capabilities.releases else { return }
        var reason: Message = ""
        let error = await error { () async throws(BrokerError) in
          if case .unavailable(let text) = try await index.listing(of: "sample") { reason = text }
        }
        if let error { check(error, name: "listing, \(hostile.name)") }
        #expect(!reason.contains("::") && !reason.contains("##["), "listing, \(hostile.name): raw server text")
        #expect(
          transport.requests.allSatisfy { $0.url.origin == sandbox && $0.body == nil },
          "a rehearsal asks the real registry what is published")
      }
    }

    private func check(_ error: BrokerError, name: String) {
      #expect(!error.message.isEmpty, "\(name): no message")
      #expect(!error.description.contains("::") && !error.description.contains("##["), "\(name): raw server text")
      SecretSearch([token]).expectNone(in: error)
    }

    private func error(_ body: () async throws(BrokerError) -> Void) async -> BrokerError? {
      do {
        try await body()
        return nil
      } catch { return error }
    }
  }
#endif
