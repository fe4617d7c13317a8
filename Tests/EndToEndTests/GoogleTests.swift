import BrokerConformance
import BrokerCore
import BrokerSandbox
import BrokerSystem
import Synchronization
import TestSupport
import Testing

/// Google Cloud through the built tool: a metadata server on loopback, the sandbox's or a hostile one.
struct GoogleTests {
  private static let other = "other@octo-project.iam.gserviceaccount.com"

  /// A server that says one thing to every request, byte for byte; nil: nothing.
  private final class StandIn: Sendable {
    let listener: WireListener
    private let heard = Mutex<[String]>([])

    init(_ answer: @escaping @Sendable (Wire) -> Void) throws {
      guard let listener = WireListener() else { throw BrokerError(.unreachable, "cannot listen") }
      self.listener = listener
      DedicatedThread.start { [weak self, listener] in
        while let wire = listener.accept() {
          guard let self else { return }
          DedicatedThread.start {
            let text = String(decoding: wire.receive(), as: UTF8.self)
            self.heard.withLock { $0.append(text) }
            answer(wire)
            wire.end()
          }
        }
      }
    }

    convenience init(_ fields: String, _ body: String = "") throws {
      try self.init { wire in
        wire.send("HTTP/1.1 \(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
    }

    deinit { listener.end() }

    var requests: [String] { heard.withLock { $0 } }
    var host: String { "127.0.0.1:\(listener.port)" }
  }

  @Test func mintsForBothRegistries() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(["mint", "release", "--format", "json"], sandbox.environment(for: .google))
    #expect(run.status == 0, "\(run.error)")
    #expect(sandbox.flow.count == 6 && sandbox.flow.allSatisfy { $0.status == 200 })
    #expect(
      sandbox.flow.count { $0.target.contains("/identity?audience=") && $0.target.hasSuffix("&format=full") } == 2)
  }

