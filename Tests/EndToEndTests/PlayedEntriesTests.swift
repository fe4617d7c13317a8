import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// CI systems and registries that a configuration describes, and programs, as `rehearse` and `sandbox` play them.
struct PlayedEntriesTests {
  private static let registries =
    #""asked":{"type":"exchange","upload-url":"https://packages.example.com/up/","ask-audience":{"path":"/aud","audience":"/data/audience"},"exchange":{"url":"https://{host}/x","method":"POST","headers":{"Authorization":"Bearer {identity-token}"}},"answer":{"credential":"token","expires-form":"jwt"},"revoke":{"path":"/r","form":{"token":"{credential}"}},"variables":{"OWN_TOKEN":"{token}","OWN_URL":"{url}"}},"#
    + #""known":{"type":"exchange","upload-url":"https://packages.example.com/up/","audience":"npm:{host}","organisation":"octo-org","project":"@octo/sample","exchange":{"url":"https://{host}/{organisation}/{package}/exchange","json":{"jwt":"{identity-token}","of":["{audience}",1]}},"answer":{"status":["201"],"credential":"/data/0/token","username":"/data/0/user","expires":"/data/0/at","expires-form":"iso8601"},"errors":["/errors/0/detail"],"revoke":{"path":"/t/{credential-id}","method":"DELETE"}},"#
    + #""whole":{"type":"exchange","upload-url":"https://packages.example.com/up/","audience":"{host}","exchange":{"url":"https://{host}/w","form":{"t":"{identity-token}"}},"answer":{"prefix":"own_","lifetime":"300"}}"#

  private static let sources = [
    #""detect":{"OWN_CI":"true"},"refuse":{"OWN_FORK":"*"},"request":{"url":"{OWN_URL_OF_TOKENS}/jobs/{OWN_JOB}/token","hosts":["ci.example.com"],"headers":{"Authorization":"Bearer {OWN_SECRET}"},"json":{"audience":"{audience}"},"token":"/data/token"}"#,
    #""detect":{"OWN_CI":"*"},"request":{"url":"https://ci.example.com/t","headers":{"X-Api-Key":"{OWN_SECRET}"},"query":{"aud":"{audience}"}}"#,
    #""variable":["OWN_ID_TOKEN"]"#, #""file":"{OWN_TOKEN_FILE}""#,
    #""detect":{"OWN_CI":"1"},"file":"/var/run/secrets/tokens/own""#,
    #""detect":{"OWN_CI":"1"},"command":{"words":["/no/such/program","{\"aud\":{audience-json}}"]}"#,
  ]

