import BrokerConformance
import BrokerCore
import Synchronization
import TestSupport
import Testing
import TokenProvider

/// The recipes for CI systems, against stand-ins that answer as these do.
struct TokenRecipeTests {
  /// A recipe, a job's variables, and what its runner answers.
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let clue: String
    var audience: Audience = "registry.example.com"
    let environment: [String: String]
    var secrets: [String] = []
    /// Whether a request is as the CI system takes it.
    var isRight: @Sendable (HTTPRequest) -> Bool = { _ in true }
    /// The answer with a token in it.
    var answer: @Sendable (String) -> String = { $0 }
    var claims: [(name: String, json: String)] = []
    var identity: @Sendable (JobIdentity) -> [String?] = { _ in [] }
    var expected: [String?] = []
  }

  private static let requestToken = "request-token-0123456789abcdef"

  private static func field(_ name: String, _ request: HTTPRequest) -> String? {
    request.fields.first { $0.name.lowercased() == name }?.value.reveal()
  }

  static let rows = [
    Row(
      testDescription: "buildkite", clue: "BUILDKITE",
      environment: [
        "BUILDKITE": "true", "BUILDKITE_AGENT_ENDPOINT": "https://agent-edge.buildkite.com/v3",
        "BUILDKITE_JOB_ID": "0190-46b2",
        "BUILDKITE_AGENT_ACCESS_TOKEN": requestToken,
      ], secrets: [requestToken],
      isRight: { request in
        request.method == .post && field("authorization", request) == "Token \(requestToken)"
          && request.url.description == "https://agent-edge.buildkite.com/v3/jobs/0190-46b2/oidc/tokens"
          && field("content-type", request) == "application/json"
          && request.body?.reveal()
            == #"{"audience":"registry.example.com","lifetime":300,"claims":["organization_id","pipeline_id"]}"#
      }, answer: { #"{"token":"\#($0)"}"# },
      claims: [
        ("organization_slug", "\"octo-org\""), ("organization_id", "\"0184990a\""), ("pipeline_slug", "\"release\""),
        ("build_number", "7"), ("build_source", "\"webhook\""), ("runner_environment", "\"buildkite-hosted\""),
      ], identity: { [$0.owner, $0.ownerID, $0.repository, $0.event, $0.runner, $0.ref] },
      expected: ["octo-org", "0184990a", "release", "webhook", "buildkite-hosted", nil]),
    forgejo("forgejo", host: "git.example.org"), forgejo("codeberg", host: "codeberg.org"),
    Row(
      testDescription: "azure-pipelines", clue: "TF_BUILD", audience: "api://AzureADTokenExchange",
      environment: [
        "TF_BUILD": "True", "SYSTEM_ACCESSTOKEN": requestToken,
        "SYSTEM_OIDCREQUESTURI":
          "https://dev.azure.com/octo/4d/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken",
      ], secrets: [requestToken],
      isRight: { request in
        request.method == .post && request.body == nil && request.url.query == "api-version=7.1"
          && field("authorization", request) == "Bearer \(requestToken)"
          && field("x-tfs-fedauthredirect", request) == "Suppress"
          && field("content-type", request) == "application/json"
      }, answer: { #"{"oidcToken":"\#($0)"}"# },
      claims: [("org_id", "\"o-1\""), ("rpo_ref", "\"refs/tags/v1\""), ("sub", "\"p://octo/sample/release\"")],
      identity: { [$0.ownerID, $0.ref] }, expected: ["o-1", "refs/tags/v1"]),
    Row(
      testDescription: "jenkins", clue: "JENKINS_URL",
      environment: [
        "JENKINS_URL": "https://jenkins.example.com/",
        "REGISTRY_ID_TOKEN": SampleToken.make(
          audience: "registry.example.com", claims: [("sub", "\"https://jenkins.example.com/job/release/\"")]),
      ], identity: { [$0.jobWorkflow] }, expected: ["https://jenkins.example.com/job/release/"]),
  ]

  private static func forgejo(_ name: String, host: String) -> Row {
    Row(
      testDescription: name, clue: "FORGEJO_ACTIONS",
      environment: [
        "FORGEJO_ACTIONS": "true", "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": requestToken,
        "ACTIONS_ID_TOKEN_REQUEST_URL":
          "https://\(host)/api/actions/_apis/pipelines/workflows/12/idtoken?placeholder=true",
      ], secrets: [requestToken],
      isRight: { request in
        request.method == .get && field("authorization", request) == "bearer \(requestToken)"
          && request.url.description
            == "https://\(host)/api/actions/_apis/pipelines/workflows/12/idtoken?placeholder=true&audience=registry.example.com"
      }, answer: { #"{"value":"\#($0)"}"# },
      claims: [
        ("repository", "\"octo/sample\""), ("repository_owner", "\"octo\""), ("ref", "\"refs/tags/v1\""),
        ("ref_protected", "\"true\""), ("event_name", "\"push\""),
        ("workflow_ref", "\"octo/sample/.forgejo/workflows/release.yml@refs/tags/v1\""),
      ], identity: { [$0.owner, $0.repository, $0.ref, $0.event, $0.refProtected.map { "\($0)" }, $0.family.name] },
      expected: ["octo", "sample", "refs/tags/v1", "push", "true", name == "codeberg" ? "Codeberg" : "Forgejo"])
  }

  /// A recipe's provider; for a suite that tries other values of the clue, that one has a value of its own.
  private static func provider(
    _ recipe: String, named name: String, clue: String? = nil
  ) throws -> ConfiguredPlugin<any IdentityProvider> {
    var catalog = PluginCatalog()
    try catalog.add(.token)
    let configuration = try Recipe.configuration(recipe, in: catalog) { text in
      let named = text.replacing("\"\(recipe)\": {", with: "\"\(name)\": {")
      guard let clue, let start = named.firstRange(of: "\"\(clue)\": ") else { return named }
      let rest = named[start.upperBound...].drop { $0 != " " }
      return "\(named[..<start.upperBound])\"of-the-test\"\(rest)"
    }
    return try #require(configuration.providers.first)
  }

  @Test(arguments: rows) func doesWhatEveryProviderHasToDo(_ row: Row) async throws {
    let environment = row.environment.merging([row.clue: "of-the-test"]) { $1 }
    let provider = try Self.provider(row.testDescription, named: "mine", clue: row.clue)
    let family = try await source(row).job(from: Claims(JSONObject())).family
    let type = ProviderType(
      PluginType(row.testDescription, summary: "a recipe") { _, services in provider.make(services) },
      jobs: JobKind(family))
    try await ProviderConformance(
      type, environment: environment, clueVariable: row.clue, audience: row.audience, secrets: row.secrets
    ) { request, identifier in
      guard row.isRight(request) else { return .success(.json(#"{"message":"not as it has to be"}"#, status: 400)) }
      return .success(
        .json(row.answer(SampleToken.make(audience: row.audience.value, identifier: identifier, claims: row.claims))))
    }.run()
  }

  private func source(
    _ row: Row, _ environment: [String: String] = [:], services: PluginServices? = nil
  ) async throws -> any IdentityTokenSource {
    let provider = try Self.provider(row.testDescription, named: row.testDescription)
    let none = PluginServices(
      transport: ScriptedTransport { _ in .failure(HTTPFailure(.refused, arrival: .nothingSent)) },
      time: FakeTime().source())
    let variables = row.environment.merging(environment) { $1 }
    guard case .present(_, let source) = try await provider.make(services ?? none).detect(in: Environment(variables))
    else {
      throw BrokerError(.providerNotFound, "not recognised")
    }
    return source
  }

  @Test(arguments: rows) func knowsTheJobByItsClaims(_ row: Row) async throws {
    let token = try IdentityToken(
      Secret(
        SampleToken.make(
          audience: row.audience.value,
          claims: row.claims
            + (row.testDescription == "jenkins" ? [("sub", "\"https://jenkins.example.com/job/release/\"")] : []))),
      from: "The test")
    #expect(row.identity(try await source(row).job(from: token.claims)) == row.expected)
  }

  /// What each answers when it refuses (Forgejo's and Azure's texts, Buildkite's status), and a page of somebody else.
  @Test(arguments: [
    ("forgejo", HTTPResponse(status: 403, body: Array("missing scp generate_id_token".utf8)), "missing scp"),
    ("codeberg", HTTPResponse(status: 401, body: Array("Bad authorization header".utf8)), "Bad authorization header"),
    ("buildkite", .json(#"{"message":"Job is not running"}"#, status: 422), "Job is not running"),
    ("azure-pipelines", .json(#"{"message":"TF400813: not authorized \#(requestToken)"}"#, status: 401), "TF400813"),
  ])
  func saysWhatWasRefused(_ name: String, _ answer: HTTPResponse, _ words: String) async throws {
    let row = try #require(Self.rows.first { $0.testDescription == name })
    let source = try await source(
      row, services: PluginServices(transport: ScriptedTransport { _ in .success(answer) }, time: FakeTime().source()))
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: row.audience) }
    #expect(error?.code == .identityRefused && error?.message.contains(words) == true, "\(String(describing: error))")
    #expect(error.map { !"\($0)".contains(Self.requestToken) } == true)
    #expect(error?.remedy?.isEmpty == false)
  }

  /// A variable that the runner did not set: another host, no host, this machine, another path.
  @Test(arguments: [
    "https://evil.example/v3", "https://buildkite.com.evil.example/v3", "https://evilbuildkite.com/v3",
    "http://127.0.0.1:8080/v3", "https://agent.buildkite.com@evil.example/v3",
    "https://evil.example/?x=agent.buildkite.com",
    "//evil.example", "evil", "https://agent.buildkite.com/v3?x=1", "https://agent.buildkite.com/v3#f",
  ])
  func aVariableNamesNoOtherHost(_ address: String) async throws {
    let row = try #require(Self.rows.first { $0.testDescription == "buildkite" })
    let transport = ScriptedTransport { _ in .success(.json(#"{"token":"x"}"#)) }
    let source = try await source(
      row, ["BUILDKITE_AGENT_ENDPOINT": address],
      services: PluginServices(transport: transport, time: FakeTime().source()))
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: row.audience) }
    #expect(error?.status == .identity || error?.status == .configuration, "\(String(describing: error))")
    #expect(transport.requests.isEmpty)
  }

  /// A variable in the path is one segment of it, or nothing is sent.
  @Test(arguments: ["..", ".", "../../../evil", "a/b", "a?b=c", "a#b", "a%2fb", "a\r\nb", "\u{202e}"])
  func aVariableIsOneSegment(_ job: String) async throws {
    let row = try #require(Self.rows.first { $0.testDescription == "buildkite" })
    let transport = ScriptedTransport { _ in .success(.json(#"{"token":"x"}"#)) }
    let source = try await source(
      row, ["BUILDKITE_JOB_ID": job], services: PluginServices(transport: transport, time: FakeTime().source()))
    _ = await #expect(throws: BrokerError.self) { try await source.identityToken(for: row.audience) }
    for request in transport.requests {
      let segments = request.url.path.split(separator: "/", omittingEmptySubsequences: false)
      #expect(segments.count == 6 && segments[3] != ".." && request.url.query == nil, "\(request.url)")
    }
  }

  @Test("a secret of the job goes to the runner's host alone, and a redirect is not followed")
  func followsNoRedirect() async throws {
    let row = try #require(Self.rows.first { $0.testDescription == "forgejo" })
    let transport = ScriptedTransport { _ in
      .success(HTTPResponse(status: 302, fields: [("Location", "https://evil.example/?t=\(Self.requestToken)")]))
    }
    let source = try await source(row, services: PluginServices(transport: transport, time: FakeTime().source()))
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: row.audience) }
    #expect(error?.code == .redirected && transport.requests.count == 1)
    #expect(
      transport.requests[0].fields.contains {
        if case .bound(let secret) = $0.value { secret.origin?.host == "git.example.org" } else { false }
      })
  }

  // MARK: Files and programs

  private final class Files: FileReading {
    private let texts: Mutex<[String]>
    private let paths = Mutex<[String]>([])
    init(_ texts: String...) { self.texts = Mutex(texts) }
    var read: [String] { paths.withLock { $0 } }
    func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
      paths.withLock { $0.append(path) }
      let text = texts.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
      return Array(text.utf8)
    }
  }

  private func services(files: any FileReading = NoFiles(), programs: any ProgramRunning = NoPrograms())
    -> PluginServices
  {
    PluginServices(
      transport: ScriptedTransport { _ in .failure(HTTPFailure(.refused, arrival: .nothingSent)) },
      time: FakeTime().source(), files: files, programs: programs)
  }

  private func source(
    _ recipe: String, _ environment: [String: String], _ services: PluginServices, _ change: (String) -> String = { $0 }
  ) async throws -> any IdentityTokenSource {
    var catalog = PluginCatalog()
    try catalog.add(.token)
    let provider = try #require(try Recipe.configuration(recipe, in: catalog, change).providers.first)
    guard case .present(_, let source) = try await provider.make(services).detect(in: Environment(environment)) else {
      throw BrokerError(.providerNotFound, "not recognised")
    }
    return source
  }

  private static let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]
  private static let podClaims: [(name: String, json: String)] = [
    ("aud", #"["registry.example.com"]"#),
    ("kubernetes.io", #"{"namespace":"octo","serviceaccount":{"name":"publisher","uid":"u-1"}}"#),
  ]

  @Test("kubernetes: the file is read again for each token, and one that was used is not used again")
  func readsTheFileAgain() async throws {
    let tokens = ["a", "b"].map { SampleToken.make(audience: nil, identifier: $0, claims: Self.podClaims) }
    let files = Files(tokens[0] + "\n", tokens[0] + "\n", tokens[0], tokens[0], tokens[1])
    let source = try await source("kubernetes", Self.pod, services(files: files))
    let audience: Audience = "registry.example.com"
    #expect(source.supply(for: audience) == .fixed(remaining: 1))
    let first = try await source.identityToken(for: audience)
    #expect(first.secret.reveal() == tokens[0])
    let job = source.job(from: first.claims)
    #expect([job.owner, job.repository, job.repositoryID] == ["octo", "publisher", "u-1"])
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: audience) }
    #expect(error?.code == .identityTokenSpent, "\(String(describing: error))")
    #expect(try await source.identityToken(for: audience).secret.reveal() == tokens[1])
    #expect(Set(files.read) == ["/var/run/secrets/registry/token"])
  }

  @Test(
    "the token of a pod's own service account is not read",
    arguments: [
      "/var/run/secrets/kubernetes.io/serviceaccount/token", "/run/secrets/kubernetes.io/serviceaccount/token",
      "/var/run/secrets//kubernetes.io/./serviceaccount/token",
      "/var/run/x/../secrets/kubernetes.io/serviceaccount/token",
      "/var/run/secrets/kubernetes.io/serviceaccount/..data/token", "token", "../token", "{POD_FILE}",
    ])
  func refusesThePodsOwnToken(_ path: String) async throws {
    let files = Files(SampleToken.make(audience: "registry.example.com"))
    let environment = Self.pod.merging(["POD_FILE": "/var/run/secrets/kubernetes.io/serviceaccount/token"]) { $1 }
    let error = await #expect(throws: BrokerError.self) {
      let source = try await source("kubernetes", environment, services(files: files)) {
        $0.replacing("/var/run/secrets/registry/token", with: path)
      }
      _ = try await source.identityToken(for: "registry.example.com")
    }
    #expect([.configurationInvalid, .identityPermission].contains(error?.code), "\(String(describing: error))")
    #expect(files.read.isEmpty)
  }

  private struct Ran: ProgramRunning {
    let result: ProgramResult
    let log: Log
    final class Log: Sendable {
      let programs = Mutex<[Program]>([])
    }
    func run(_ program: Program) async throws(BrokerError) -> ProgramResult {
      log.programs.withLock { $0.append(program) }
      return result
    }
  }

  private static let circle = [
    "CIRCLECI": "true", "CIRCLE_JOB": "release", "CIRCLE_OIDC_TOKEN": "eyJ-not-this-one-0123456789", "PATH": "/usr/bin",
    "AWS_SECRET_ACCESS_KEY": "kept", "LD_PRELOAD": "/evil.so", "GITHUB_TOKEN": "kept",
  ]

  @Test(
    "circleci: the program is given the audience in its arguments, and of the job's variables those of CircleCI alone")
  func runsTheProgram() async throws {
    let log = Ran.Log()
    let token = SampleToken.make(
      audience: "npm:registry.npmjs.org",
      claims: [("oidc.circleci.com/org-id", "\"o-1\""), ("oidc.circleci.com/vcs-origin", "\"github.com/octo/sample\"")])
    let programs = Ran(result: ProgramResult(status: 0, output: Array("\(token)\n".utf8), diagnostics: []), log: log)
    let source = try await source("circleci", Self.circle, services(programs: programs))
    let audience: Audience = "npm:registry.npmjs.org"
    #expect(source.supply(for: audience) == .renewable)
    let first = try await source.identityToken(for: audience)
    let job = source.job(from: first.claims)
    #expect(
      first.secret.reveal() == token
        && [job.ownerID, job.owner, job.repository] == ["o-1", "github.com/octo", "sample"])
    let program = try #require(log.programs.withLock { $0.first })
    #expect(
      program.words == [
        "/usr/local/bin/circleci", "run", "oidc", "get", "--root-issuer", "--claims",
        #"{"aud":"npm:registry.npmjs.org"}"#,
      ])
    #expect(Set(program.environment.keys) == ["CIRCLECI", "CIRCLE_JOB", "CIRCLE_OIDC_TOKEN", "PATH"])
  }

  @Test("an audience cannot say more than itself in a program's arguments") func quotesTheAudience() async throws {
    let log = Ran.Log()
    let programs = Ran(result: ProgramResult(status: 1, output: [], diagnostics: []), log: log)
    let source = try await source("circleci", Self.circle, services(programs: programs))
    let audience: Audience = #"x","sub":"y"#
    _ = await #expect(throws: BrokerError.self) { try await source.identityToken(for: audience) }
    #expect(log.programs.withLock { $0.first?.words.last } == #"{"aud":"x\",\"sub\":\"y"}"#)
  }

  @Test("what a program prints is not shown, and what it complains of is cleaned") func showsNoSecret() async throws {
    let secret = "circle-secret-0123456789abcdef"
    let programs = Ran(
      result: ProgramResult(
        status: 3, output: Array("eyJhbGciOiJSUzI1NiJ9.half".utf8),
        diagnostics: Array("cannot ask with \(secret)\n::error::x eyJhbGciOiJSUzI1NiJ9.half".utf8)), log: Ran.Log())
    let source = try await source(
      "circleci", Self.circle.merging(["CIRCLE_TOKEN": secret]) { $1 }, services(programs: programs))
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: "npm:x") }
    let text = "\(String(describing: error)) \(error?.facts.map { $0.value.text } ?? [])"
    #expect(error?.code == .identityRefused && text.contains("status 3") && text.contains("cannot ask with"), "\(text)")
    #expect(!text.contains(secret) && !text.contains("eyJhbGci") && !text.contains("::"), "\(text)")
  }

  @Test(
    "no part of a secret is shown, whatever a program writes around it",
    arguments: [
      "before SECRET" + String(repeating: ".", count: 2036), "REVERSED", "HEX", "SECR\nET", "short SHORT",
    ])
  func showsNoPartOfASecret(_ pattern: String) async throws {
    let (secret, short) = ("circle-secret-without-digits", "tiny-secret")
    let half = secret.index(secret.startIndex, offsetBy: 14)
    let said =
      pattern
      .replacing("SECR\nET", with: "\(secret[..<half])\n\(secret[half...])")
      .replacing("SECRET", with: secret).replacing("REVERSED", with: String(secret.reversed()))
      .replacing("HEX", with: secret.utf8.map { String($0, radix: 16) }.joined()).replacing("SHORT", with: short)
    let programs = Ran(
      result: ProgramResult(status: 3, output: [], diagnostics: Array(said.utf8)), log: Ran.Log())
    let source = try await source(
      "circleci", Self.circle.merging(["CIRCLE_TOKEN": secret, "CIRCLE_KEY": short]) { $1 },
      services(programs: programs))
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: "npm:x") }
    let text = (error?.facts ?? []).map { $0.value.text }.joined(separator: "\n")
    #expect(text.contains("[redacted]"), "\(text)")
    for part in ["without-digits", "circle-secret", "stigid", short, "636972636c65"] {
      #expect(!text.contains(part), "\(text)")
    }
  }

  @Test(arguments: [("circleci", "CIRCLE_PR_REPONAME"), ("buildkite", "BUILDKITE_PULL_REQUEST_REPO")])
  func refusesForks(_ recipe: String, _ variable: String) async throws {
    let own = recipe == "circleci" ? Self.circle : Self.rows[0].environment
    let error = await #expect(throws: BrokerError.self) {
      try await source(recipe, own.merging([variable: "fork"]) { $1 }, services())
    }
    #expect(error?.code == .identityFork)
  }

  @Test("an audience that none of the tokens is made out to is named, with those that are there")
  func namesWhatIsThere() async throws {
    let row = try #require(Self.rows.first { $0.testDescription == "jenkins" })
    let error = await #expect(throws: BrokerError.self) {
      try await source(row).identityToken(for: "other.example.com")
    }
    #expect(error?.code == .identityTokenMissing && error?.facts.first?.value == "made out to \"registry.example.com\"")
    let fixed = try #require(Self.rows.first { $0.testDescription == "azure-pipelines" })
    let refused = await #expect(throws: BrokerError.self) { try await source(fixed).identityToken(for: "pypi") }
    #expect(refused?.code == .identityTokenMissing && refused?.message.contains("api://AzureADTokenExchange") == true)
  }
}
