import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// Programs as plug-ins, through the built tool.
struct PluginTests {
  private static var bad: String {
    "/" + (#filePath.split(separator: "/").dropLast(2) + ["Plugins", "bad"]).joined(separator: "/")
  }

  private static var digest: String {
    get throws { try FileDigest(of: bad, code: .fileUnreadable).sha256 }
  }

  @Test(
    "the samples pass the suite, and their own tests",
    arguments: ["provider", "registry"], ["sh", "python"])
  func samplesPass(_ kind: String, _ language: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let made = try await BuiltTool.run(
      ["plugins", "new", "acme-ci", "--kind", kind, "--language", language], in: folder)
    #expect(made.status == 0 && folder.names == ["acme-ci", "acme-ci-test"], "\(made.error)")
    #expect(folder.permissions(of: "acme-ci") == 0o755)
    let check = try await BuiltTool.run(["plugins", "check", "./acme-ci", "--json"], in: folder)
    #expect(check.status == 0, "\(check.output)\(check.error)")
    let report = try JSONReader().read(Array(check.output.utf8)).object
    #expect(report?["passed"]?.kind == "a boolean" && (report?["checks"]?.array?.count ?? 0) >= 15, "\(check.output)")
    let test = try await SystemPrograms().run(
      Program(["\(folder.path)/acme-ci-test"], environment: ["PATH": "/usr/bin:/bin"], limit: .seconds(120)))
    #expect(test.status == 0, "\(String(decoding: test.diagnostics, as: UTF8.self))")
    let again = try await BuiltTool.run(
      ["plugins", "new", "acme-ci", "--kind", kind, "--language", language], in: folder)
    #expect(again.status == 2 && again.error.contains("is there already"), "\(again.error)")
  }

  @Test("the suite says what is wrong, and ends with status 9")
  func suiteFails() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "org.json",
      #"{"version":1,"plugins":{"one":{"command":["\#(Self.bad)","foreign"],"sha256":"\#(try Self.digest)"}}}"#)
    let run = try await BuiltTool.run(
      ["plugins", "check", "one", "--kind", "provider"], ["TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/org.json"])
    #expect(run.status == 9 && run.output.contains("fail  identity-token"), "\(run.output)\(run.error)")
    #expect(run.output.contains("1 failed"))
    let unknown = try await BuiltTool.run(
      ["plugins", "check", "ons"], ["TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/org.json"])
    #expect(unknown.status == 2 && unknown.error.contains("Did you mean \"one\"?"), "\(unknown.error)")
  }

  // MARK: Providers

  /// A job at a CI system that a program knows, with an identity token of the sandbox's.
  private func job(_ sandbox: Sandbox) -> [String: String] {
    var environment = sandbox.environment(for: .github).filter {
      !$0.key.hasPrefix("GITHUB") && !$0.key.hasPrefix("ACTIONS")
    }
    environment["ACME_CI"] = "true"
    environment["ACME_ID_TOKEN"] = sandbox.issueIdentityToken(for: .github, audience: "pypi")
    return environment
  }

  private func sample(in folder: TestFolder) async throws {
    let made = try await BuiltTool.run(
      ["plugins", "new", "acme", "--kind", "provider", "--language", "sh"], in: folder)
    try #require(made.status == 0, "\(made.error)")
  }

