#if canImport(Testing)
  public import BrokerCore
  public import BrokerSandbox
  import Testing

  /// What every registry has to do; a plug-in's tests run it with samples of their own.
  public struct RegistryConformance: Sendable {
    /// The endpoints that a suite plays.
    public struct Endpoints: Sendable {
      let audience: @Sendable (HTTPRequest) -> Bool
      let audienceAnswer: HTTPResponse
      let exchangeAnswer: HTTPResponse
      let revocationAnswer: HTTPResponse
      let refusal: @Sendable (String) -> HTTPResponse

      /// The endpoints.
      ///
      /// - Parameters:
      ///   - audience: Whether a request asks for the audience; any other is an exchange or a revocation. Never for a
      ///     registry that need not be asked.
      ///   - audienceAnswer: An answer that names the audience.
      ///   - exchangeAnswer: An answer with the credential; its text is `sample-credential-0123456789` unless the suite is told
      ///     another.
      ///   - revocationAnswer: An answer that says that a credential was burned.
      ///   - refusal: A refusal that says a text, which may be what the server was sent.
      public init(
        audience: @escaping @Sendable (HTTPRequest) -> Bool, audienceAnswer: HTTPResponse, exchangeAnswer: HTTPResponse,
        revocationAnswer: HTTPResponse = HTTPResponse(status: 200),
        refusal: @escaping @Sendable (String) -> HTTPResponse
      ) {
        self.audience = audience
        self.audienceAnswer = audienceAnswer
        self.exchangeAnswer = exchangeAnswer
        self.revocationAnswer = revocationAnswer
        self.refusal = refusal
      }
    }

    private let type: RegistryType
    private let endpoints: Endpoints
    private let audience: Audience
    private let played: SandboxRegistry?
    private let issuer: SandboxProvider?
    private let credentialText: String
    private let uploadsElsewhere: Bool
    /// How long a request may take to be ended.
    var patience = Duration.seconds(10)

    /// A suite for a registry with its default settings.
    ///
    /// - Parameters:
    ///   - type: The plug-in.
    ///   - audience: The audience that it expects.
    ///   - endpoints: The endpoints of the registry.
    ///   - played: The sandbox's side: the plug-in is held to what it answers, too.
    ///   - issuer: Whose identity tokens the sandbox's side is sent.
    ///   - credential: The credential of the endpoints' answer.
    ///   - uploadsElsewhere: Whether the registry takes uploads at another host than the one that is asked.
    public init(
      _ type: RegistryType, audience: Audience, endpoints: Endpoints, playedBy played: SandboxRegistry? = nil,
      withTokensOf issuer: SandboxProvider? = nil, credential: String = "sample-credential-0123456789",
      uploadsElsewhere: Bool = false
    ) {
      credentialText = credential
      self.uploadsElsewhere = uploadsElsewhere
      self.type = type
      self.audience = audience
      self.endpoints = endpoints
      self.played = played
      self.issuer = issuer
    }

    /// Runs all checks; each fault is an issue of the current test.
    public func run() async throws {
      try checkNames()
      try await checkExchange()
      try await checkRefusals()
      try await checkHostileAnswers()
      try await checkRevocation()
      try await checkListing()
      try await checkCancellation()
      ToolsConformance(tools: type.tools).run()
      try await checkPlayedRegistry()
    }

    /// A text is bound to one origin, and this one to the sandbox's.
    private static let rehearsed = "sample-credential-of-the-sandbox-9876543210"
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
      #expect(registry.name == "mine", "the registry does not go by its entry's name")
      #expect(
        (registry.uploadURL.origin == registry.home) != uploadsElsewhere,
        "uploads go to another host than the registry's own, or do not and were said to")
      #expect(
        registry.expectedAudience == nil || registry.expectedAudience == audience, "another audience is accepted")
      let sandbox = Origin.loopback(port: 4711)
      let rehearsed = try self.registry(
        ScriptedTransport { _ in .success(endpoints.audienceAnswer) }, rehearsal: sandbox)
      #expect(rehearsed.uploadURL.origin == sandbox, "a rehearsal goes to the real registry")
      #expect(rehearsed.home == registry.home, "the registry's own origin is another one in a rehearsal")
      #expect(registry.capabilities.tools == type.tools, "the registry and its type declare different publishing tools")
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
      let said = try await self.asked(registry)
      #expect(said == audience, "the audience is \(said.map(\.description) ?? "none")")
      // A registry whose audience never changes need not be asked.
      let asked = transport.requests.count
      #expect(asked <= 1, "asking for the audience is one request at most")
      let credential = try await registry.exchange(token(for: registry), for: .everything)
      #expect(credential.secret.reveal() == credentialText, "the credential is not the one that was given")
      #expect(
        credential.registry == "mine" && credential.uploadURL == registry.uploadURL,
        "the credential is for another registry or address")
      #expect(transport.requests.count == asked + 1, "an exchange is one request")
      for request in transport.requests {
        #expect(request.url.origin == registry.home, "another host is asked: \(request.url)")
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
      #expect(error.status == .registry, "a refusal ends with the status \(error.status.rawValue)")
      #expect(error.recovery == .none, "a refusal is tried again")
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
            #expect(
              (error.recovery != .none) == mayRetry, "\(step), \(hostile.name): the recovery is \(error.recovery)")
          }
          // An identity token that may have arrived is not sent again.
          if case .retry(let arrival, _) = error.recovery, let least = hostile.arrival {
            #expect(arrival == least, "\(step), \(hostile.name): the request is said to be \(arrival)")
          }
        }
      }
    }

    /// A credential as the engine hands it to a registry: it may be sent there alone.
    private func credential(for registry: any Registry, isRehearsal: Bool = false) -> BoundSecret {
      bindings.bind(
        Secret(isRehearsal ? Self.rehearsed : credentialText), to: registry.secretOrigin(isRehearsal: isRehearsal))
    }

    private func checkRevocation() async throws {
      for rehearsal in [nil, Origin.loopback(port: 4711)] {
        let transport = ScriptedTransport { _ in .success(endpoints.revocationAnswer) }
        let registry = try registry(transport, rehearsal: rehearsal)
        guard let revoke = registry.capabilities.revoke else { return }
        let secret = credential(for: registry, isRehearsal: rehearsal != nil)
        try await revoke(secret)
        #expect(transport.requests.count == 1, "a revocation is one request")
        for request in transport.requests {
          #expect(
            request.url.origin == registry.secretOrigin(isRehearsal: rehearsal != nil),
            "a credential is revoked at another host: \(request.url)")
          let contents = request.fields.map(\.value) + (request.body.map { [$0] } ?? [])
          #expect(
            contents.contains { $0.reveal().contains(secret.reveal()) }, "a revocation does not say what is revoked")
        }
      }
      for hostile in HostileAnswers.cases where !hostile.isSuccess {
        let registry = try registry(ScriptedTransport { _ in hostile.answer })
        guard let revoke = registry.capabilities.revoke else { return }
        let secret = credential(for: registry)
        let error = await error { () async throws(BrokerError) in try await revoke(secret) }
        guard let error else {
          Issue.record("revocation, \(hostile.name): a credential counts as burned that may not be")
          continue
        }
        check(error, name: "revocation, \(hostile.name)")
        SecretSearch([credentialText]).expectNone(in: error)
      }
    }

    /// Each request ends with the task that asked for it.
    private func checkCancellation() async throws {
      func expectCancelled<Value: Sendable>(
        _ step: String, _ answer: HTTPResponse,
        _ call: @escaping @Sendable (any Registry) async throws(BrokerError) -> Value
      ) async throws {
        let transport = HeldTransport { _ in .success(answer) }
        let registry = try registry(transport)
        let fault = await transport.cancelled(within: patience) { () async throws(BrokerError) in
          try await call(registry)
        }
        if let fault { Issue.record("the \(step): \(fault)") }
      }
      let sample = try registry(ScriptedTransport { _ in .success(endpoints.audienceAnswer) })
      if sample.audience.question != nil {
        try await expectCancelled("audience", endpoints.audienceAnswer) { (registry) async throws(BrokerError) in
          try await asked(registry)
        }
      }
      let token = try token(for: sample)
      try await expectCancelled("exchange", endpoints.exchangeAnswer) { (registry) async throws(BrokerError) in
        try await registry.exchange(token, for: .everything)
      }
      guard sample.capabilities.revoke != nil else { return }
      let secret = credential(for: sample)
      try await expectCancelled("revocation", endpoints.revocationAnswer) { (registry) async throws(BrokerError) in
        try await registry.capabilities.revoke?(secret)
      }
    }

    /// What the sandbox's side answers is what the plug-in understands, and the other way round.
    private func checkPlayedRegistry() async throws {
      guard let played, let issuer else { return }
      let expected = played.kind.rehearsal
      #expect(played.audience == audience.value, "the two sides do not agree on the audience")
      for hasPublishers in [true, false] {
        let side = try PlayedSide([issuer], [played], hasPublishers: hasPublishers)
        guard let origin = side.sandbox.origin(of: played.name) else { return }
        let registry = try registry(side.transport, rehearsal: origin)
        let said = try await asked(registry)
        #expect(said == audience, "the sandbox's side has another audience")
        #expect(
          side.transport.requests.count == (expected.isAskedForAudience ? 1 : 0),
          "the two sides do not agree whether the registry is asked for its audience")
        let text = side.sandbox.issueIdentityToken(for: issuer, audience: played.audience)
        let token = try IdentityToken(Secret(text), from: "The sandbox").bound(
          to: registry.secretOrigin(isRehearsal: true), in: bindings)
        guard hasPublishers else {
          if let code = expected.noPublisher {
            await expectRefusal(of: token, at: registry, code, "a job that no publisher matches")
          }
          continue
        }
        let credential = try await registry.exchange(token, for: .everything)
        #expect(
          expected.lifetime.contains(credential.secondsLeft(by: FakeTime().source())),
          "the sandbox's credential does not live as long as it should")
        await expectRefusal(of: token, at: registry, expected.reusedToken, "an identity token that was used already")
        checkNarrowing(of: credential.secret, at: registry)
        try await registry.capabilities.revoke?(bindings.bind(credential.secret, to: origin))
        for request in side.transport.requests {
          #expect(request.url.origin == origin, "a rehearsal asks another host: \(request.url)")
        }
      }
    }

    /// A credential that is narrowed is good for what was asked, and never for more than before.
    private func checkNarrowing(of credential: Secret, at registry: any Registry) {
      guard let narrow = registry.capabilities.narrow else { return }
      let name = narrow.projectName("sample")
      #expect(
        name != nil && name.flatMap(narrow.projectName) == name,
        "narrowing: a project's name as it is compared is not its own")
      #expect(
        narrow.tokens("a log with \(credential.reveal()) in it").map { $0.reveal() } == [credential.reveal()],
        "narrowing: a credential is not found in a text")
      let end = FakeTime().source().now().advanced(by: 60)
      let sample = CredentialBounds(projects: ["sample"], expires: end)
      for text in [credential.reveal(), "a-token-of-another-form"] {
        let secret = Secret(text)
        let given = narrow.reach(secret)
        do throws(NotNarrowed) {
          let once = try narrow.apply(secret, sample)
          let reach = narrow.reach(once)
          #expect(given != nil, "narrowing: a credential that cannot be read is narrowed")
          #expect(reach?.projects == .named(["sample"]), "narrowing: the projects are not those that were asked for")
          #expect(reach?.expires.map { $0 <= end } == true, "narrowing: the end is not what was asked for")
          let other = CredentialBounds(projects: ["another"], expires: end.advanced(by: 600))
          let twice = narrow.reach(try narrow.apply(once, other))
          #expect(
            twice?.projects == .named([]) && twice?.expires.map { $0 <= end } == true,
            "narrowing: a second time makes a credential good for more")
        } catch {
          #expect(given == nil, "narrowing: a credential that can be read is not narrowed: \(error.reason)")
        }
      }
      #expect(narrow.reach(credential) != nil, "narrowing: the registry's own credential cannot be read")
    }

    private func expectRefusal(
      of token: IdentityToken, at registry: any Registry, _ words: String, _ what: String
    ) async {
      let error = await error { () async throws(BrokerError) in
        _ = try await registry.exchange(token, for: .everything)
      }
      #expect(
        error?.status == .registry && error?.message.contains(words) == true,
        "\(what) is not refused with \(words)")
    }

    /// What is said about published files: in a rehearsal by the sandbox alone, and harmless whatever the answer is.
    private func checkListing() async throws {
      let sandbox = Origin.loopback(port: 4711)
      for hostile in HostileAnswers.cases {
        let transport = ScriptedTransport { _ in hostile.answer }
        guard let index = try registry(transport, rehearsal: sandbox).capabilities.releases else { return }
        let error = await error { () async throws(BrokerError) in
          if case .unavailable(let reason) = try await index.listing(of: "sample") {
            #expect(!reason.isEmpty, "listing, \(hostile.name): no reason")
          }
        }
        if let error { check(error, name: "listing, \(hostile.name)") }
        #expect(
          transport.requests.allSatisfy { $0.url.origin == sandbox && $0.body == nil },
          "a rehearsal asks the real registry what is published")
      }
    }

    private func check(_ error: BrokerError, name: String) {
      #expect(!error.message.isEmpty, "\(name): no message")
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