  private static func configuration(_ source: String, rules: String = "") -> String {
    let registries = registries.replacing(#","revoke":{"path":"/t/{credential-id}","method":"DELETE"}"#, with: "")
    return
      #"{"version":1,"providers":{"own-ci":{"type":"token",\#(source),"claims":{"owner":"org","repository":"project","ref":"/git/ref"}}},"registries":{\#(registries)}\#(rules)}"#
  }

  @Test("every source of identity tokens is rehearsed, with every form of exchange", arguments: sources)
  func rehearses(_ source: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("own.json", Self.configuration(source, rules: #","rules":{"owner":["nobody"]}"#))
    let run = try await BuiltTool.run(["rehearse", "--config", "own.json"], in: folder)
    #expect(run.status == 0 && run.output.contains("The rehearsal is complete"), "\(run.output)\(run.error)")
    #expect(run.output.components(of: "credential      [redacted]") == 3, "\(run.output)")
    #expect(run.output.contains("repository octo-org/sample, ref refs/heads/main"), "\(run.output)")
    #expect(run.output.contains("POST /octo-org/%40octo%2Fsample/exchange at known: 201"), "\(run.output)")
    #expect(run.output.contains("no entry says what a registry compares a job with"), "\(run.output)")
    let holds = source.contains("\"variable\"") || source.contains("\"file\"")
    #expect(run.output.contains("the identity token was used already") == holds, "\(run.output)")
    #expect(!run.output.contains("eyJ") && !run.error.contains("eyJ"))
  }

  @Test("each recipe's registry is rehearsed", arguments: ["rubygems", "nuget", "npm", "prefix", "cloudsmith"])
  func rehearsesRecipes(_ name: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("own.json", try Recipe.text(name))
    let run = try await BuiltTool.run(
      ["rehearse", "--config", "own.json", "--provider", "gitlab", "--registry", name], in: folder)
    #expect(run.status == 0 && run.output.contains("The rehearsal is complete"), "\(run.output)\(run.error)")
  }

  @Test(
    "each recipe's CI system is rehearsed",
    arguments: ["circleci", "buildkite", "forgejo", "codeberg", "azure-pipelines", "jenkins", "kubernetes"])
  func rehearsesProviders(_ name: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let recipe = try Recipe.text(name)
    let audience = name == "azure-pipelines" ? "api://AzureADTokenExchange" : "{host}"
    let registry =
      #""registries":{"own":{"type":"exchange","upload-url":"https://own.example.com/","audience":"\#(audience)","exchange":{"url":"https://own.example.com/x","json":{"jwt":"{identity-token}"}},"answer":{"credential":"token"}}},"version""#
    try folder.write("own.json", recipe.replacing("\"version\"", with: registry, maxReplacements: 1))
    let run = try await BuiltTool.run(["rehearse", "--config", "own.json"], in: folder)
    if name == "azure-pipelines" {
      // Its one audience is somebody else's, in a rehearsal too.
      #expect(run.status == 8 && run.error.contains("audience-refused"), "\(run.output)\(run.error)")
    } else {
      #expect(run.status == 0 && run.output.contains("The rehearsal is complete"), "\(run.output)\(run.error)")
    }
  }

  @Test("a command is run as a job of a described CI system, uploads, and its credential is revoked")
  func runsCommands() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    for source in Self.sources.prefix(4) {
      try folder.write("own.json", Self.configuration(source))
      let run = try await BuiltTool.run(
        [
          "sandbox", "--raw", "--config", "own.json", "--provider", "own-ci", "--registry", "asked", "--",
          BuiltTool.path,
          "exec", "asked", "--config", "own.json", "--", "sh", "-c",
          "exec 9<>/dev/null; printf '%s\\n' \"${OWN_TOKEN%%.*}\" \"$OWN_URL\"",
        ], in: folder)
      #expect(run.status == 0 && run.output.hasPrefix("eyJ"), "\(source): \(run.output)\(run.error)")
      #expect(run.output.contains("http://127.0.0.1:"), "\(run.output)")
      #expect(run.error.contains("asked: API token: burned"), "\(run.error)")
    }
  }

  @Test(
    "what cannot be played says why, and what to do instead",
    arguments: [
      (sources[4], ["--provider", "own-ci"], "no file is written there"),
      (sources[5], ["--provider", "own-ci"], "which asks the real CI system"),
      (sources[0], ["--provider", "own-cj"], "Did you mean \"own-ci\"?"),
      (sources[0], ["--registry", "nowhere"], "does not play \"nowhere\""),
    ])
  func refuses(_ source: String, _ options: [String], _ words: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("own.json", Self.configuration(source))
    let run = try await BuiltTool.run(
      ["sandbox", "--config", "own.json"] + options + ["--", "touch", "ran"], in: folder)
    #expect(run.status == 125 && run.error.contains(words), "\(run.error)")
    #expect(!folder.names.contains("ran"))
  }

  @Test("a name that a plug-in and an entry have is said once")
  func saysEachNameOnce() async throws {
    let provider = try await BuiltTool.run(["rehearse", "--provider", "nowhere"])
    #expect(provider.status == 2 && provider.error.contains("Known: github, gitlab, google.\n"), "\(provider.error)")
    let registry = try await BuiltTool.run(["rehearse", "--registry", "nowhere"])
    #expect(registry.status == 2 && registry.error.contains("Known: testpypi, pypi, crates-io.\n"), "\(registry.error)")
  }

  @Test("no secret of the job goes to a sandbox, and nothing goes to the CI system")
  func sendsNoSecret() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("own.json", Self.configuration(Self.sources[1]))
    let mint = [BuiltTool.path, "mint", "whole", "--config", "own.json", "--format", "token"]
    let own = try await BuiltTool.run(
      [
        "sandbox", "--raw", "--config", "own.json", "--provider", "own-ci", "--registry", "whole", "--", "env",
        "OWN_SECRET=real",
      ]
        + mint, in: folder)
    #expect(
      own.status == 8 && own.error.contains("OWN_SECRET holds a secret that is not the sandbox's"), "\(own.error)")
    let other = try await BuiltTool.run(
      ["sandbox", "--raw", "--config", "own.json", "--registry", "whole", "--", "env", "OWN_CI=1", "OWN_SECRET=real"]
        + mint + ["--provider", "own-ci"], in: folder)
    #expect(other.status == 8 && other.error.contains("no sandbox stands in for it"), "\(other.error)")
    // A variable alone leads nowhere: it counts beside the sandbox's own, and on this machine.
    for issuer in ["https://evil.example", "http://localhost:1", "x"] {
      let led = try await BuiltTool.run(
        [
          "sandbox", "--raw", "--config", "own.json", "--provider", "own-ci", "--registry", "whole", "--", "env",
          "TOKEN_BROKER_SANDBOX_ISSUER=\(issuer)",
        ] + mint, in: folder)
      #expect(led.status == 8 && led.error.contains("rehearsal-boundary"), "\(led.error)")
    }
  }

