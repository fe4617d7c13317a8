import BrokerCore
import BrokerSandbox
import BuiltInPlugins
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Layers and rules through the built tool.
struct OrganisationTests {
  private static let organisation =
    #"{"version":1,"rules":{"ref":["refs/heads/*"]},"routes":{"all":["testpypi","pypi"]}}"#

  /// A checkout with a repository's file, and an organisation's file beside it.
  private struct Site {
    let outside: TestFolder
    let checkout: TestFolder

    init(_ repository: String? = nil, organisation: String = OrganisationTests.organisation) throws {
      outside = try TestFolder()
      checkout = try TestFolder()
      try outside.write("org.json", organisation)
      if let repository { try checkout.write("token-broker.json", repository) }
    }

    func remove() {
      outside.remove()
      checkout.remove()
    }
  }

  // MARK: Layers

  @Test func findsTheOrganisationsFileInThreeWays() async throws {
    let site = try Site(#"{"version":1,"registries":{"pypi":{}}}"#)
    defer { site.remove() }
    let digest = SHA256.hexadecimal(of: Array(Self.organisation.utf8))
    let path = "\(site.outside.path)/org.json"
    for (variables, name) in [
      (["TOKEN_BROKER_ORG_CONFIG": path], "\(path)  found by TOKEN_BROKER_ORG_CONFIG"),
      (["TOKEN_BROKER_ORG_CONFIG_JSON": Self.organisation], "TOKEN_BROKER_ORG_CONFIG_JSON"),
    ] {
      let run = try await BuiltTool.run(["config", "--require-org"], variables, in: site.checkout)
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.contains("layer: organisation  \(name)  sha256 \(digest)\n"), "\(run.output)")
      #expect(run.output.contains("layer: repository    token-broker.json  sha256 "))
      #expect(run.output.contains("(token-broker.json, line 1, column 14)"), "\(run.output)")
    }
    try FileManager.default.createDirectory(atPath: "\(site.checkout.path)/sub", withIntermediateDirectories: false)
    let folder = site.outside.path.split(separator: "/").last ?? ""
    try site.checkout.write("sub/mine.json", "{\"version\":1,\"extends\":\"../../\(folder)/org.json\"}")
    let run = try await BuiltTool.run(["config", "--config", "sub/mine.json", "--require-org"], in: site.checkout)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("layer: organisation  \(path)  found by extends  sha256 \(digest)\n"), "\(run.output)")
  }

  /// Variables, the repository's file, and words of the error.
  @Test(
    arguments: [
      (
        ["TOKEN_BROKER_ORG_CONFIG": "@/org.json", "TOKEN_BROKER_ORG_CONFIG_JSON": "{}"], "{\"version\":1}",
        "TOKEN_BROKER_ORG_CONFIG and TOKEN_BROKER_ORG_CONFIG_JSON"
      ),
      (
        ["TOKEN_BROKER_ORG_CONFIG": "@/org.json"], "{\"version\":1,\"extends\":\"x\"}",
        "TOKEN_BROKER_ORG_CONFIG and extends (token-broker.json, line 1, column 24)"
      ),
      (
        ["TOKEN_BROKER_ORG_CONFIG_JSON": "{}"], "{\"version\":1,\"extends\":\"x\"}",
        "TOKEN_BROKER_ORG_CONFIG_JSON and extends"
      ),
      (["TOKEN_BROKER_ORG_CONFIG": "/nonexistent/org.json"], "{\"version\":1}", "/nonexistent/org.json"),
      (["TOKEN_BROKER_ORG_CONFIG": "{\"version\":1}"], "{\"version\":1}", "into TOKEN_BROKER_ORG_CONFIG_JSON"),
      (["TOKEN_BROKER_ORG_CONFIG_JSON": "/etc/org.json"], "{\"version\":1}", "TOKEN_BROKER_ORG_CONFIG_JSON, line 1"),
      ([:], "{\"version\":1,\"extends\":\"missing.json\"}", "missing.json"),
      ([:], "{\"version\":1,\"extends\":\"token-broker.json\"}", "extends has no place in an organisation's file"),
    ] as [([String: String], String, String)])
  func refusesWhatIsNotOneLayer(_ variables: [String: String], _ repository: String, _ words: String) async throws {
    let site = try Site(repository)
    defer { site.remove() }
    let run = try await BuiltTool.run(
      ["config"], variables.mapValues { $0.replacing("@", with: site.outside.path) }, in: site.checkout)
    #expect(run.status == 3 && run.output.isEmpty, "\(run.output)")
    #expect(run.error.contains(words), "\(run.error)")
  }

  @Test func labelsWhatTheRepositoryControls() async throws {
    let site = try Site()
    defer { site.remove() }
    let (inside, outside) = ("\(site.checkout.path)/org.json", "\(site.outside.path)/org.json")
    try site.checkout.write("org.json", Self.organisation)
    // GitLab puts file variables beside the checkout, into a folder whose name begins like the checkout's.
    let beside = "\(site.checkout.path).tmp"
    try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: beside) }
    try Data(Self.organisation.utf8).write(to: URL(filePath: "\(beside)/ORG"))
    try FileManager.default.createSymbolicLink(atPath: "\(site.outside.path)/link", withDestinationPath: inside)
    try FileManager.default.createSymbolicLink(atPath: "\(site.checkout.path)/link", withDestinationPath: outside)
    let elsewhere = try TestFolder()
    defer { elsewhere.remove() }
    for (path, folder, variables, isControlled) in [
      (inside, site.checkout, [:], true), ("org.json", site.checkout, [:], true),
      ("sub/../org.json", site.checkout, [:], true), ("\(site.outside.path)/link", site.checkout, [:], true),
      ("\(site.checkout.path)/link", site.checkout, [:], true), (outside, site.checkout, [:], false),
      ("\(beside)/ORG", elsewhere, ["CI_PROJECT_DIR": site.checkout.path], false),
      (inside, elsewhere, ["CI_PROJECT_DIR": site.checkout.path], true),
      (inside, elsewhere, ["GITHUB_WORKSPACE": site.checkout.path], true),
    ] as [(String, TestFolder, [String: String], Bool)] {
      let environment = variables.merging(["TOKEN_BROKER_ORG_CONFIG": path]) { $1 }
      if path.hasPrefix("sub/") {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/sub", withIntermediateDirectories: true)
      }
      let run = try await BuiltTool.run(["config"], environment, in: folder)
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.contains("  repository-controlled  ") == isControlled, "\(path)\n\(run.output)")
      let required = try await BuiltTool.run(["config", "--require-org"], environment, in: folder)
      #expect(required.status == (isControlled ? 3 : 0), "\(path)\n\(required.error)")
    }
  }

  /// Every command that reads the configuration, and the status without an organisation's file.
  @Test(
    arguments: [
      (["config"], Int32(3)), (["config", "check", "token-broker.json"], 3),
      (["mint", "pypi", "--format", "token"], 3), (["revoke", "pypi"], 3), (["exec", "pypi", "--", "true"], 125),
      (["check", "pypi"], 3),
    ] as [([String], Int32)])
  func requiresAnOrganisation(_ command: [String], _ status: Int32) async throws {
    let sandbox = try Sandbox.started()
    let site = try Site(#"{"version":1}"#)
    defer { site.remove() }
    let index = command.firstIndex(of: "--") ?? command.endIndex
    let arguments = Array(command[..<index]) + ["--require-org"] + Array(command[index...])
    let run = try await BuiltTool.run(arguments, sandbox.environment(for: .gitlab), in: site.checkout)
    #expect(run.status == status && run.error.contains("organisation-missing"), "\(run.error)")
    #expect(!sandbox.requests.contains { $0.method == "POST" })
  }

  @Test func checksManyRepositoriesBelowOneOrganisation() async throws {
    let site = try Site()
    defer { site.remove() }
    try site.checkout.write("good.json", #"{"version":1,"rules":{"ref":["refs/heads/main"]}}"#)
    try site.checkout.write("loose.json", #"{"version":1,"rules":{"ref":["refs/**"]}}"#)
    try site.checkout.write(
      "host.json", #"{"version":1,"registries":{"x":{"type":"pypi","upload-url":"https://x.example/"}}}"#)
    let organisation = "\(site.outside.path)/org.json"
    let run = try await BuiltTool.run(
      ["config", "check", organisation, "good.json", "loose.json", "host.json"],
      ["TOKEN_BROKER_ORG_CONFIG": organisation], in: site.checkout)
    #expect(
      run.status == 3 && run.output == "\(organisation): ok\ngood.json: ok\n4 files: 2 ok, 2 wrong\n",
      "\(run.output)")
    for words in [
      "loose.json, line 1, column 30: rules.ref admits \"refs/**\"", "(\(organisation), line 1, column 29)",
      "host.json, line 1, column 28: registries.x adds the host x.example",
    ] {
      #expect(run.error.contains(words), "\(run.error)")
    }
  }

  // MARK: Rules in a job

  /// The organisation's rules, the status, and words of the message, for a job on refs/heads/main.
  @Test(
    arguments: [
      (#""rules":{"ref":["refs/heads/*"],"owner":["octo-**"],"event":["push"]}"#, Int32(0), ""),
      (#""rules":{"ref":["refs/tags/*"]}"#, 8, "its ref is \"refs/heads/main\""),
      (#""rules":{"environment":["pypi"]}"#, 8, "its identity token says no environment"),
      (#""registries":{"pypi":{"rules":{"runner":["self-hosted"]}}}"#, 8, "its runner is \"hosted\""),
      (
        #""mode":"audit","rules":{"ref":["refs/tags/*"]}"#, 0,
        "rules.ref wants the ref refs/tags/*, and this job is another"
      ),
    ] as [(String, Int32, String)])
  func judgesTheJobBeforeAnythingIsSent(_ rules: String, _ status: Int32, _ words: String) async throws {
    // Of Google's jobs, no claim says any of this: GoogleTests has its own.
    for provider in [SandboxProvider.github, .gitlab] {
      let sandbox = try Sandbox.started()
      var environment = sandbox.environment(for: provider)
      environment["TOKEN_BROKER_ORG_CONFIG_JSON"] = "{\"version\":1,\(rules)}"
      let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
      #expect(run.status == status && run.output.isEmpty == (status != 0), "\(run.error)")
      let said = run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains(words), "\(run.error)")
      let exchanges = sandbox.requests.count { $0.method == "POST" }
      #expect(exchanges == (status == 0 ? 1 : 0))
      for options in [[], ["--offline"]] {
        // Without asking, only GitLab's job can be judged: its identity token is there.
        guard options.isEmpty || provider == .gitlab else { continue }
        let check = try await BuiltTool.run(["check", "pypi"] + options, environment)
        #expect(check.status == status, "\(options) \(check.output)")
        if words.contains("rules.ref") { #expect(check.output.contains("rules.ref"), "\(check.output)") }
      }
      if !words.isEmpty { #expect(run.error.contains("TOKEN_BROKER_ORG_CONFIG_JSON, line 1, column "), "\(run.error)") }
    }
  }

  /// Hosted runners at GitHub and own ones at GitLab, in one file; who runs where, the status, and words.
  @Test(
    arguments: [
      (SandboxProvider.github, [:], Int32(0), ""),
      (.github, ["runner_environment": "self-hosted"], 8, "providers.github.rules.runner wants the runner hosted"),
      (.gitlab, ["runner_environment": "self-hosted", "runner_id": "12"], 0, ""),
      (
        .gitlab, ["runner_environment": "self-hosted", "runner_id": "14"], 8,
        "providers.gitlab.rules.runner-id wants the runner-id 12, 13, and this job is another: its runner-id is \"14\" (claim runner_id)"
      ),
      (.gitlab, [:], 8, "providers.gitlab.rules.runner wants the runner self-hosted"),
      (
        .gitlab, ["runner_environment": "self-hosted", "runner_id": "12", "namespace_id": "3002"], 8,
        "write \"3002\" beside the ids at TOKEN_BROKER_ORG_CONFIG_JSON"
      ),
    ] as [(SandboxProvider, [String: String], Int32, String)])
  func judgesAJobByTheRulesOfItsProvider(
    _ provider: SandboxProvider, _ claims: [String: String], _ status: Int32, _ words: String
  ) async throws {
    let sandbox = try Sandbox.started { $0.claims = claims.map { SandboxClaim($0.key, $0.value) } }
    var environment = sandbox.environment(for: provider)
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] = #"""
      {"version":1,"rules":{"ref":["refs/heads/*"]},"providers":{"github":{"rules":{"runner":["hosted"]}},"gitlab":{"rules":
      {"runner":["self-hosted"],"runner-id":["12","13"],"owner-id":["1000","3001"]}}}}
      """#
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    let said = run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == status && said.contains(words), "\(run.error)")
    #expect(sandbox.requests.count { $0.method == "POST" } == (status == 0 ? 1 : 0))
    // A repository's file cannot talk its way around them.
    for repository in [
      #"{"version":1,"providers":{"github":{},"gitlab":{}}}"#,
      #"{"version":1,"providers":{"github":{"rules":{"runner":["hosted","self-hosted"]}}}}"#,
      #"{"version":1,"providers":{"gitlab":{"rules":{"runner-id":["12","14"]}}}}"#,
      #"{"version":1,"providers":{"gitlab":{"rules":{"owner-id":["3002"]}}}}"#,
      #"{"version":1,"mode":"audit","providers":{"mine":{"type":"gitlab"}}}"#,
      #"{"version":1,"providers":{"mine":{"type":"github"}}}"#,
    ] where status == 8 {
      let site = try Site(repository)
      defer { site.remove() }
      let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment, in: site.checkout)
      #expect([3, 4, 8].contains(run.status) && run.output.isEmpty, "\(repository) \(run.error)")
    }
    #expect(sandbox.requests.count { $0.method == "POST" } == (status == 0 ? 1 : 0))
    let shown = try await BuiltTool.run(["config"], environment)
    for row in ["providers.github.rules.runner ", "providers.gitlab.rules.runner-id "] {
      #expect(shown.output.contains("\n\(row)"), "\(shown.output)")
    }
    let check = try await BuiltTool.run(["check", "pypi"], environment)
    #expect(check.status == status && (status == 0 || check.output.contains("providers.")), "\(check.output)")
  }

  @Test func aRepositoryCannotTalkItsWayAroundARule() async throws {
    let sandbox = try Sandbox.started()
    for repository in [
      #"{"version":1}"#, #"{"version":1,"mode":"audit"}"#,
      #"{"version":1,"registries":{"pypi":{"rules":{"environment":["pypi"]}}}}"#,
      #"{"version":1,"mode":"audit","rules":{"ref":["refs/tags/v*"]},"routes":{"mine":["pypi"]}}"#,
      #"{"version":1,"registries":{"mine":{"type":"pypi"}}}"#,
      #"{"version":1,"rules":{"ref":["refs/**"]}}"#, #"{"version":1,"lower-layers":{}}"#,
    ] {
      let site = try Site(repository)
      defer { site.remove() }
      var environment = sandbox.environment(for: .github)
      environment["TOKEN_BROKER_ORG_CONFIG_JSON"] = #"{"version":1,"rules":{"ref":["refs/tags/**"]}}"#
      for target in ["pypi", "mine"] {
        let run = try await BuiltTool.run(["mint", target, "--format", "token"], environment, in: site.checkout)
        #expect([2, 3, 8].contains(run.status) && run.output.isEmpty, "\(repository) \(run.error)")
      }
    }
    #expect(!sandbox.requests.contains { $0.method == "POST" })
  }

  /// What a repository's file says below an organisation's, the target that a central workflow names, and words.
  @Test(
    arguments: [
      (
        #""registries":{"mine":{"type":"pypi","upload-url":"https://s.example.com/","simple-url":"https://evil.example/"}}"#,
        "mine", "registries.mine.simple-url leads to https://evil.example"
      ),
      (
        #""registries":{"testpypi":{}},"routes":{"pypi":["testpypi"]}"#, "pypi",
        "routes.pypi has the name of a registry of the organisation layer"
      ),
      (
        #""registries":{"testpypi":{},"release":{"type":"pypi","upload-url":"https://s.example.com/"}}"#, "release",
        "registries.release has the name of a route of the organisation layer"
      ),
    ])
  func aRepositoryCannotPublishElsewhereByAName(_ repository: String, _ target: String, _ words: String) async throws {
    let sandbox = try Sandbox.started()
    let site = try Site("{\"version\":1,\(repository)}")
    defer { site.remove() }
    var environment = sandbox.environment(for: .github)
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] =
      #"{"version":1,"lower-layers":{"add-registries-at":["https://s.example.com"]}}"#
    for command in [
      ["mint", target, "--format", "token"], ["exec", target, "--env", "X={token}", "--", "true"], ["config"],
    ] {
      let run = try await BuiltTool.run(command, environment, in: site.checkout)
      #expect(run.status == (command[0] == "exec" ? 125 : 3) && run.output.isEmpty, "\(run.error)")
      #expect(run.error.contains(words), "\(run.error)")
    }
    #expect(sandbox.requests.isEmpty)
  }

  @Test func saysThatAProviderIsLeftOut() async throws {
    let sandbox = try Sandbox.started()
    var environment = sandbox.environment(for: .gitlab)
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] = #"{"version":1,"providers":{"github":{}}}"#
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    #expect(run.status == 4, "\(run.error)")
    #expect(
      run.error.contains("The job runs at gitlab, which is not among the providers of TOKEN_BROKER_ORG_CONFIG_JSON"))
  }

  @Test func aPinBelowAnOrganisationNamesTheOwnHostAlone() async throws {
    let sandbox = try Sandbox.started()
    let organisation =
      #"{"version":1,"registries":{"pypi":{"upload-url":"https://pypi.example.com/legacy/"}}}"#
    for (variable, pin, words) in [
      ("TOKEN_BROKER_ORG_CONFIG_JSON", "anything", "may ask for its own host pypi.example.com alone"),
      ("TOKEN_BROKER_ORG_CONFIG_JSON", "pypi.example.com", "is the one it is known by"),
      ("", "anything", "is the one it is known by"),
    ] {
      let site = try Site(variable.isEmpty ? organisation : nil)
      defer { site.remove() }
      var environment = sandbox.environment(for: .github)
      if !variable.isEmpty { environment[variable] = organisation }
      let run = try await BuiltTool.run(
        ["mint", "pypi", "--format", "token", "--audience", pin], environment, in: site.checkout)
      #expect(run.status != 0 && run.error.contains(words), "\(pin) \(run.error)")
    }
  }
}
