import BrokerConformance
import BrokerCore
import ExchangeRegistry
import TestSupport
import Testing

/// The recipes for registries, against stand-ins that answer as these do.
struct ExchangeRecipeTests {
  /// A recipe, what its registry takes, and what it answers.
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let audience: Audience
    let url: String
    /// The fields and the body of an exchange; `{jwt}` is the identity token.
    let fields: [String: String]
    let body: String?
    /// The answer with a credential, and the credential's end.
    let answer: HTTPResponse
    let credential: String
    let seconds: Int64
    /// Refusals, and what is said of each.
    let refusals: [(answer: HTTPResponse, words: String)]
    var variables: [String] = []
  }

  private static let gemKey = "rubygems_" + String(repeating: "0123456789abcdef", count: 3)
  private static let date = "Wed, 18 Nov 2026 11:06:40 GMT"
  private static let jwt = SampleToken.make(audience: "x", identifier: "credential", claims: [("exp", "1795003600")])

  private static func json(_ text: String, status: Int = 200) -> HTTPResponse {
    .json(text, status: status, fields: [("Date", date)])
  }

  static let rows = [
    Row(
      testDescription: "rubygems", audience: "rubygems.org",
      url: "https://rubygems.org/api/v1/oidc/trusted_publisher/exchange_token",
      fields: ["accept": "application/json", "content-type": "application/json"], body: #"{"jwt":"{jwt}"}"#,
      answer: json(
        #"{"rubygems_api_key":"\#(gemKey)","name":"GitHub Actions o/r @ .github/workflows/f.yml","scopes":["push_rubygem"],"expires_at":"2026-11-18T11:21:40.000Z"}"#,
        status: 201), credential: gemKey, seconds: 900,
      refusals: [
        (.json(#"{"error":"Not Found"}"#, status: 404), "\"Not Found\""),
        (.json(#"{"error":"Missing/invalid nbf"}"#, status: 400), "\"Missing/invalid nbf\""),
        (
          HTTPResponse(
            status: 404, fields: [("Content-Type", "text/html")], body: Array("<html><title>Gone</title>".utf8)), "404"
        ),
      ], variables: ["GEM_HOST_API_KEY"]),
    Row(
      testDescription: "nuget", audience: "https://www.nuget.org", url: "https://www.nuget.org/api/v2/token",
      fields: ["authorization": "Bearer {jwt}", "content-type": "application/json"],
      body: #"{"username":"octo-person","tokenType":"ApiKey"}"#,
      answer: json(
        #"{"tokenType":"ApiKey","expires":"2026-11-18T12:06:40.1234567Z","apiKey":"oy2abcdefghijklmnopqrstuvwxyz0123"}"#
      ),
      credential: "oy2abcdefghijklmnopqrstuvwxyz0123", seconds: 3600,
      refusals: [
        (
          .json(#"{"error":"No matching trust policy owned by user 'octo-person' was found."}"#, status: 401),
          "No matching trust policy owned by user 'octo-person' was found."
        ), (.json(#"{"error":"A User-Agent header is required."}"#, status: 400), "A User-Agent header is required."),
      ], variables: ["NUGET_API_KEY"]),
    Row(
      testDescription: "npm", audience: "npm:registry.npmjs.org",
      url: "https://registry.npmjs.org/-/npm/v1/oidc/token/exchange/package/%40octo-org%2Fsample",
      fields: ["authorization": "Bearer {jwt}", "accept": "application/json"], body: nil,
      answer: json(
        #"{"token_type":"oidc","token":"npm_0123456789abcdefghij","created":"2026-11-18T11:06:40.000Z","expires":"2026-11-18T12:06:40.000Z"}"#,
        status: 201), credential: "npm_0123456789abcdefghij", seconds: 3600,
      refusals: [
        (
          .json(#"{"message":"OIDC token exchange error - package not found"}"#, status: 404),
          "\"OIDC token exchange error - package not found\""
        ),
        (.json(#"{"message":"OIDC token exchange error - unauthorized"}"#, status: 401), "unauthorized"),
      ]),
    Row(
      testDescription: "prefix", audience: "prefix.dev", url: "https://prefix.dev/api/oidc/mint_token",
      fields: ["content-type": "application/json"], body: #"{"token":"{jwt}"}"#,
      answer: HTTPResponse(
        status: 200, fields: [("Date", date), ("Content-Type", "text/plain")],
        body: Array("pfx-jwt.0123456789abcdef".utf8)),
      credential: "pfx-jwt.0123456789abcdef", seconds: 300,
      refusals: [
        (
          HTTPResponse(status: 403, fields: [("Content-Type", "text/plain")], body: Array("no publisher".utf8)),
          "no publisher"
        )
      ],
      variables: ["PREFIX_API_KEY"]),
    Row(
      testDescription: "cloudsmith", audience: "cloudsmith", url: "https://api.cloudsmith.io/openid/octo-org/",
      fields: ["content-type": "application/json"], body: #"{"oidc_token":"{jwt}","service_slug":"octo-publisher"}"#,
      answer: json(#"{"token":"\#(jwt)"}"#, status: 201), credential: jwt, seconds: 3600,
      refusals: [(.json(#"{"detail":"Invalid token"}"#, status: 401), "\"Invalid token\"")],
      variables: ["CLOUDSMITH_API_KEY"]),
  ]

  private static func entry(_ name: String, _ change: (String) -> String = { $0 }) throws -> ConfiguredRegistry {
    var catalog = PluginCatalog()
    try catalog.add(.exchange)
    return try #require(try Recipe.configuration(name, in: catalog, change).registries.first)
  }

  private func mint(
    _ row: Row, _ transport: ScriptedTransport, _ source: FakeSource = FakeSource(),
    _ change: (String) -> String = { $0 }
  ) async throws -> Result<[Credential], BrokerError> {
    let time = FakeTime(now: UnixTime(1_795_000_000))
    let target = try Self.entry(row.testDescription, change).target(
      PluginServices(transport: transport, time: time.source()))
    return await Engine(time: time.source()).mint([target], from: source).credentials
  }

  @Test(arguments: rows) func exchanges(_ row: Row) async throws {
    let transport = ScriptedTransport { _ in .success(row.answer) }
    let credential = try #require(try await mint(row, transport).get().first)
    #expect(credential.secret.reveal() == row.credential)
    #expect(credential.expires.seconds(since: UnixTime(1_795_000_000)) == row.seconds, "\(credential.expires)")
    #expect(transport.requests.count == 1)
    let request = try #require(transport.requests.first)
    #expect(request.url.description == row.url && request.method == .post)
    // The identity token is bound: nothing of it stands in plain text.
    let sent = (request.fields.map(\.value) + (request.body.map { [$0] } ?? [])).compactMap { content -> String? in
      if case .bound(let secret) = content { secret.reveal() } else { nil }
    }
    let token = try #require(sent.joined().firstMatch(of: /eyJ[\w-]+\.[\w-]+\.[\w-]+/).map { String($0.output) })
    #expect(sent.count == 1)
    for (name, value) in row.fields {
      let found = request.fields.first { $0.name.lowercased() == name }?.value.reveal()
      #expect(found == value.replacing("{jwt}", with: token), "\(name)")
    }
    #expect(request.body?.reveal() == row.body?.replacing("{jwt}", with: token))
    let registry = try Self.entry(row.testDescription).plugin.make(
      PluginServices(transport: transport, time: FakeTime().source()))
    #expect(registry.expectedAudience == row.audience)
    #expect(registry.capabilities.variables.map(\.name) == row.variables)
  }

  @Test(arguments: rows) func saysWhyItWasRefused(_ row: Row) async throws {
    for refusal in row.refusals {
      let transport = ScriptedTransport { _ in .success(refusal.answer) }
      let result = try await mint(row, transport)
      guard case .failure(let error) = result else {
        Issue.record("\(row): minted")
        continue
      }
      #expect(error.code == .exchangeRefused, "\(error)")
      #expect(error.message.contains(refusal.words), "\(error)")
      #expect(transport.requests.count == 1)
    }
  }

  /// What stands where the credential should: nothing, another text, what was sent, and answers that are none.
  @Test(arguments: rows) func takesNothingElseForACredential(_ row: Row) async throws {
    let whole = String(decoding: row.answer.body, as: UTF8.self)
    func answer(_ text: String, status: Int? = nil) -> @Sendable (HTTPRequest) -> HTTPResponse {
      { _ in HTTPResponse(status: status ?? row.answer.status, fields: row.answer.fields, body: Array(text.utf8)) }
    }
    let answers: [@Sendable (HTTPRequest) -> HTTPResponse] = [
      answer(""), answer("{}"), answer("[]"), answer("short"), answer(whole.replacing(row.credential, with: "")),
      answer(whole.replacing(row.credential, with: "with a blank 0123456789")),
      answer(whole.replacing(row.credential, with: "::add-mask::0123456789abcdef")),
      answer(whole.replacing(row.credential, with: String(repeating: "a", count: 5000))), answer(whole, status: 202),
      // The identity token itself, as it is and with something around it.
      { request in
        let sent = request.fields.map { $0.value.reveal() } + [request.body?.reveal() ?? ""]
        let token =
          sent.joined(separator: " ").firstMatch(of: /eyJ[\w-]+\.[\w-]+\.[\w-]+/).map { String($0.output) } ?? ""
        return HTTPResponse(
          status: row.answer.status, fields: row.answer.fields,
          body: Array(whole.replacing(row.credential, with: token).utf8))
      },
    ]
    for (number, respond) in answers.enumerated() {
      let transport = ScriptedTransport { .success(respond($0)) }
      let result = try await mint(row, transport)
      guard case .failure(let error) = result else {
        Issue.record("\(row.testDescription): answer \(number) was taken for a credential")
        continue
      }
      #expect(error.code == .registryAnswerInvalid, "\(row.testDescription), answer \(number): \(error)")
      #expect(!"\(error)".contains("eyJ"), "\(error)")
    }
  }

  @Test("a refusal that echoes the identity token does not show it", arguments: rows) func echoes(_ row: Row)
    async throws
  {
    let transport = ScriptedTransport { request in
      let text = (request.fields.map { $0.value.reveal() } + [request.body?.reveal() ?? ""]).joined(separator: " ")
      return .success(
        .json(
          "{\"error\":\(JSONText.quoted(text)),\"message\":\(JSONText.quoted(text)),\"detail\":\(JSONText.quoted(text))}",
          status: 400))
    }
    guard case .failure(let error) = try await mint(row, transport) else {
      Issue.record("minted")
      return
    }
    let shown = "\(error) \(error.refusal?.text ?? "")"
    #expect(!shown.contains("eyJhbGci"), "\(error)")
  }

  /// The whole suite, and for a recipe that revokes nothing the same with a revocation that is described.
  @Test(arguments: rows, [false, true]) func doesWhatEveryRegistryHasToDo(_ row: Row, _ revokes: Bool) async throws {
    let entry = try Self.entry(row.testDescription) { text in
      // The suite asks for a credential of no project, and calls the entry by a name of its own.
      let named = text.replacing("\"\(row.testDescription)\": {", with: "\"mine\": {")
      return revokes
        ? named.replacing(
          "\"answer\"",
          with: #""revoke":{"path":"/r","method":"DELETE","headers":{"Authorization":"Bearer {credential}"}},"answer""#)
        : named
    }
    // Nothing names a variable for an entry of the suite's: what a command gets is tried elsewhere.
    let type = RegistryType(PluginType("recipe", summary: "a recipe") { _, services in entry.plugin.make(services) })
    let registry = entry.plugin.make(
      PluginServices(transport: ScriptedTransport { _ in .success(row.answer) }, time: FakeTime().source()))
    let refusal = row.refusals[0].answer
    try await RegistryConformance(
      type, audience: row.audience,
      endpoints: RegistryConformance.Endpoints(
        audience: { _ in false }, audienceAnswer: HTTPResponse(status: 404), exchangeAnswer: row.answer,
        refusal: { text in
          .json(
            #"{"error":\#(JSONText.quoted(text)),"message":\#(JSONText.quoted(text)),"detail":\#(JSONText.quoted(text))}"#,
            status: refusal.status)
        }), credential: row.credential, uploadsElsewhere: registry.uploadURL.origin != registry.home
    ).run()
  }

  // MARK: Audience rules

  /// The audience of somebody else is refused for every host but its own, wherever it comes from.
  @Test(arguments: rows) func asksForNobodyElsesAudience(_ row: Row) throws {
    for audience in ["pypi", "sigstore", "sts.amazonaws.com", "npm:registry.npmjs.com", "https://github.com/octo-org"] {
      let error = #expect(throws: BrokerError.self) {
        try Self.entry(row.testDescription) { text in
          text.replacing(/"audience": "[^"]*"/) { _ in "\"audience\": \"\(audience)\"" }
        }
      }
      #expect(error?.code == .audienceRefused, "\(String(describing: error))")
    }
  }

  /// What a registry answers about its audience, and whether it is accepted where none is pinned.
  @Test(arguments: [
    ("registry.example.com", true), ("https://registry.example.com", true), ("x:registry.example.com", true),
    ("pypi", false), ("evil.example", false), ("sigstore", false),
  ])
  func judgesAnAudienceThatItAsksFor(_ audience: String, _ isAccepted: Bool) async throws {
    let row = try #require(Self.rows.first)
    let transport = ScriptedTransport { request in
      .success(request.url.path == "/oidc/audience" ? .json(#"{"for":["\#(audience)"]}"#) : row.answer)
    }
    let result = try await mint(row, transport) { text in
      text.replacing("https://rubygems.org/", with: "https://registry.example.com/")
        .replacing(
          #""audience": "rubygems.org""#, with: #""ask-audience": {"path": "/oidc/audience", "audience": "/for/0"}"#)
    }
    switch result {
    case .success: #expect(isAccepted)
    case .failure(let error): #expect(!isAccepted && error.code == .audienceRefused, "\(error)")
    }
    #expect(transport.requests.count == (isAccepted ? 2 : 1))
    #expect(transport.requests.allSatisfy { $0.url.origin.host == "registry.example.com" })
  }

  @Test("a list of the one audience is sent where the entry says that the registry takes it, and no other list")
  func takesAListWhereItIsTold() async throws {
    let row = try #require(Self.rows.last)
    for (list, mark, isSent) in [
      (#"["cloudsmith"]"#, true, true), (#"["cloudsmith"]"#, false, false), (#"["cloudsmith","pypi"]"#, true, false),
      (#"["pypi"]"#, true, false), ("[]", true, false),
    ] {
      let transport = ScriptedTransport { _ in .success(row.answer) }
      let result = try await mint(row, transport, FakeSource(claims: [("aud", list)])) { text in
        mark ? text.replacing("\"organisation\"", with: "\"audience-list\": true, \"organisation\"") : text
      }
      #expect(((try? result.get()) != nil) == isSent, "\(list)")
      #expect(transport.requests.isEmpty == !isSent)
    }
  }

  // MARK: Revocation

  @Test func revokes() async throws {
    let text =
      #"{"version":1,"registries":{"mine":{"type":"exchange","upload-url":"https://up.example.com/","audience":"{host}","exchange":{"url":"https://id.example.com/t","form":{"subject_token":"{identity-token}","grant_type":"x y"}},"answer":{"credential":"access_token","username":"/username","expires":"expires_in","expires-form":"seconds"},"revoke":{"path":"/t","method":"DELETE","headers":{"Authorization":"Bearer {credential}"},"status":["204"]}}}}"#
    var catalog = PluginCatalog()
    try catalog.add(.exchange)
    let transport = ScriptedTransport { request in
      .success(
        request.method == .delete
          ? HTTPResponse(status: 204)
          : .json(#"{"access_token":"0123456789abcdef0123","username":"octo-bot","expires_in":600}"#))
    }
    let time = FakeTime()
    let registry = try #require(try Recipe.read(text, in: catalog).registries.first)
    let target = registry.target(PluginServices(transport: transport, time: time.source()))
    let engine = Engine(time: time.source())
    let credential = try #require(try await engine.mint([target], from: FakeSource()).credentials.get().first)
    #expect(credential.username == "octo-bot" && credential.uploadURL.origin.host == "up.example.com")
    _ = await engine.burn([credential], at: [target], within: .seconds(1))
    #expect(
      transport.requests.map { "\($0.method) \($0.url)" } == [
        "POST https://id.example.com/t", "DELETE https://id.example.com/t",
      ])
    #expect(transport.requests[0].body?.reveal().hasPrefix("subject_token=eyJ") == true)
    #expect(transport.requests[0].body?.reveal().hasSuffix("&grant_type=x%20y") == true)
    #expect(transport.requests[1].fields.contains { $0.value.reveal() == "Bearer 0123456789abcdef0123" })
    #expect(
      transport.requests.allSatisfy { request in
        request.fields.map(\.value).allSatisfy {
          if case .bound(let secret) = $0 { secret.origin == request.url.origin } else { true }
        }
      })
  }
}