  // MARK: Programs

  private static var bad: String {
    "/" + (#filePath.split(separator: "/").dropLast(2) + ["Plugins", "bad"]).joined(separator: "/")
  }

  private func organisation(in folder: TestFolder) throws -> [String: String] {
    let digest = try FileDigest(of: Self.bad, code: .fileUnreadable).sha256
    try folder.makeFolder("checkout")
    try folder.write(
      "org.json",
      #"{"version":1,"plugins":{"acme":{"command":["\#(folder.path)/acme"],"environment":["ACME_CI","ACME_ID_TOKEN"]},"depot":{"command":["\#(Self.bad)","none"],"sha256":"\#(digest)","environment":["PATH"]}},"#
        + #""providers":{"acme":{"when":{"ACME_CI":"true"}},"github":{}},"#
        + #""registries":{"depot":{"type":"program","upload-url":"https://registry.invalid/up","variables":{"DEPOT_TOKEN":"{token}","DEPOT_URL":"{url}"}},\#(Self.whole)}}"#
    )
    return ["TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/org.json", "PATH": "/usr/bin:/bin"]
  }

  private static let whole =
    #""whole":{"type":"exchange","upload-url":"https://packages.example.com/up/","audience":"{host}","exchange":{"url":"https://{host}/w","form":{"t":"{identity-token}"}},"answer":{"prefix":"own_","lifetime":"300"}}"#

  @Test("a provider's program is run with a job of the sandbox's; a registry's is not played, and says what to do")
  func playsPrograms() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let made = try await BuiltTool.run(
      ["plugins", "new", "acme", "--kind", "provider", "--language", "sh"], in: folder)
    try #require(made.status == 0, "\(made.error)")
    let variables = try organisation(in: folder)
    let checkout = TestFolder(at: "\(folder.path)/checkout")
    let run = try await BuiltTool.run(
      ["rehearse", "--provider", "acme", "--registry", "whole"], variables, in: checkout)
    #expect(run.status == 0 && run.output.contains("acme recognised"), "\(run.output)\(run.error)")
    let refused = try await BuiltTool.run(["rehearse", "--registry", "depot"], variables, in: checkout)
    #expect(
      refused.status == 2 && refused.error.contains("known to the program alone")
        && refused.error.contains("--registry depot=http://127.0.0.1:PORT"), "\(refused.error)")
    let all = try await BuiltTool.run(["rehearse", "--require-org"], variables, in: checkout)
    #expect(
      all.status == 0 && all.output.contains("depot cannot be played by the sandbox"), "\(all.output)\(all.error)")
  }

  @Test("a stand-in of one's own takes the place of a registry's program's host, and exec sets its variables")
  func takesAStandIn() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let variables = try organisation(in: folder)
    let run = try await BuiltTool.run(
      [
        "sandbox", "--raw", "--registry", "depot=http://127.0.0.1:9", "--", BuiltTool.path, "exec", "depot", "--", "sh",
        "-c", "echo $DEPOT_TOKEN $DEPOT_URL",
      ], variables, in: TestFolder(at: "\(folder.path)/checkout"))
    #expect(
      run.status == 0 && run.output.contains("own-0123456789abcdef http://127.0.0.1:9/up\n"),
      "\(run.output)\(run.error)")
    #expect(run.error.contains("nothing guards where sh publishes"), "\(run.error)")
  }
}