  @Test("a program of the command line is asked where no file names it")
  func mintsByCommandLine() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try await sample(in: folder)
    let options = ["--plugin-env", "acme=ACME_CI", "--plugin-env", "acme=ACME_ID_TOKEN"]
    let digest = try FileDigest(of: "\(folder.path)/acme", code: .fileUnreadable).sha256
    for path in ["\(folder.path)/acme", "\(folder.path)/acme@sha256:\(digest)"] {
      var environment = job(sandbox)
      environment["ACME_ID_TOKEN"] = sandbox.issueIdentityToken(for: .github, audience: "pypi")
      let run = try await BuiltTool.run(
        ["mint", "pypi", "--format", "token", "--explain", "--plugin", "acme=\(path)"] + options, environment,
        in: folder)
      #expect(run.status == 0 && run.output.hasPrefix("pypi-"), "\(run.error)")
      #expect(run.error.contains("ACME_CI and ACME_ID_TOKEN are set, says the plug-in acme"), "\(run.error)")
    }
    // Without its variables it knows nothing: they are not handed over by themselves.
    let bare = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token", "--plugin", "acme=\(folder.path)/acme"], job(sandbox), in: folder)
    #expect(bare.status == 4, "\(bare.error)")
    let wrong = try await BuiltTool.run(
      [
        "mint", "pypi", "--format", "token", "--plugin",
        "acme=\(folder.path)/acme@sha256:\(String(repeating: "0", count: 64))",
      ],
      job(sandbox), in: folder)
    #expect(wrong.status == 8 && wrong.error.contains("program-refused"), "\(wrong.error)")
  }

  @Test("a command keeps the proxy that a provider's program lists, and not what carries the job's identity")
  func keepsTheProxyOfACommand() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try await sample(in: folder)
    let names = ["ACME_CI", "ACME_ID_TOKEN", "https_proxy", "PATH"]
    var environment = job(sandbox)
    environment["https_proxy"] = "http://127.0.0.1:9"
    environment["no_proxy"] = "127.0.0.1"
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--no-confirm", "--env", "T={token}", "--plugin", "acme=\(folder.path)/acme"]
        + names.flatMap { ["--plugin-env", "acme=\($0)"] }
        + ["--", "sh", "-c", "echo proxy=$https_proxy identity=$ACME_ID_TOKEN"], environment, in: folder)
    #expect(run.status == 0 && run.output.contains("proxy=http://127.0.0.1:9 identity=\n"), "\(run.output)\(run.error)")
  }

  /// What the organisation's file says beside the declaration, what the repository's says, the status and words of the error.
  @Test(
    "a repository's file selects what is declared, and declares nothing",
    arguments: [
      (#""providers":{"acme":{"when":{"ACME_CI":"true"}}}"#, "", Int32(0), ""),
      (#""providers":{"acme":{}}"#, #""providers":{"acme":{}}"#, 0, ""),
      (#""providers":{"acme":{}}"#, #""providers":{"acme":{"plugin":"acme"}}"#, 0, ""),
      (#""providers":{"mine":{"type":"program","plugin":"acme"}}"#, "", 0, ""),
      // Deny is the default: a program that no entry selects is not run.
      ("", "", 4, "No identity provider was found"),
      (#""providers":{"github":{}}"#, #""providers":{"acme":{}}"#, 3, "is not a provider of the organisation layer"),
      (#""providers":{"acme":{}}"#, #""plugins":{"acme":{"command":["/bin/true"]}}"#, 3, "declaration-refused"),
      (
        #""providers":{"acme":{}}"#, #""providers":{"acme":{"settings":{"url":"https://evil.example"}}}"#, 3,
        "configuration-widens"
      ),
      (#""providers":{"acme":{}}"#, #""providers":{"acme":{"when":{"HOME":"x"}}}"#, 3, "configuration-widens"),
      (#""providers":{"acme":{}}"#, #""providers":{"acme":{"plugin":"other"}}"#, 3, "configuration-widens"),
      (#""providers":{"acme":{}}"#, #""providers":{"acme":{"claims":{"ref":"x"}}}"#, 3, "configuration-widens"),
      (#""providers":{"acme":{"plugin":"acmee"}}"#, "", 3, "Did you mean \"acme\"?"),
    ])
  func selects(_ organisation: String, _ repository: String, _ status: Int32, _ words: String) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try await sample(in: folder)
    let declared =
      #""plugins":{"acme":{"command":["\#(folder.path)/acme"],"environment":["ACME_CI","ACME_ID_TOKEN"]},"other":{"command":["/bin/false"]}}"#
    try folder.write("org.json", "{\"version\":1,\(declared)\(organisation.isEmpty ? "" : ",\(organisation)")}")
    try folder.makeFolder("checkout")
    let checkout = TestFolder(at: "\(folder.path)/checkout")
    if !repository.isEmpty { try checkout.write("token-broker.json", "{\"version\":1,\(repository)}") }
    var environment = job(sandbox)
    environment["TOKEN_BROKER_ORG_CONFIG"] = "\(folder.path)/org.json"
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment, in: checkout)
    #expect(run.status == status && run.error.contains(words), "\(run.error)")
  }

  @Test(
    "nothing that a file alone says is run, and --plugin gives way to an organisation's file",
    arguments: [
      (
        #"{"version":1,"plugins":{"x":{"command":["{file}"]}},"providers":{"x":{}}}"#, [String](),
        "declaration-refused"
      ),
      (
        #"{"version":1,"plugins":{"x":{"command":["{file}"]}},"providers":{"x":{}}}"#,
        ["--config", "token-broker.json"], "declaration-refused"
      ),
      (#"{"version":1,"providers":{"x":{"type":"program"}}}"#, [], "which nobody declares"),
      (#"{"version":1,"providers":{"x":{"type":"program","command":["{file}"]}}}"#, [], "is not a known key"),
      (#"{"version":1,"extends":"org.json"}"#, [], "declaration-refused"),
      (
        #"{"version":1,"registries":{"x":{"upload-url":"https://evil.example/"}}}"#, ["--plugin", "x={file}"],
        "declaration-refused"
      ),
      (#"{"version":1,"providers":{"x":{"settings":{}}}}"#, ["--plugin", "x={file}"], "declaration-refused"),
    ] as [(String, [String], String)])
  func runsNothing(_ file: String, _ options: [String], _ words: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("program", "#!/bin/sh\ntouch '\(folder.path)/ran'\n")
    try folder.makeRunnable("program")
    let path = "\(folder.path)/program"
    try folder.write("org.json", #"{"version":1,"plugins":{"x":{"command":["\#(path)"]}},"providers":{"x":{}}}"#)
    try folder.write("token-broker.json", file.replacing("{file}", with: path))
    let options = options.map { $0.replacing("{file}", with: path) }
    let run = try await BuiltTool.run(["check", "--offline"] + options, ["GITHUB_ACTIONS": "true"], in: folder)
    #expect(run.status == 3 && run.error.contains(words), "\(run.status) \(run.error)")
    #expect(!folder.names.contains("ran"))
    let below = try await BuiltTool.run(
      ["check", "--offline", "--plugin", "y=\(path)"],
      ["TOKEN_BROKER_ORG_CONFIG_JSON": #"{"version":1,"providers":{"github":{}}}"#, "TOKEN_BROKER_CONFIG": ""])
    #expect(below.status == 3 && below.error.contains("configuration-widens"), "\(below.error)")
    #expect(!folder.names.contains("ran"))
  }

  @Test("a program that is at fault says nothing about a job of another CI system")
  func brokenProgramIsNoProvider() async throws {
    let sandbox = try Sandbox.started()
    var environment = sandbox.environment(for: .github)
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] =
      #"{"version":1,"plugins":{"one":{"command":["\#(Self.bad)","not-json"],"sha256":"\#(try Self.digest)"}},"providers":{"github":{},"one":{}}}"#
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    #expect(run.status == 0 && run.output.hasPrefix("pypi-"), "\(run.error)")
    for name in environment.keys where name.hasPrefix("GITHUB") { environment[name] = nil }
    let alone = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    #expect(alone.status == 9 && alone.error.contains("broke its contract in the operation detect"), "\(alone.error)")
  }

  // MARK: Registries

  /// A mint at a registry that a program knows, from a job of the sandbox's.
  private func mintAtProgram(_ mode: String, audience: String = "registry.invalid", _ sandbox: Sandbox) async throws
    -> BuiltTool.Run
  {
    var environment = sandbox.environment(for: .github)
    environment["TOKEN_BROKER_SANDBOX"] = nil
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] =
      #"{"version":1,"plugins":{"one":{"command":["\#(Self.bad)","\#(mode)"],"sha256":"\#(try Self.digest)","environment":["PATH"]}},"#
      + #""registries":{"depot":{"type":"program","plugin":"one","upload-url":"http://127.0.0.1:9/up","audience":"\#(audience)"}}}"#
    return try await BuiltTool.run(["mint", "depot", "--format", "json"], environment)
  }

  @Test("a program exchanges an identity token for an API token")
  func mintsAtProgram() async throws {
    let sandbox = try Sandbox.started()
    let run = try await mintAtProgram("none", sandbox)
    #expect(run.status == 0, "\(run.error)")
    let credential = try JSONReader().read(Array(run.output.utf8)).object?["credentials"]?.array?.first?.object
    #expect(credential?["token"]?.string == "own-0123456789abcdef" && credential?["username"]?.string == "u")
    #expect(run.output.contains("http://127.0.0.1:9/up"))
  }

  @Test("a live check makes an exchange and burns what comes of it, or says why it cannot")
  func checksLiveExchange() async throws {
    let sandbox = try Sandbox.started()
    var environment = sandbox.environment(for: .github)
    environment["TOKEN_BROKER_SANDBOX"] = nil
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] =
      #"{"version":1,"plugins":{"one":{"command":["\#(Self.bad)","none"],"sha256":"\#(try Self.digest)","environment":["PATH"]}},"#
      + #""registries":{"depot":{"type":"program","plugin":"one","upload-url":"http://127.0.0.1:9/up","audience":"registry.invalid"}}}"#
    let words = ["plugins", "check", "one", "--kind", "registry", "--live"]
    let run = try await BuiltTool.run(words, environment)
    #expect(run.status == 0 && run.output.contains("pass  live-exchange"), "\(run.output)\(run.error)")
    #expect(run.output.contains("live-revoke") && !run.output.contains("own-0123456789abcdef"), "\(run.output)")
    let bare = try await BuiltTool.run(words, environment.filter { $0.key.hasPrefix("TOKEN_BROKER") })
    #expect(bare.status == 0 && bare.output.contains("skip  live-exchange"), "\(bare.output)\(bare.error)")
  }

  @Test("a declaration without the variables that a program wants is warned of, if it has none at all, too")
  func checksTheDeclaredVariables() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let made = try await BuiltTool.run(["plugins", "new", "own", "--kind", "provider", "--language", "sh"], in: folder)
    #expect(made.status == 0, "\(made.error)")
    let digest = try FileDigest(of: "\(folder.path)/own", code: .fileUnreadable).sha256
    for (environment, isWhole) in [
      ("", false), (#","environment":["OWN_CI"]"#, false), (#","environment":["OWN_CI","OWN_ID_TOKEN"]"#, true),
    ] {
      let file =
        #"{"version":1,"plugins":{"own":{"command":["\#(folder.path)/own"],"sha256":"\#(digest)"\#(environment)}}}"#
      let run = try await BuiltTool.run(
        ["plugins", "check", "own"], ["TOKEN_BROKER_ORG_CONFIG_JSON": file], in: folder)
      #expect(run.output.contains("warn  environment") != isWhole, "\(run.output)\(run.error)")
    }
  }

  @Test(
    "what a registry's program does wrong ends the run, and no secret is said",
    arguments: [
      ("short", Int32(9), "\"token\" is no API token"), ("well-known", 8, "well-known audience"),
      ("no-audience", 9, "has no \"audience\""), ("said-and-fails", 6, "It did not work."), ("status", 9, "status 3"),
      ("signal", 9, "a signal ended it (9)"), ("endless", 9, "wrote more than 65536 bytes"),
      ("echo", 9, "is the identity token"),
    ])
  func refusesAtProgram(_ mode: String, _ status: Int32, _ words: String) async throws {
    let sandbox = try Sandbox.started()
    let run = try await mintAtProgram(mode, sandbox)
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.contains(words), "\(run.error)")
    let masks = run.error.split(separator: "\n").filter { $0.hasPrefix("::add-mask::") }.map {
      String($0.dropFirst(12))
    }
    let rest = run.error.split(separator: "\n").filter { !$0.hasPrefix("::add-mask::") }.joined(separator: "\n")
    let shown = rest.filter { !$0.isWhitespace }
    for secret in masks where secret.hasPrefix("eyJ") {
      for start in stride(from: 40, to: secret.count - 12, by: 7) {
        #expect(!shown.contains(secret.dropFirst(start).prefix(12)), "\(rest)")
      }
    }
    if mode == "said-and-fails" { #expect(rest.contains("standard error") && rest.contains("[redacted]"), "\(rest)") }
    #expect(!rest.contains("::add-mask::"))
  }

  @Test("a program is not given a token for a well-known audience, whatever its address is")
  func refusesWellKnownAudiences() async throws {
    let sandbox = try Sandbox.started()
    for address in ["https://upload.pypi.org/legacy/", "https://evil.example/"] {
      var environment = sandbox.environment(for: .github)
      environment["TOKEN_BROKER_SANDBOX"] = nil
      environment["TOKEN_BROKER_ORG_CONFIG_JSON"] =
        #"{"version":1,"plugins":{"one":{"command":["/bin/false"]}},"#
        + #""registries":{"depot":{"type":"program","plugin":"one","upload-url":"\#(address)","audience":"pypi"}}}"#
      let run = try await BuiltTool.run(["mint", "depot", "--format", "json"], environment)
      #expect(run.status == 8 && run.error.contains("audience-refused"), "\(run.error)")
    }
  }
}
