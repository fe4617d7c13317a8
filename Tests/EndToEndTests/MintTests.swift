import BrokerCore
import BrokerSandbox
import TestSupport
import Testing

struct MintTests {
  @Test func writesTheTokenAndALineEndAlone() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], sandbox.environment(for: .github))
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.wholeMatch(of: /pypi-[A-Za-z0-9_-]+\n/) != nil)
  }

  @Test func sendsThreeRequestsOverTwoConnections() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .github))
    #expect(run.status == 0)
    let requests = sandbox.flow
    #expect(requests.count == 3)
    #expect(Set(requests.map { "\($0.listener) \($0.connection)" }).count == 2)
    #expect(requests.last?.path == "/_/oidc/mint-token")
  }

  @Test func mintsSeveralTargetsWithATokenEach() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(["mint", "release", "--format", "json"], sandbox.environment(for: .github))
    #expect(run.status == 0, "\(run.error)")
    let node = try JSONReader().read(Array(run.output.utf8))
    let credentials = try #require(node.object?["credentials"]?.array)
    #expect(credentials.compactMap { $0.object?["registry"]?.string } == ["testpypi", "pypi"])
    let requests = sandbox.flow
    #expect(requests.count == 6)
    #expect(Set(requests.map { "\($0.listener) \($0.connection)" }).count <= 4)
    #expect(Set(requests.compactMap(\.identityTokenID)).count == 2)
  }

  @Test func masksBeforeAnythingElseAndWritesStepOutputs() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("output", "earlier=1\n")
    var environment = sandbox.environment(for: .github)
    environment["GITHUB_OUTPUT"] = "\(folder.path)/output"
    let run = try await BuiltTool.run(["mint", "pypi"], environment)
    #expect(run.status == 0 && run.output.isEmpty, "\(run.error)")
    let record = try #require(
      folder.read("output").wholeMatch(
        of: /earlier=1\napi-token<<(\w+)\n(pypi-[\w-]+)\n\1\nexpires<<(\w+)\n(\d+)\n\3\nregistry<<(\w+)\npypi\n\5\n/))
    let token = String(record.2)
    let basic = Base64URL.encode(Array("__token__:\(token)".utf8))
      .replacing("-", with: "+").replacing("_", with: "/")
    let masks = run.error.split(separator: "\n").filter { $0.hasPrefix("::add-mask::") }.map { $0.dropFirst(12) }
    #expect(masks.count == 3)
    #expect(masks[0].hasPrefix("eyJ") && masks[1] == token[...])
    #expect(masks[2].prefix(basic.count) == basic[...])
    let rest = run.error.split(separator: "\n").filter { !$0.hasPrefix("::add-mask::") }.joined()
    #expect(!rest.contains(token) && !rest.contains("eyJ"))
  }

  @Test func writesAFileThatIsItsOwnersAlone() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("token", "old")
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--output", "token"], sandbox.environment(for: .gitlab), in: folder)
    #expect(run.status == 0 && run.output.isEmpty, "\(run.error)")
    #expect(folder.read("token").wholeMatch(of: /pypi-[\w-]+\n/) != nil)
    #expect(folder.permissions(of: "token") == 0o600)
    #expect(folder.names == ["token"])
  }

  @Test func writesShellAssignments() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "env"], sandbox.environment(for: .gitlab))
    #expect(
      run.output.wholeMatch(
        of:
          /TOKEN_BROKER_TOKEN='pypi-[\w-]+'\nTOKEN_BROKER_USERNAME='__token__'\nTOKEN_BROKER_URL='http:\/\/127.0.0.1:\d+\/legacy\/'\nTOKEN_BROKER_EXPIRES='\d+'\n/
      )
        != nil, "\(run.output)")
  }

  /// Arguments after `mint`, whether anything is requested, the status, words of the message.
  @Test(arguments: [
    (["pypi"], Int32(2), "--output"), (["release", "--format", "token"], 2, "holds one credential"),
    (["release", "--format", "env"], 2, "holds one credential"),
    (["pypi", "--format", "tokn"], 2, "Did you mean \"token\"?"),
    (["pypy", "--format", "token"], 2, "Did you mean \"pypi\"?"),
    (["pypi", "--fromat", "token"], 2, "Did you mean --format?"),
    ([], 2, "needs TARGET"), (["pypi", "--format"], 2, "needs a value"), (["pypi", "--timeout", "0"], 2, "seconds"),
    (["pypi", "--format", "token", "--audience", "testpypi"], 2, "is pinned"),
    (["release", "--format", "json", "--audience", "pypi"], 2, "one target"),
    (["release", "--format", "json", "--single"], 2, "Name one of testpypi, pypi."),
    (["pypi", "--format", "token", "--provider", "gitlb"], 2, "Did you mean \"gitlab\"?"),
    (["pypi", "--format", "token", "--provider", "github"], 4, "github was not found"),
    (["pypi", "--output", "missing/x"], 10, "missing/x"),
    (["pypi", "--output", "/dev/null"], 10, "regular file"),
    (["pypi", "--output", "/tmp"], 10, "regular file"),
    (["pypi", "--format", "github"], 10, "GITHUB_OUTPUT is not set"),
    (["pypi", "--config", "missing.json", "--format", "token"], 3, "No such file"),
  ])
  func refusesBeforeAnyRequest(_ arguments: [String], _ status: Int32, _ words: String) async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(["mint"] + arguments, sandbox.environment(for: .gitlab))
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.contains(words), "\(run.error)")
    #expect(run.output.isEmpty)
    #expect(sandbox.flow.isEmpty)
  }

  /// What is changed in a GitHub job's variables, the status, words of the message.
  @Test(
    arguments: [
      (["GITHUB_ACTIONS": nil], Int32(4), "GITHUB_ACTIONS is not set"),
      (["GITHUB_ACTIONS": "TRUE"], 4, "not \"true\""), (["GITLAB_CI": "true"], 4, "Several identity providers"),
      (["ACTIONS_ID_TOKEN_REQUEST_URL": nil], 5, "ACTIONS_ID_TOKEN_REQUEST_URL is not set"),
      (["ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""], 5, "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"),
      (["ACTIONS_ID_TOKEN_REQUEST_TOKEN": "wrong"], 5, "status 401"),
      (["GITHUB_OUTPUT": "missing/output"], 10, "No such file"), (["GITHUB_OUTPUT": "/tmp"], 10, "/tmp"),
      (["GITHUB_OUTPUT": nil], 10, "GITHUB_OUTPUT is not set"),
      (["TOKEN_BROKER_SANDBOX": "http://localhost:1"], 2, "127.0.0.1"),
      (["TOKEN_BROKER_SANDBOX": "https://evil.example"], 2, "127.0.0.1"),
      (["TOKEN_BROKER_CONFIG": "missing"], 3, "missing"),
    ] as [([String: String?], Int32, String)])
  func explainsWrongJobs(_ changes: [String: String?], _ status: Int32, _ words: String) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("output", "")
    var environment = sandbox.environment(for: .github)
    environment["GITHUB_OUTPUT"] = "\(folder.path)/output"
    for (name, value) in changes { environment[name] = value }
    let run = try await BuiltTool.run(["mint", "pypi"], environment)
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.contains(words), "\(run.error)")
    #expect(folder.read("output").isEmpty && run.output.isEmpty)
    #expect(!sandbox.flow.contains { $0.method == "POST" })
  }

  /// What goes wrong, the status, words of the message, the number of exchanges.
  @Test(
    arguments: [
      ("audience=status:403", Int32(6), "status 403 came that is not its own", 0),
      ("audience=status:404", 6, "has no trusted publishing", 0),
      ("audience=html", 6, "not JSON", 0), ("audience=redirect:302:https://evil.example/x", 7, "evil.example", 0),
      ("audience=audience:sigstore", 8, "sigstore", 0), ("identity-token=token-audience:sigstore", 8, "made out to", 0),
      ("identity-token=status:403", 5, "403", 0), ("identity-token=html", 5, "no usable identity token", 0),
      ("exchange=html", 6, "no usable API token", 1), ("exchange=empty", 6, "no usable API token", 1),
      ("exchange=wrong-types", 6, "no usable API token", 1), ("exchange=duplicate-keys", 6, "twice", 1),
      ("exchange=deep", 6, "deeper", 1), ("exchange=nan", 6, "not JSON", 1), ("exchange=invalid-utf8", 6, "UTF-8", 1),
      ("exchange=too-much:70000", 6, "larger than", 1), ("exchange=expires:-5", 6, "had expired", 1),
      ("exchange=redirect:307:https://evil.example/x", 7, "evil.example", 1),
      ("exchange=status:429:3600", 7, "3600 s", 1), ("exchange=garbage", 6, "not HTTP", 1),
    ] as [(String, Int32, String, Int)])
  func explainsWhatGoesWrong(_ fault: String, _ status: Int32, _ words: String, _ exchanges: Int) async throws {
    let sandbox = try Sandbox.started { $0.faults = (try? [SandboxFault(parsing: fault)]) ?? [] }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .github))
    #expect(run.status == status, "\(run.error)")
    #expect(run.output.isEmpty)
    #expect(sandbox.flow.count { $0.method == "POST" } == exchanges, "\(run.error)")
    #expect(run.error.contains(words), "\(run.error)")
  }

  @Test func recoversFromALostAnswerWithAFreshToken() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.exchange, .loseAnswer, count: 1)] }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .github))
    #expect(run.status == 0, "\(run.error)")
    let tokens = sandbox.flow.compactMap(\.identityTokenID)
    #expect(tokens.count == 2 && Set(tokens).count == 2)
  }

  @Test func stopsWhenGitLabsOnlyTokenMayBeSpent() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.exchange, .loseAnswer, count: 1)] }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .gitlab))
    #expect(run.status == 5)
    #expect(run.error.contains("may have been used up"))
    #expect(sandbox.flow.compactMap(\.identityTokenID).count == 1)
  }

  /// The index used up the first token, whose answer was lost; the second is another.
  @Test func usesTheNextOfAGitLabJobsTokens() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.exchange, .loseAnswer, count: 1)] }
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "token-broker.json",
      #"{"version":1,"providers":{"gitlab":{"variables":{"pypi":["PYPI_ID_TOKEN","PYPI_ID_TOKEN_2"]}}}}"#)
    var environment = sandbox.environment(for: .gitlab)
    environment["PYPI_ID_TOKEN_2"] = sandbox.issueIdentityToken(for: .gitlab, audience: "pypi")
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment, in: folder)
    #expect(run.status == 0 && run.error.contains("Trying again"), "\(run.error)")
    let tokens = sandbox.flow.compactMap(\.identityTokenID)
    #expect(tokens.count == 2 && Set(tokens).count == 2)
    // Both are used up now: a second run is refused each, and says so.
    let again = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment, in: folder)
    #expect(again.status == 6 && again.error.contains("invalid-reuse-token"), "\(again.error)")
  }

  @Test func endsWithinItsTimeLimit() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.audience, .stall)] }
    let clock = ContinuousClock()
    var durations: [Duration] = []
    // A machine that is short of time is slow once or twice.
    repeat {
      let start = clock.now
      let run = try await BuiltTool.run(
        ["mint", "pypi", "--format", "token", "--timeout", "1"], sandbox.environment(for: .github))
      #expect(run.status == 7 && run.error.contains("time limit of 1 s"), "\(run.error)")
      durations.append(clock.now - start)
    } while durations.count < 4 && durations.allSatisfy { $0 > .seconds(20) }
    #expect(durations.contains { $0 < .seconds(20) }, "\(durations)")
  }

  @Test func burnsEverythingWhenOneTargetFails() async throws {
    let sandbox = try Sandbox.started {
      $0.faults = [SandboxFault(.exchange, at: "pypi", .status(422, retryAfter: nil))]
    }
    let run = try await BuiltTool.run(["mint", "release", "--format", "json"], sandbox.environment(for: .github))
    #expect(run.status == 6 && run.output.isEmpty, "\(run.error)")
    #expect(sandbox.flow.filter { $0.path == "/_/oidc/burn-token" }.map(\.listener) == ["testpypi"])
  }

  @Test func explainsTheSelection() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token", "--explain"], sandbox.environment(for: .gitlab))
    #expect(run.status == 0)
    #expect(run.error.contains("provider: github looked for GITHUB_ACTIONS=true: not found"))
    #expect(run.error.contains("provider: using gitlab"))
    #expect(!run.error.contains("octocat"))
  }

  @Test func revokesFromStandardInput() async throws {
    let sandbox = try Sandbox.started()
    let environment = sandbox.environment(for: .gitlab)
    let minted = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    let run = try await BuiltTool.run(["revoke", "pypi"], environment, input: minted.output)
    #expect(run.status == 0 && run.output.isEmpty, "\(run.error)")
    #expect(sandbox.flow.last?.path == "/_/oidc/burn-token")
    var unsuited = environment
    (unsuited["MINE"], unsuited["EMPTY"]) = ("two words", "")
    for (arguments, words) in [
      (["revoke"], "several registries"), (["revoke", "release", "--from-env", "X"], "holds no credential"),
      (["revoke", "pypi", "--from-env", "MINE"], "\"MINE\" holds no credential"),
      (["revoke", "pypi", "--from-env", "EMPTY"], "fix: Hand the API token over within the job that minted it.\n"),
    ] {
      let refused = try await BuiltTool.run(arguments, unsuited)
      #expect(refused.status == 2 && refused.error.contains(words), "\(refused.error)")
      #expect(!refused.error.contains("two words"))
    }
    let atGitHub = sandbox.environment(for: .github).merging(["EMPTY": ""]) { $1 }
    let empty = try await BuiltTool.run(["revoke", "pypi", "--from-env", "EMPTY"], atGitHub)
    #expect(empty.status == 2 && empty.error.contains("GitHub gives other jobs an empty text"), "\(empty.error)")
  }
}
