import BrokerConformance
import BrokerCore
import GitHubProvider
import GitHubSandbox
import TestSupport
import Testing

struct GitHubTests {
  private static let secret = "runner-request-token-0123456789"
  private static let job = [
    "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret,
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://run.actions.githubusercontent.com/61//idtoken/a/b?api-version=2.0",
  ]

  private func provider(_ transport: any HTTPTransport = ScriptedTransport { _ in .success(.json("{}")) }) throws
    -> GitHub
  {
    GitHub(
      name: "github",
      services: PluginServices(transport: transport, time: FakeTime().source()))
  }

  @Test("GitHub Actions does what every provider has to do, on both sides") func conforms() async throws {
    try await ProviderConformance(
      .gitHub, environment: Self.job, clueVariable: "GITHUB_ACTIONS", audience: "pypi", secrets: [Self.secret],
      playedBy: .github
    ) { _, identifier in
      .success(.json(#"{"count":1,"value":"\#(SampleToken.make(audience: "pypi", identifier: identifier))"}"#))
    }.run()
  }

  @Test func asksTheRunner() async throws {
    let transport = ScriptedTransport { _ in
      .success(.json(#"{"value":"\#(SampleToken.make(audience: "a b"))"}"#))
    }
    guard case .present(_, let source) = try provider(transport).detect(in: Environment(Self.job)) else {
      Issue.record("not recognised")
      return
    }
    _ = try await source.identityToken(for: "a b")
    let request = try #require(transport.requests.first)
    #expect(
      request.url.description
        == "https://run.actions.githubusercontent.com/61//idtoken/a/b?api-version=2.0&audience=a%20b")
    #expect(request.method == .get && request.body == nil)
    let authorization = request.fields.filter { $0.name == "Authorization" }
    #expect(authorization.map { $0.value.reveal() } == ["Bearer \(Self.secret)"])
  }

  /// What is changed in the job's variables; the code, and a word of the message or remedy.
  @Test(
    arguments: [
      (
        ["ACTIONS_ID_TOKEN_REQUEST_TOKEN": nil], ErrorCode.identityPermission,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"
      ),
      (["ACTIONS_ID_TOKEN_REQUEST_URL": ""], .identityPermission, "ACTIONS_ID_TOKEN_REQUEST_URL is not set"),
      (
        ["ACTIONS_ID_TOKEN_REQUEST_URL": nil, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": nil], .identityPermission,
        "permissions: id-token: write"
      ),
      (["ACTIONS_ID_TOKEN_REQUEST_URL": "http://evil.example/x"], .identityPermission, "plain http"),
      (["ACTIONS_ID_TOKEN_REQUEST_URL": "https://h/x#y"], .identityPermission, "fragment"),
      (["ACTIONS_ID_TOKEN_REQUEST_TOKEN": "a\r\nb"], .identityPermission, "characters"),
    ] as [([String: String?], ErrorCode, String)])
  func refusesHalfAJob(_ changes: [String: String?], _ code: ErrorCode, _ words: String) throws {
    let error = #expect(throws: BrokerError.self) {
      try provider().detect(in: Environment(Self.job).merging(changes))
    }
    #expect(error?.code == code)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.status == .identity && error?.remedy != nil && error?.reference != nil)
  }

  @Test(arguments: [
    (#"{"pull_request":{"head":{"repo":{"fork":true}}}}"#, ErrorCode.identityFork),
    (#"{"pull_request":{"head":{"repo":null}}}"#, .identityFork),
    (#"{"pull_request":{"head":{"repo":{"fork":false}}}}"#, .identityPermission),
    // A fork has pull requests of its own.
    (
      #"{"pull_request":{"head":{"repo":{"id":1,"fork":true}},"base":{"repo":{"id":1,"fork":true}}}}"#,
      .identityPermission
    ),
    (#"{"pull_request":{"head":{"repo":{"id":1,"fork":false}},"base":{"repo":{"id":2,"fork":true}}}}"#, .identityFork),
    (#"{"pull_request":{"head":{"repo":{"full_name":"a/b"}}},"repository":{"full_name":"a/b"}}"#, .identityPermission),
    (#"{"pull_request":5}"#, .identityPermission), ("not JSON", .identityPermission),
  ])
  func recognisesForks(_ event: String, _ code: ErrorCode) throws {
    let environment = Environment(
      ["GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "/event.json"]
    ) { path in path == "/event.json" ? Array(event.utf8) : nil }
    let error = #expect(throws: BrokerError.self) { try provider().detect(in: environment) }
    #expect(error?.code == code)
  }

  /// Files of a checkout by their paths.
  private struct Files: FileReading {
    let texts: [String: String]

    func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
      guard let text = texts[path] else { throw BrokerError(.fileUnreadable, "It is not there.") }
      return Array(text.utf8)
    }
  }

  /// The workflow that was started, the one that it calls, and the first cause with a word of it.
  @Test(
    arguments: [
      ("jobs:\n  a:\n    steps: []", nil, "permission-missing", "gives the job \"a\" no permission"),
      ("permissions:\n  id-token: write\njobs:\n  a:\n    steps: []", nil, "variable-lost", "(line 2)"),
      ("permissions: write-all\njobs:\n  a:\n    steps: []", nil, "variable-lost", "(line 1)"),
      ("permissions: {id-token: write}\njobs:\n  a:\n    permissions: {}\n", nil, "permission-missing", "(line 4)"),
      (
        "jobs:\n  a:\n    permissions:\n      contents: read\n    env:\n      X: 'id-token: write'", nil,
        "permission-missing", "(line 3)"
      ),
      (
        "jobs:\n  b:\n    permissions: {id-token: write}\n  a:\n    steps: []", nil, "permission-missing",
        "no permission"
      ),
      ("jobs:\n  a: # x\n    permissions:\n      id-token: 'write' # y", nil, "variable-lost", "(line 4)"),
      (
        "permissions: {}\njobs:\n  c:\n    uses: ./.github/workflows/called.yml",
        "jobs:\n  a:\n    permissions: {id-token: write}",
        "permission-missing", "no permission to ask for an identity token, which calls .github/workflows/called.yml"
      ),
      (
        "jobs:\n  c:\n    permissions: {id-token: write}\n    uses: './.github/workflows/called.yml'",
        "jobs:\n  a:\n    steps: []",
        "variable-lost", "gives the job \"c\""
      ),
      (
        "jobs:\n  c:\n    permissions: {id-token: write}\n    uses: ./.github/workflows/called.yml",
        "jobs:\n  a:\n    permissions: {contents: read}", "permission-missing", "In .github/workflows/called.yml"
      ),
      ("", nil, "permission-missing", "no permission"),
    ] as [(String, String?, String, String)])
  func readsThePermissionInTheCheckout(_ text: String, _ called: String?, _ code: String, _ words: String) throws {
    let provider = GitHub(
      name: "github",
      services: PluginServices(
        transport: ScriptedTransport { _ in .success(.json("{}")) }, time: FakeTime().source(),
        files: Files(
          texts: ["/w/.github/workflows/a.yml": text].merging(
            called.map { ["/w/.github/workflows/called.yml": $0] } ?? [:]
          ) { $1 })))
    let environment = Environment([
      "GITHUB_ACTIONS": "true", "GITHUB_JOB": "a", "GITHUB_WORKSPACE": "/w",
      "GITHUB_WORKFLOW_REF": "octo-org/sample/.github/workflows/a.yml@refs/heads/main",
    ])
    let error = #expect(throws: BrokerError.self) { try provider.detect(in: environment) }
    let cause = try #require(error?.causes.first)
    #expect(cause.code.text == code && cause.certainty == .likely && cause.summary.contains(words), "\(cause)")
  }

  /// Variables that tell another runner, and its cause.
  @Test(arguments: [
    (["FORGEJO_ACTIONS": "true", "GITEA_ACTIONS": "true"], "runner-forgejo"),
    (["GITEA_ACTIONS": "true"], "runner-gitea"),
    (["ACT": "true"], "runner-act"),
  ])
  func knowsWhatOnlyLooksLikeGitHub(_ variables: [String: String], _ code: String) throws {
    let environment = Environment(Self.job.merging(variables) { $1 })
    guard case .absent = try provider().detect(in: environment) else {
      Issue.record("recognised")
      return
    }
    #expect(try provider().capabilities.lookalike(environment)?.cause.code.text == code)
    #expect(try provider().capabilities.lookalike(Environment(variables))?.name == nil)
    #expect(try provider().capabilities.lookalike(Environment(Self.job))?.name == nil)
  }

  @Test func saysWhatItSawInstead() throws {
    guard case .absent(let reason) = try provider().detect(in: Environment(["GITHUB_ACTIONS": "TRUE"])) else {
      Issue.record("recognised")
      return
    }
    #expect(reason == "GITHUB_ACTIONS is \"TRUE\", not \"true\"")
  }

  @Test func mapsClaims() async throws {
    let token = SampleToken.make(
      audience: "pypi",
      claims: [
        ("iss", "\"https://token.actions.githubusercontent.com\""), ("repository", "\"octo-org/sample\""),
        ("repository_owner", "\"octo-org\""), ("workflow_ref", "\"octo-org/sample/.github/workflows/a.yml@refs/x\""),
        ("job_workflow_ref", "\"octo-org/shared/.github/workflows/b.yml@refs/y\""), ("environment", "\"pypi\""),
        ("ref_protected", "\"true\""), ("actor", "\"octocat\""),
      ])
    let transport = ScriptedTransport { _ in .success(.json(#"{"value":"\#(token)"}"#)) }
    guard case .present(_, let source) = try provider(transport).detect(in: Environment(Self.job)) else { return }
    let job = source.job(from: try await source.identityToken(for: "pypi").claims)
    #expect(job.family == .gitHub && job.owner == "octo-org" && job.repository == "sample")
    #expect(job.workflow == ".github/workflows/a.yml" && job.environment == "pypi" && job.refProtected == true)
    #expect(job.jobWorkflow == "octo-org/shared/.github/workflows/b.yml@refs/y")
    #expect(!"\(job)".contains("octocat"))
  }
}
