import BrokerConformance
import BrokerCore
import GoogleProvider
import GoogleSandbox
import TestSupport
import Testing

struct GoogleTests {
  private static let cloudBuild = ["BUILDER_OUTPUT": "/builder/outputs"]
  private static let account = "release@octo-project.iam.gserviceaccount.com"
  private static let accessToken = "ya29.c.an-access-token-0123456789"

  /// A firmware that gives the machine a name; nil for one that cannot be read.
  private struct Firmware: FileReading {
    let name: String?

    func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
      guard path == "/sys/class/dmi/id/product_name", let name else { throw BrokerError(.fileUnreadable, "not there") }
      return Array("\(name)\n".utf8)
    }
  }

  private static func answer(_ status: Int, _ text: String, flavour: String? = "Google") -> HTTPResponse {
    HTTPResponse(status: status, fields: flavour.map { [("metadata-flavor", $0)] } ?? [], body: Array(text.utf8))
  }

  private static func token(_ audience: String) -> String {
    SampleToken.make(
      audience: audience, claims: [("jti", "null"), ("email", "\"\(account)\""), ("email_verified", "true")])
  }

  /// Google's own servers: the machine's, and IAM.
  private static func serve(_ request: HTTPRequest) -> Result<HTTPResponse, HTTPFailure> {
    switch (request.url.origin.host, request.url.path.split(separator: "/").last) {
    case ("iamcredentials.googleapis.com", _):
      let audience = (try? JSONReader().read(Array(request.body?.reveal().utf8 ?? "".utf8)))?.object?["audience"]?
        .string
      return .success(.json(#"{"token":"\#(token(audience ?? ""))"}"#))
    case (_, "identity"): return .success(answer(200, token("pypi") + "\n"))
    case (_, "token"):
      return .success(
        answer(200, #"{"access_token":"\#(accessToken)","expires_in":3599,"token_type":"Bearer"}"#))
    default: return .success(answer(200, "computeMetadata/\n"))
    }
  }

  private func detect(
    _ variables: [String: String], firmware: String? = nil, configuration: String = "{}", isFound: Bool = false,
    isRehearsal: Bool = false,
    _ transport: any HTTPTransport
  ) async throws(BrokerError) -> Detection {
    var catalog = PluginCatalog()
    try catalog.add(.google)
    let text = #"{"version":1,"providers":{"google":\#(configuration)},"registries":{},"routes":{}}"#
    let source = ConfigurationSource(name: "file.json", bytes: Array(text.utf8), isRepositoryControlled: isFound)
    let read = try ConfigurationReader(catalog: catalog).read(organisation: nil, repository: source)
    let services = PluginServices(
      transport: transport, time: FakeTime().source(), files: Firmware(name: firmware), isRehearsal: isRehearsal)
    return try await read.providers[0].make(services).detect(in: Environment(variables))
  }

  private func source(
    _ variables: [String: String], configuration: String = "{}", _ transport: any HTTPTransport
  ) async throws(BrokerError) -> any IdentityTokenSource {
    guard case .present(_, let source) = try await detect(variables, configuration: configuration, transport) else {
      throw BrokerError(.providerNotFound, "not recognised")
    }
    return source
  }

  @Test("Google Cloud does what every provider has to do, on both sides") func conforms() async throws {
    try await ProviderConformance(
      .google, environment: Self.cloudBuild, clueVariable: "BUILDER_OUTPUT", audience: "pypi", secrets: [],
      playedBy: .google
    ) { request, _ in Self.serve(request) }.run()
  }

  @Test("the same holds where another service account is impersonated") func conformsImpersonating() async throws {
    let transport = ScriptedTransport { Self.serve($0) }
    let source = try await source(Self.cloudBuild, configuration: #"{"impersonate":"\#(Self.account)"}"#, transport)
    for _ in 0..<2 { _ = try await source.identityToken(for: "pypi") }
    #expect(transport.requests.count == 4)
    for request in transport.requests {
      #expect(!request.url.description.contains(Self.accessToken))
      for field in request.fields {
        guard case .plain(let text) = field.value else { continue }
        #expect(!text.contains(Self.accessToken))
      }
    }
  }

  // MARK: Detection

  /// Variables, the firmware's name, whether it is recognised, how many requests that takes, words of the evidence.
  @Test(
    arguments: [
      (["BUILDER_OUTPUT": "/builder/outputs"], nil, true, 0, "as in Cloud Build"),
      (
        ["CLOUD_RUN_JOB": "release", "CLOUD_RUN_EXECUTION": "release-x1"], nil, true, 0, "CLOUD_RUN_JOB is \"release\""
      ),
      (["CLOUD_RUN_JOB": "release"], nil, false, 0, "BUILDER_OUTPUT is not set"),
      (["K_SERVICE": "a", "K_REVISION": "b"], nil, true, 1, "metadata server answered"),
      ([:], "Google Compute Engine", true, 1, "\"Google Compute Engine\""), ([:], "Google", true, 1, "\"Google\""),
      ([:], "Googleplex", false, 0, "BUILDER_OUTPUT is not set"),
      ([:], "Amazon EC2", false, 0, "BUILDER_OUTPUT is not set"),
      ([:], nil, false, 0, "BUILDER_OUTPUT is not set"),
      (["KUBERNETES_SERVICE_HOST": "10.0.0.1"], nil, true, 1, "a pod"),
      (["KUBERNETES_SERVICE_HOST": "10.0.0.1"], "VMware", false, 0, "BUILDER_OUTPUT is not set"),
      (["GOOGLE_SERVICE_ACCOUNT_NAME": account], nil, false, 0, "BUILDER_OUTPUT is not set"),
      (["GCE_METADATA_HOST": "metadata.google.internal"], nil, true, 1, "GCE_METADATA_HOST"),
      (["GCE_METADATA_ROOT": "169.254.169.254:80"], nil, true, 1, "GCE_METADATA_ROOT"),
      (["BUILDER_OUTPUT": "/builder/outputs", "NO_GCE_CHECK": "True"], "Google", false, 0, "NO_GCE_CHECK"),
    ] as [([String: String], String?, Bool, Int, String)])
  func recognises(
    _ variables: [String: String], _ firmware: String?, _ isThere: Bool, _ requests: Int, _ words: String
  ) async throws {
    let transport = ScriptedTransport { Self.serve($0) }
    switch try await detect(variables, firmware: firmware, transport) {
    case .present(let evidence, _): #expect(isThere && evidence.contains(words), "\(evidence)")
    case .absent(let reason): #expect(!isThere && reason.contains(words), "\(reason)")
    }
    #expect(transport.requests.count == requests)
    #expect(
      transport.requests.allSatisfy { $0.url.origin.linkLocalAddress == "169.254.169.254" && $0.limit == .seconds(2) })
  }

  @Test(
    arguments: [
      (.success(answer(200, "", flavour: nil)), "not Google's metadata server"),
      (.success(answer(302, "", flavour: nil)), "not Google's metadata server"),
      (.success(answer(200, "", flavour: "AWS")), "not Google's metadata server"),
      (.failure(HTTPFailure(.timedOut, arrival: .mayHaveArrived)), "no metadata server answers"),
      (.failure(HTTPFailure(.refused, arrival: .nothingSent)), "no metadata server answers"),
    ] as [(Result<HTTPResponse, HTTPFailure>, String)])
  func isNotDeceivedByAnAnswer(_ answer: Result<HTTPResponse, HTTPFailure>, _ words: String) async throws {
    let detection = try await detect([:], firmware: "Google", ScriptedTransport { _ in answer })
    guard case .absent(let reason) = detection else {
      Issue.record("recognised")
      return
    }
    #expect(reason.contains(words), "\(reason)")
  }

  @Test(
    "the metadata server is Google's, by its name or address, or a stand-in on loopback",
    arguments: [
      ("metadata.google.internal", "metadata.google.internal"),
      ("METADATA.google.internal:80", "metadata.google.internal"),
      ("169.254.169.254", "169.254.169.254"), ("127.0.0.1:8080", "127.0.0.1"), ("[::1]:8080", "[::1]"),
      ("localhost:80", nil), ("metadata.google.internal:8080", nil), ("169.254.169.253", nil), ("evil.example", nil),
      ("metadata.google.internal.evil.example", nil), ("127.0.0.1/x", nil), ("user@127.0.0.1", nil), ("127.1", nil),
      ("2852039166", nil), ("[fd00:ec2::254]", nil), ("metadata", nil), ("::add-mask::x", nil),
    ] as [(String, String?)])
  func readsTheAddress(_ text: String, _ host: String?) async throws {
    for name in ["GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP"] {
      let transport = ScriptedTransport { Self.serve($0) }
      let variables = Self.cloudBuild.merging([name: text]) { $1 }
      guard let host else {
        let error = await failure { () async throws(BrokerError) in _ = try await detect(variables, transport) }
        #expect(error?.code == .identityPermission && error?.message.contains(name) == true)
        #expect(error?.message.contains("::add-mask") == false)
        #expect(transport.requests.isEmpty)
        continue
      }
      let source = try await source(variables, transport)
      _ = try await source.identityToken(for: "pypi")
      // The address is for the ping alone.
      let expected = name == "GCE_METADATA_IP" ? "metadata.google.internal" : host
      #expect(transport.requests.map(\.url.origin.host) == [expected])
    }
  }

  @Test func asksNothingOfTheRealServerInARehearsal() async throws {
    let transport = ScriptedTransport { Self.serve($0) }
    for variables in [Self.cloudBuild, [:]] {
      guard case .absent = try await detect(variables, firmware: "Google", isRehearsal: true, transport) else {
        Issue.record("recognised")
        return
      }
    }
    #expect(transport.requests.isEmpty)
  }

  @Test func countsAsEvidenceOfTheJobWhereTheVariablesAre() async throws {
    func strength(_ variables: [String: String], _ firmware: String?) async throws -> Clue.Strength {
      let provider = try ProviderType.google.plugin.made(
        "google",
        PluginServices(
          transport: ScriptedTransport { Self.serve($0) }, time: FakeTime().source(), files: Firmware(name: firmware)))
      let findings = await ProviderSelection.findings(of: [provider], in: Environment(variables))
      return try ProviderSelection(choosing: findings).strength
    }
    #expect(try await strength(Self.cloudBuild, nil) == .job)
    #expect(try await strength([:], "Google") == .machine)
  }

  // MARK: Identity tokens

  @Test func asksForTheFullFormAndTrims() async throws {
    let transport = ScriptedTransport { Self.serve($0) }
    let source = try await source(Self.cloudBuild, transport)
    let token = try await source.identityToken(for: "pypi")
    #expect(!token.hasIdentifier && token.secret.reveal() == Self.token("pypi"))
    let request = try #require(transport.requests.first)
    #expect(
      request.url.description
        == "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity?audience=pypi&format=full"
    )
    #expect(request.url.origin.linkLocalAddress == "169.254.169.254")
    #expect(request.fields.map { "\($0.name): \($0.value.reveal())" } == ["Metadata-Flavor: Google"])
    let job = source.job(from: token.claims)
    #expect(job.fields[.serviceAccount] == Self.account && job.family == .google)
  }

  @Test(
    "an account is impersonated by the configuration before the variable",
    arguments: [
      (
        #"{"impersonate":"Other@octo-project.iam.gserviceaccount.com"}"#, [:],
        "other@octo-project.iam.gserviceaccount.com"
      ),
      ("{}", ["GOOGLE_SERVICE_ACCOUNT_NAME": account], account),
      (
        #"{"impersonate":"other@octo-project.iam.gserviceaccount.com"}"#, ["GOOGLE_SERVICE_ACCOUNT_NAME": account],
        "other@octo-project.iam.gserviceaccount.com"
      ),
    ] as [(String, [String: String], String)])
  func impersonates(_ configuration: String, _ variables: [String: String], _ address: String) async throws {
    let transport = ScriptedTransport { Self.serve($0) }
    let source = try await source(Self.cloudBuild.merging(variables) { $1 }, configuration: configuration, transport)
    _ = try await source.identityToken(for: "test pypi")
    #expect(
      transport.requests.map(\.url.description) == [
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
          + "?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform",
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(address):generateIdToken",
      ])
    let request = try #require(transport.requests.last)
    #expect(request.body?.reveal() == #"{"audience":"test pypi","includeEmail":true}"#)
    #expect(request.fields.first?.value.reveal() == "Bearer \(Self.accessToken)")
    guard case .bound(let secret)? = request.fields.first?.value else {
      Issue.record("the access token is not bound")
      return
    }
    #expect(secret.origin == .https(host: "iamcredentials.googleapis.com"))
  }

  @Test(arguments: [
    "release", "release@evil.example", "release@gserviceaccount.com.evil.example", "a@b@c.gserviceaccount.com", "",
    "../x@y.gserviceaccount.com", "a%2Fb@y.gserviceaccount.com", "x y@z.gserviceaccount.com", "@x.gserviceaccount.com",
    "ä@x.gserviceaccount.com",
  ])
  func refusesWhatIsNoAccount(_ text: String) async {
    let transport = ScriptedTransport { Self.serve($0) }
    let variable = await failure { () async throws(BrokerError) in
      _ = try await source(
        Self.cloudBuild.merging(["GOOGLE_SERVICE_ACCOUNT_NAME": text]) { $1 }, transport)
    }
    #expect(text.isEmpty ? variable == nil : variable?.code == .identityPermission)
    let setting = await failure { () async throws(BrokerError) in
      _ = try await source(Self.cloudBuild, configuration: #"{"impersonate":\#(JSONText.quoted(text))}"#, transport)
    }
    #expect(setting?.code == .configurationInvalid)
    #expect(transport.requests.isEmpty)
  }

  @Test("a file that was found does not say whom to act for") func takesNoAccountFromAFileThatWasFound() async {
    let transport = ScriptedTransport { Self.serve($0) }
    let error = await failure { () async throws(BrokerError) in
      _ = try await detect(
        Self.cloudBuild, configuration: #"{"impersonate":"\#(Self.account)"}"#, isFound: true, transport)
    }
    #expect(error?.code == .declarationRefused && transport.requests.isEmpty)
  }

  // MARK: Refusals

  private static func iam(_ status: Int, _ reason: String) -> HTTPResponse {
    .json(
      #"{"error":{"code":\#(status),"message":"said ::add-mask::x","details":[{"reason":"\#(reason)"}]}}"#,
      status: status)
  }

  /// What answers, whether it is IAM, and the first cause.
  @Test(
    arguments: [
      (answer(404, "Not found"), false, "google-role-missing"), (answer(403, "no"), false, "google-account-refused"),
      (answer(200, token("pypi"), flavour: nil), false, "metadata-foreign"),
      (HTTPResponse(status: 302, fields: [("Location", "http://evil.example/")]), false, "metadata-foreign"),
      (iam(403, "IAM_PERMISSION_DENIED"), true, "google-impersonation-denied"),
      (iam(403, "SERVICE_DISABLED"), true, "google-api-disabled"),
      (iam(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), true, "google-scope-missing"),
      (iam(404, ""), true, "google-account-unknown"), (HTTPResponse(status: 403), true, "google-impersonation-denied"),
    ] as [(HTTPResponse, Bool, String)])
  func explainsRefusals(_ answer: HTTPResponse, _ isIAM: Bool, _ code: String) async throws {
    let transport = ScriptedTransport { request in
      let isMeant = (request.url.origin.host == "iamcredentials.googleapis.com") == isIAM
      return isMeant ? .success(answer) : Self.serve(request)
    }
    let source = try await source(
      Self.cloudBuild, configuration: isIAM ? #"{"impersonate":"\#(Self.account)"}"# : "{}", transport)
    let error = await failure { () async throws(BrokerError) in _ = try await source.identityToken(for: "pypi") }
    #expect(error?.causes.first?.code.text == code, "\(error?.description ?? "")")
    #expect(error?.status == .identity && error?.recovery == Recovery.none)
    #expect(error?.description.contains("::add-mask") == false)
    if let error { SecretSearch([Self.accessToken]).expectNone(in: error) }
  }

  @Test("no hostile answer of either server is taken for a token, or shows the access token")
  func survivesHostileAnswers()
    async throws
  {
    let bodies = [
      "", "[]", "{", #"{"token":5}"#, #"{"access_token":""}"#, #"{"access_token":"a b"}"#, #"{"access_token":"a\nb"}"#,
      String(repeating: "[", count: 5000), #"{"token":"\#(Self.accessToken)"}"#,
      #"{"\#(Self.accessToken)":1,"\#(Self.accessToken)":2}"#, #"{"error":{"message":"\#(Self.accessToken)"}}"#,
    ]
    for body in bodies {
      for status in [200, 400, 401, 403, 404] {
        for item in ["token", "generateIdToken"] {
          let transport = ScriptedTransport { request in
            request.url.path.hasSuffix(item) ? .success(Self.answer(status, body)) : Self.serve(request)
          }
          let source = try await source(
            Self.cloudBuild, configuration: #"{"impersonate":"\#(Self.account)"}"#, transport)
          let error = await failure { () async throws(BrokerError) in _ = try await source.identityToken(for: "pypi") }
          #expect(error?.status == .identity, "\(status) \(body.prefix(80)): \(error?.description ?? "no error")")
          if let error { SecretSearch([Self.accessToken]).expectNone(in: error) }
        }
      }
    }
  }

  @Test func saysThatNothingAnswers() async throws {
    let transport = ScriptedTransport { _ in .failure(HTTPFailure(.timedOut, arrival: .nothingSent)) }
    let source = try await source(Self.cloudBuild, transport)
    let error = await failure { () async throws(BrokerError) in _ = try await source.identityToken(for: "pypi") }
    #expect(error?.code == .timedOut && error?.causes.map(\.code.text) == ["metadata-unreachable"])
  }

  // MARK: Logs

  @Test(
    arguments: [
      ("GCP: OIDC token request failed (code=404, body='Not found')", "google-role-missing"),
      ("GCP: OIDC token request failed (code=403, body='{}')", "google-impersonation-denied"),
      ("GCP: access token request failed (code=404, body='')", "google-account-missing"),
      ("GCP: OIDC token request timed out", "metadata-unreachable"), ("GCP: successfully requested OIDC token", nil),
    ] as [(String, String?)])
  func recognisesLogs(_ log: String, _ code: String?) throws {
    let provider = try ProviderType.google.plugin.made(
      "google", PluginServices(transport: ScriptedTransport { Self.serve($0) }, time: FakeTime().source()))
    #expect(provider.capabilities.recognise(log).first?.code.text == code)
  }

  @Test func readsPrintedClaims() throws {
    let provider = try ProviderType.google.plugin.made(
      "google", PluginServices(transport: ScriptedTransport { Self.serve($0) }, time: FakeTime().source()))
    let log = #"The claims: {"email": "\#(Self.account)", "sub": "104", "iss": "https://accounts.google.com"}"#
    let job = LogReading(Array(log.utf8)).claims.lazy.compactMap(provider.capabilities.job).first
    #expect(job?.fields[.serviceAccount] == Self.account && job?.fields[.serviceAccountID] == "104")
    let other = LogReading(Array(#"claims: {"repository": "a/b", "email": "a@b.example"}"#.utf8)).claims
    #expect(other.allSatisfy { provider.capabilities.job($0) == nil })
  }
}