  @Test func actsForTheAccountOfTheConfigurationThatIsNamed() async throws {
    let sandbox = try Sandbox.started { $0.publishers = [SandboxPublisher(.google, account: Self.other)] }
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "organisation.json",
      #"{"version":1,"providers":{"google":{"impersonate":"\#(Self.other)"}},"#
        + #""rules":{"service-account":["*@octo-project.iam.gserviceaccount.com"]},"#
        + #""registries":{"pypi":{"expect":{"service-account":"\#(Self.other)"}}}}"#)
    let variables = sandbox.environment(for: .google).merging([
      "TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/organisation.json",
      "GOOGLE_SERVICE_ACCOUNT_NAME": "third@octo-project.iam.gserviceaccount.com",
    ]) { $1 }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token", "--explain"], variables)
    #expect(run.status == 0 && run.output.hasPrefix("pypi-"), "\(run.error)")
    #expect(run.error.contains("service account \(Self.other)") && !run.error.contains("ya29."), "\(run.error)")
    let paths = sandbox.flow.filter { $0.listener == "issuer" }.map(\.path)
    #expect(
      paths == [
        "/computeMetadata/v1/instance/service-accounts/default/token",
        "/v1/projects/-/serviceAccounts/\(Self.other):generateIdToken",
      ])
  }

  /// The key of a configuration, what the sandbox's job has in its place, and the code.
  @Test(
    arguments: [
      (#""rules":{"service-account":["other@*"]}"#, ErrorCode.ruleRefused),
      (#""rules":{"service-account-id":["105"]}"#, .ruleRefused), (#""rules":{"owner":["octo-org"]}"#, .ruleRefused),
      (#""registries":{"pypi":{"expect":{"service-account":"other@x.example"}}}"#, .expectationFailed),
      (#""registries":{"pypi":{"expect":{"owner":"octo-org"}}}"#, .expectationFailed),
      (#""rules":{"service-account":["release@**"],"service-account-id":["104000000000000000001"]}"#, nil),
      (#""registries":{"pypi":{"expect":{"service-account-id":"104000000000000000001"}}}"#, nil),
    ] as [(String, ErrorCode?)])
  func holdsTheJobToRules(_ configuration: String, _ code: ErrorCode?) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("token-broker.json", #"{"version":1,\#(configuration)}"#)
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], sandbox.environment(for: .google), in: folder)
    #expect(run.status == code?.status.rawValue ?? 0, "\(run.error)")
    if let code {
      #expect(run.error.contains("[\(code)]"), "\(run.error)")
      #expect(!sandbox.flow.contains { $0.path.hasSuffix("mint-token") })
    }
  }

  @Test("a tool of exec gets the API token, and check names the account") func publishesAndChecks() async throws {
    let sandbox = try Sandbox.started()
    let environment = sandbox.environment(for: .google)
    let check = try await BuiltTool.run(["check", "pypi"], environment)
    #expect(check.status == 0 && check.output.contains("release@octo-project"), "\(check.output)\(check.error)")
    #expect(!check.output.contains("environment"), "\(check.output)")
    let exec = try await BuiltTool.run(
      ["exec", "pypi", "--client", "twine", "--", "/bin/sh", "-c", "printf %s \"$TWINE_PASSWORD\" | head -c 5"],
      environment)
    #expect(exec.status == 0 && exec.output == "pypi-", "\(exec.error)")
  }

  /// What the issuer of the sandbox does, and the code.
  @Test(arguments: [
    ("html", ErrorCode.identityTokenMalformed), ("empty", .identityTokenMalformed), ("nan", .identityTokenMalformed),
    ("invalid-utf8", .identityTokenMalformed), ("too-much:40000", .identityAnswerInvalid),
    ("too-much:67108864", .identityAnswerInvalid), ("redirect:302:http://127.0.0.1:1/", .identityAnswerInvalid),
    ("garbage", .identityAnswerInvalid), ("status:404", .identityRefused), ("status:400", .identityRefused),
    ("stall", .timedOut), ("stall-in-body", .timedOut), ("hang-up", .unreachable), ("status:503:3600", .unavailable),
    ("token-audience:sigstore", .identityTokenAudience),
  ])
  func survivesFaults(_ fault: String, _ code: ErrorCode) async throws {
    let isTriedAgain = [.timedOut, .unreachable, .unavailable].contains(code)
    for variables in [[:], ["GOOGLE_SERVICE_ACCOUNT_NAME": Self.other]] {
      let sandbox = try Sandbox.started { $0.faults = [try SandboxFault(parsing: "identity-token=\(fault)")] }
      let run = try await BuiltTool.run(
        // What is tried again ends with the time; what is answered may need more of it.
        ["mint", "pypi", "--format", "token", "--timeout", isTriedAgain ? "1" : "20"],
        sandbox.environment(for: .google).merging(variables) { $1 })
      let isOther = !variables.isEmpty && code == .identityTokenMalformed
      #expect(run.error.contains("[\(isOther ? .identityAnswerInvalid : code)]"), "\(fault): \(run.error)")
      #expect(!run.error.contains("ya29.") && run.output.isEmpty)
      #expect(!sandbox.flow.contains { $0.path.hasSuffix("mint-token") })
    }
  }

  /// Servers that are not Google's: what they say, and words of the error.
  @Test(arguments: [
    ("200 OK\r\n", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"), ("200 OK\r\nMetadata-Flavor: google-ish\r\n", "x"),
    ("200 OK\r\nServer: Metadata-Flavor: Google\r\n", "x"), ("302 Found\r\nLocation: http://evil.example/\r\n", ""),
    ("404 Not Found\r\n", "::error::x"),
  ])
  func believesNoOtherServer(_ fields: String, _ body: String) async throws {
    let server = try StandIn(fields, body)
    let sandbox = try Sandbox.started()
    let job = sandbox.environment(for: .google).merging(["GCE_METADATA_HOST": server.host]) { $1 }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], job)
    #expect(run.status == 5 && run.error.contains("[metadata-foreign]"), "\(run.error)")
    #expect(run.error.contains("is not Google's metadata server") && !run.error.contains("::error::"))
    #expect(server.requests.count == 1)
    // Where nothing else speaks for Google, it is not recognised at all.
    let silent = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], job.filter { $0.key != "BUILDER_OUTPUT" })
    #expect(silent.status == 4 && silent.error.contains("not Google's metadata server"), "\(silent.error)")
    #expect(server.requests.count == 2 && server.requests.last?.hasPrefix("GET / HTTP/1.1\r\n") == true)
  }

  @Test("a server that says nothing is given up")
  func waitsForNoSilentServer() async throws {
    let server = try StandIn { $0.waitForEnd() }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], ["GCE_METADATA_HOST": server.host])
    #expect(run.status == 4 && run.error.contains("no metadata server answers"), "\(run.error)")
    #expect(server.requests.count == 1)
  }

  @Test("another CI system is never pinged, nor a machine that nothing speaks for") func asksNothingElsewhere()
    async throws
  {
    let server = try StandIn("200 OK\r\nMetadata-Flavor: Google\r\n")
    let sandbox = try Sandbox.started()
    for provider in [SandboxProvider.github, .gitlab] {
      let job = sandbox.environment(for: provider).merging(["GCE_METADATA_HOST": server.host]) { $1 }
      let run = try await BuiltTool.run(["mint", "pypi", "--output", "token"], job)
      #expect(run.status == 0, "\(run.error)")
    }
    let off = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], ["GCE_METADATA_HOST": server.host, "NO_GCE_CHECK": "true"])
    #expect(off.status == 4)
    #expect(server.requests.isEmpty)
  }

  @Test("no proxy is asked for the metadata server") func goesPastProxies() async throws {
    let proxy = try StandIn("502 Bad Gateway\r\n")
    let sandbox = try Sandbox.started()
    let address = "http://\(proxy.host)"
    let names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    let job = sandbox.environment(for: .google)
      .merging(Dictionary(uniqueKeysWithValues: names.map { ($0, address) })) { $1 }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], job)
    #expect(run.status == 0 && proxy.requests.isEmpty, "\(run.error)")
  }

  /// A metadata server that gives one token again while it is valid, whatever is asked for.
  private static func repeating(_ token: @escaping @Sendable () -> String) throws -> StandIn {
    try StandIn { wire in
      let body = token()
      wire.send(
        "HTTP/1.1 200 OK\r\nMetadata-Flavor: Google\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
  }

  @Test("the same token goes to its index again") func sendsATokenToItsIndexAgain() async throws {
    let token = Mutex("")
    let server = try Self.repeating { token.withLock { $0 } }
    let sandbox = try Sandbox.started {
      $0.faults = [SandboxFault(.exchange, at: "pypi", .loseAnswer, count: 1)]
      $0.registries.append(try SandboxRegistry(parsing: "second=pypi", kind: .warehouse))
    }
    token.withLock { $0 = sandbox.issueIdentityToken(for: .google, audience: "pypi") }
    let job = sandbox.environment(for: .google).merging(["GCE_METADATA_HOST": server.host]) { $1 }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], job)
    #expect(run.status == 0, "\(run.error)")
    #expect(sandbox.flow.count { $0.path.hasSuffix("mint-token") } == 2)
  }

  @Test("where one token is given for whatever index, it goes to none that it is not made out to")
  func sendsNoTokenToAnotherIndex() async throws {
    for audience in ["pypi", "testpypi"] {
      let token = Mutex("")
      let server = try Self.repeating { token.withLock { $0 } }
      let sandbox = try Sandbox.started()
      token.withLock { $0 = sandbox.issueIdentityToken(for: .google, audience: audience) }
      let job = sandbox.environment(for: .google).merging(["GCE_METADATA_HOST": server.host]) { $1 }
      let run = try await BuiltTool.run(["mint", "release", "--format", "json"], job)
      #expect(run.status != 0 && run.output.isEmpty, "\(run.error)")
      #expect(run.error.contains("[identity-token-audience]") || run.error.contains("[identity-token-spent]"))
      // Which of the two is asked first is nobody's promise.
      let minted = sandbox.flow.filter { $0.path.hasSuffix("mint-token") }.map(\.listener)
      #expect(minted.allSatisfy { $0 == audience }, "\(minted): \(run.error)")
    }
  }

  @Test("where two indexes have one audience, the token that went to one does not go to the other")
  func sendsNoTokenToASecondIndexOfTheSameAudience() async throws {
    let credential = "own-credential-0123456789abcdef"
    let index = { @Sendable (_: String, _: Int) in DeclaredTests.StandIn.response(#"{"token":"\#(credential)"}"#) }
    let (one, two) = (try DeclaredTests.StandIn(index), try DeclaredTests.StandIn(index))
    let token = SampleToken.make(
      audience: "own.example.com", isRehearsal: true,
      claims: [("jti", "null"), ("email", #""release@octo-project.iam.gserviceaccount.com""#)])
    let server = try Self.repeating { token }
    let folder = try TestFolder()
    defer { folder.remove() }
    func entry(_ index: DeclaredTests.StandIn) -> String {
      let origin = "http://127.0.0.1:\(index.port)"
      return #"{"type":"exchange","upload-url":"\#(origin)/","audience":"own.example.com","#
        + #""exchange":{"url":"\#(origin)/t","json":{"jwt":"{identity-token}"}},"answer":{"credential":"token"}}"#
    }
    try folder.write("own.json", #"{"version":1,"registries":{"one":\#(entry(one)),"two":\#(entry(two))}}"#)
    let job = ["BUILDER_OUTPUT": "/builder/outputs", "GCE_METADATA_HOST": server.host]
    for names in [["one"], ["two"]] {
      let run = try await BuiltTool.run(
        ["mint", "--config", "own.json", "--format", "token"] + names, job, in: folder)
      #expect(run.status == 0 && run.output == "\(credential)\n", "\(run.error)")
    }
    let run = try await BuiltTool.run(
      ["mint", "one", "two", "--config", "own.json", "--format", "json"], job, in: folder)
    #expect(run.status != 0 && run.output.isEmpty, "\(run.error)")
    // Which of the two is asked first is nobody's promise; the other is not.
    #expect(one.requests.count + two.requests.count == 3, "\(run.error)")
    #expect(!(run.error + run.output).contains(token))
  }

  // MARK: Adoption

  /// A checkout at GitHub whose releases are built by Cloud Build.
  private static func checkout() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write(".git/config", "[remote \"origin\"]\n\turl = https://github.com/octo-org/sample.git\n")
    try folder.write("pyproject.toml", "[project]\nname = \"sample\"\n")
    return folder
  }

  @Test("config init writes a build that config publishers, the sandbox and a second run read again")
  func isAdopted() async throws {
    let folder = try Self.checkout()
    defer { folder.remove() }
    let account = "release@my-project.iam.gserviceaccount.com"
    let start = try await BuiltTool.run(
      ["config", "init", "--provider", "google", "--service-account", account], in: folder)
    #expect(start.status == 0, "\(start.error)")
    #expect(start.output.contains("serviceAccount: \"projects/my-project/serviceAccounts/\(account)\"\n"))
    #expect(start.error.contains("rehearse: token-broker sandbox --provider google -- token-broker exec release -- "))
    try folder.write("cloudbuild.yaml", start.output)
    let sheet = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(sheet.status == 0 && sheet.output.contains("To register: 2\n"), "\(sheet.output)")
    #expect(
      sheet.output.contains(
        "https://pypi.org/manage/project/sample/settings/publishing/?provider=google&email=release%40my-project.iam.gserviceaccount.com\n"
      ), "\(sheet.output)")
    #expect(sheet.output.contains("Subject            (none)") && sheet.output.contains("names no repository"))
    let played = try await BuiltTool.run(
      ["sandbox", "--provider", "google", "--", BuiltTool.path, "mint", "release", "--format", "json"], in: folder)
    #expect(played.status == 0 && played.error.contains(account), "\(played.error)")
    // The build says the account by itself.
    try folder.unlink("token-broker.json")
    let again = try await BuiltTool.run(["config", "init", "--provider", "google"], in: folder)
    #expect(again.error.contains("\(account)  (cloudbuild.yaml, line "), "\(again.error)")
    #expect(again.error.contains("cloudbuild.yaml is there already") && again.output == start.output)
  }

  @Test("an account that is not known is said, and a described CI system's table is shown") func saysWhatIsNotKnown()
    async throws
  {
    let folder = try Self.checkout()
    defer { folder.remove() }
    let sheet = try await BuiltTool.run(["config", "publishers", "--provider", "google"], in: folder)
    #expect(sheet.status == 0 && sheet.output.contains("To complete first: a value is not known: 2\n"))
    let start = try await BuiltTool.run(
      ["config", "init", "--provider", "google", "--service-account", "a b$c"], in: folder)
    #expect(start.output.contains("serviceAccount: projects/PROJECT/serviceAccounts/ADDRESS\n"), "\(start.output)")
    let other = try await BuiltTool.run(["config", "publishers", "--provider", "circleci"], in: folder)
    #expect(other.status == 2 && other.error.contains("yes (circleci.com); npm/documentation"), "\(other.error)")
    #expect(other.error.contains("prefix      not known;"), "\(other.error)")
    let none = try await BuiltTool.run(["config", "publishers", "--provider", "gogle"], in: folder)
    #expect(none.status == 2 && none.error.contains("Did you mean \"google\"?"), "\(none.error)")
  }
}
