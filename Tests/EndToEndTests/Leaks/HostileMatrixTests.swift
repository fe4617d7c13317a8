import BrokerCore
import BuiltInPlugins
import TestSupport
import Testing

@testable import TokenBroker

/// Every text that others can choose, through every command that meets it, on its way to a log that a GitHub runner reads.
///
/// Few at a time: they start thousands of processes, and other suites measure time.
struct HostileMatrixTests {
  private static let gate = Turnstile(places: 2)

  private func run(
    _ arguments: [String], _ environment: [String: String] = [:], input: String = "", in folder: TestFolder? = nil
  ) async throws -> BuiltTool.Run {
    try await Self.gate.pass { try await BuiltTool.run(arguments, environment, input: input, in: folder) }
  }

  // MARK: Arguments

  /// The commands, by their names.
  private static let commands = CommandTable.names

  @Test(arguments: commands) func meetsArguments(_ name: String) async throws {
    let catalog = ToolCatalog(plugins: try .builtIn(), sandbox: .builtIn)
    let spec = try #require(CommandTable.specs(for: catalog).first { $0.name == name })
    let behind = spec.takesCommand ? ["--", "true"] : []
    let target = ["mint", "exec", "revoke"].contains(name) ? ["pypi"] : []
    let words = name.split(separator: " ").map(String.init)
    let site = try HostileSite(.audience, Fault("none") { $0.send($0.answer) })
    defer { site.stop() }
    let options = spec.options.filter { $0.value != nil }
    for (number, (label, text)) in HostileLog.texts.enumerated() {
      // Each option meets two of the texts; the operands, and an option that there is not, meet all.
      var lines = options.enumerated().filter { index, _ in
        (index + number) % HostileLog.texts.count < 2
      }.map { _, option in words + [option.name, text] + target + behind }
      lines += [words + [text] + behind, words + ["--\(text)"] + behind, words + target + [text] + behind]
      if spec.takesCommand { lines += [words + target + ["--", text], words + target + ["--", "true", text]] }
      for line in lines {
        let run = try await run(line, site.variables(isGitLab: false), input: "x")
        HostileLog(run).expectHarmless("\(line), \(label)")
      }
    }
  }

  // MARK: Variables

  /// Variables of a job: names and values with the text in them.
  private static let variables: [(name: String, make: @Sendable (String) -> [String: String])] = [
    ("identity token's name", { ["\($0)_ID_TOKEN": "x", "PYPI_ID_TOKEN": ""] }),
    ("tool's variable", { ["UV_\($0)": "x", "TWINE_\($0)": "x", "POETRY_\($0)": "x"] }),
    (
      "fork",
      {
        [
          "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": $0,
          "CI_MERGE_REQUEST_PROJECT_PATH": $0, "CI_PROJECT_PATH": "a\($0)",
        ]
      }
    ),
    ("server", { ["CI_SERVER_HOST": $0, "CI_SERVER_URL": $0, "GITHUB_SERVER_URL": $0] }),
    ("paths", { ["GITHUB_STEP_SUMMARY": $0, "GITHUB_EVENT_PATH": $0, "SSL_CERT_FILE": $0, "TMPDIR": $0] }),
    ("organisation", { ["TOKEN_BROKER_ORG_CONFIG": $0] }),
    ("organisation's text", { ["TOKEN_BROKER_ORG_CONFIG_JSON": $0] }),
    ("identity token", { ["PYPI_ID_TOKEN": $0] }), ("proxy", { ["https_proxy": $0, "HTTPS_PROXY": $0] }),
  ]

  @Test(arguments: variables.map(\.name)) func meetsVariables(_ name: String) async throws {
    let make = try #require(Self.variables.first { $0.name == name }).make
    let commands = [
      ["mint", "pypi", "--explain"], ["exec", "pypi", "--explain", "--client", "all", "--", "true"],
      ["check", "--offline", "--summary"], ["check", "pypi"], ["config", "publishers"],
      ["revoke", "pypi", "--from-env", "A"],
    ]
    for (label, text) in HostileLog.texts {
      for isGitLab in [false, true] {
        let site = try HostileSite(.audience, Fault("none") { $0.send($0.answer) })
        defer { site.stop() }
        var variables = site.variables(isGitLab: isGitLab).merging(make(text)) { $1 }
        // Both, so that the log is one that a runner reads.
        if isGitLab { variables["GITHUB_ACTIONS"] = "true" }
        guard !variables.keys.contains(where: { $0.contains("=") }) else { continue }
        for command in commands {
          let chosen = isGitLab && !["config", "revoke"].contains(command[0]) ? ["--provider", "gitlab"] : []
          let line = [command[0]] + chosen + command.dropFirst()
          let run = try await run(line, variables)
          HostileLog(run).expectHarmless("\(line), \(name), \(label)")
        }
      }
    }
  }

  // MARK: Servers

  private static let answers: [(name: String, step: HostileSite.Step, act: @Sendable (Fault.Scene, String) -> Bool)] = [
    ("audience", .audience, { $0.send(#"{"audience":\#($1)}"#) }),
    (
      "refusal", .exchange,
      { $0.send(#"{"message":\#($1),"errors":[{"code":\#($1),"description":\#($1)}]}"#, status: 422) }
    ),
    (
      "publisher", .exchange,
      { $0.send(#"{"message":\#($1),"errors":[{"code":"invalid-publisher","description":\#($1)}]}"#, status: 422) }
    ),
    (
      "payload", .exchange,
      { $0.send(#"{"message":"a","errors":[{"code":"invalid-payload","description":\#($1)}]}"#, status: 422) }
    ),
    ("API token", .exchange, { $0.send(#"{"success":true,"token":\#($1),"expires":4000000000}"#) }),
    ("burn", .burn, { $0.send(#"{"message":\#($1)}"#, status: 500) }),
    ("identity token", .identityToken, { $0.send(#"{"value":\#($1)}"#) }),
    (
      "release", .directory,
      { scene, text in
        guard scene.request.contains("/simple/") else { return scene.send(scene.answer) }
        let file = #"{"filename":\#(text),"hashes":{"sha256":\#(text)},"upload-time":\#(text),"provenance":\#(text)}"#
        let body = #"{"meta":{"api-version":"1.0"},"name":\#(text),"files":[\#(file)]}"#
        scene.wire.send(
          "HTTP/1.1 200 X\r\nContent-Type: application/vnd.pypi.simple.v1+json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            + body)
        return true
      }
    ),
  ]

  @Test(arguments: answers.map(\.name)) func meetsAnswers(_ name: String) async throws {
    let (_, step, act) = try #require(Self.answers.first { $0.name == name })
    let folder = try TestFolder()
    defer { folder.remove() }
    for file in ["a-1.0.tar.gz", "output"] { try folder.write(file, "") }
    let commands = [
      ["mint", "pypi", "--explain", "--timeout", "3"],
      ["exec", "pypi", "--explain", "--timeout", "3", "--env", "A={token}", "--", "true", "a-1.0.tar.gz"],
      ["check", "--timeout", "3", "--project", "a", "--summary", "pypi"],
      ["check", "--mint", "--timeout", "3", "--json", "pypi"], ["revoke", "pypi", "--from-env", "A"],
    ]
    for (label, text) in HostileLog.texts {
      let json = "\"" + text.unicodeScalars.map(Self.escaped).joined() + "\""
      for command in commands {
        let site = try HostileSite(step, Fault(name) { act($0, json) })
        defer { site.stop() }
        try folder.write("summary", "")
        let variables = site.variables(isGitLab: false).merging([
          "GITHUB_OUTPUT": "\(folder.path)/output", "GITHUB_STEP_SUMMARY": "\(folder.path)/summary",
          "A": "pypi-0123456789abcdef",
        ]) { $1 }
        let run = try await run(command, variables, in: folder)
        HostileLog(run).expectHarmless("\(command), \(name), \(label)")
        let summary = BuiltTool.Run(status: 0, output: folder.read("summary"), error: "")
        HostileLog(summary).expectHarmless("summary of \(command), \(name), \(label)")
      }
    }
  }

  /// An index that pins no audience may name any; one that a configuration names is named again where it is missing.
  @Test func meetsAudiencesOfOwnIndexes() async throws {
    let upload = "https://pypi.example.com/legacy/"
    for (label, text) in HostileLog.texts {
      let json = "\"" + text.unicodeScalars.map(Self.escaped).joined() + "\""
      for (isPinned, isGitLab) in [(false, false), (false, true), (true, false), (true, true)] {
        let site = try HostileSite(.audience, Fault("audience") { $0.send(#"{"audience":\#(json)}"#) })
        defer { site.stop() }
        let folder = try TestFolder()
        defer { folder.remove() }
        let pin = isPinned ? #","audience":\#(json)"# : ""
        try folder.write(
          "token-broker.json", #"{"version":1,"registries":{"pypi":{"upload-url":"\#(upload)"\#(pin)}}}"#)
        try folder.write("output", "")
        var variables = site.variables(isGitLab: isGitLab)
        variables.merge(["GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "\(folder.path)/output"]) { $1 }
        let chosen = isGitLab ? ["--provider", "gitlab"] : []
        for line in [
          ["mint"] + chosen + ["pypi"], ["mint", "--explain"] + chosen + ["pypi"],
          ["exec", "--keep-going", "--env", "A={token}"] + chosen + ["pypi", "--", "true"],
          ["check"] + chosen + ["pypi"], ["check", "--offline"] + chosen + ["pypi"], ["config"],
        ] {
          let run = try await run(line, variables, in: folder)
          HostileLog(run).expectHarmless("\(line), \(label), \(isPinned)")
        }
      }
    }
  }

  /// A character as a JSON text that a server may choose to write so.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  @Test func meetsClaims() async throws {
    let names = [
      "iss", "sub", "repository", "repository_owner", "repository_owner_id", "workflow_ref", "job_workflow_ref", "ref",
      "environment", "event_name", "runner_environment", "sha", "namespace_path", "project_path", "ci_config_ref_uri",
      "ref_path", "pipeline_source", "repository_visibility",
    ]
    let commands = [
      ["mint", "pypi", "--explain"], ["check", "pypi", "--summary"], ["check", "pypi", "--offline"],
      ["check", "--json", "pypi"],
    ]
    let configuration =
      #"{"version":1,"registries":{"pypi":{"rules":{"ref":["refs/tags/*"]},"expect":{"environment":"e"}}},"mode":"audit"}"#
    for (label, text) in HostileLog.texts {
      for isGitLab in [false, true] {
        let claims = names.map { (name: $0, json: JSONText.quoted(text)) }
        let refusal = Fault("refused") {
          $0.send(#"{"message":"b","errors":[{"code":"invalid-publisher","description":"c"}]}"#, status: 422)
        }
        let site = try HostileSite(.exchange, refusal, claims: claims)
        defer { site.stop() }
        for command in commands {
          for file in [nil, configuration] {
            let folder = try TestFolder()
            defer { folder.remove() }
            if let file { try folder.write("token-broker.json", file) }
            var variables = site.variables(isGitLab: isGitLab)
            variables["GITHUB_ACTIONS"] = "true"
            let chosen = isGitLab ? ["--provider", "gitlab"] : []
            let run = try await run([command[0]] + chosen + command.dropFirst(), variables, in: folder)
            HostileLog(run).expectHarmless("\(command), \(label), \(isGitLab)")
          }
        }
      }
    }
  }

  // MARK: Files

  /// Configuration files with the text as a key or a value.
  private static let files: [(name: String, make: @Sendable (String) -> String)] = [
    ("key", { #"{"version":1,\#($0):{}}"# }), ("registry key", { #"{"version":1,"registries":{"pypi":{\#($0):1}}}"# }),
    ("entry", { #"{"version":1,"registries":{\#($0):{}}}"# }),
    ("type", { #"{"version":1,"registries":{"pypi":{"type":\#($0)}}}"# }),
    ("address", { #"{"version":1,"registries":{"pypi":{"upload-url":\#($0)}}}"# }),
    (
      "audience",
      { #"{"version":1,"registries":{"own":{"type":"pypi","upload-url":"https://x.example/","audience":\#($0)}}}"# }
    ),
    ("project", { #"{"version":1,"registries":{"pypi":{"project":\#($0)}}}"# }),
    (
      "expect",
      { #"{"version":1,"registries":{"pypi":{"expect":{"owner":\#($0),"workflow":\#($0),"environment":\#($0)}}}}"# }
    ),
    ("rules", { #"{"version":1,"registries":{"pypi":{"rules":{"ref":[\#($0)],"repository":[\#($0)]}}}}"# }),
    ("audited rules", { #"{"version":1,"mode":"audit","rules":{"ref":[\#($0)],"owner":[\#($0)]}}"# }),
    ("route", { #"{"version":1,"routes":{"all":[\#($0)]}}"# }), ("extends", { #"{"version":1,"extends":\#($0)}"# }),
    ("mode", { #"{"version":1,"mode":\#($0)}"# }), ("schema", { #"{"version":1,"$schema":\#($0)}"# }),
    ("variables", { #"{"version":1,"providers":{"github":{},"gitlab":{"variables":{\#($0):["A_ID_TOKEN"]}}}}"# }),
    ("variable", { #"{"version":1,"providers":{"github":{},"gitlab":{"variables":{"pypi":[\#($0)]}}}}"# }),
    ("no JSON", { "{\($0.dropFirst().dropLast())" }),
  ]

  @Test(arguments: files.map(\.name)) func meetsFiles(_ name: String) async throws {
    let make = try #require(Self.files.first { $0.name == name }).make
    let commands = [
      ["config"], ["config", "check", "token-broker.json"], ["config", "publishers", "--provider", "github"],
      ["check", "--offline"], ["check", "pypi"], ["mint", "pypi", "--explain"],
      ["exec", "pypi", "--explain", "--env", "A={token}", "--", "true"], ["explain"],
      ["revoke", "pypi", "--from-env", "A"],
    ]
    let site = try HostileSite(.audience, Fault("none") { $0.send($0.answer) })
    defer { site.stop() }
    let log = "invalid-publisher: repository: a/b, job_workflow_ref: a/b/.github/workflows/c.yml@refs/heads/main"
    for (label, text) in HostileLog.texts {
      let json = name == "no JSON" ? "\"\(text)\"" : "\"" + text.unicodeScalars.map(Self.escaped).joined() + "\""
      for command in commands {
        let folder = try TestFolder()
        defer { folder.remove() }
        try folder.write("token-broker.json", make(json))
        try folder.write("output", "")
        let variables = site.variables(isGitLab: false).merging([
          "A": "pypi-0123456789abcdef", "GITHUB_OUTPUT": "\(folder.path)/output",
        ]) { $1 }
        let run = try await run(command, variables, input: log, in: folder)
        HostileLog(run).expectHarmless("\(command), \(name), \(label)")
      }
    }
  }

  // MARK: Checkouts

  /// What a checkout may hold: file names and contents with the text in them.
  private static let checkouts: [(name: String, make: @Sendable (String) -> [String: String])] = [
    ("workflow's name", { [".github/workflows/\($0).yml": "permissions: {id-token: write}"] }),
    (
      "two workflows' names",
      {
        let able = "permissions: {id-token: write}"
        return [".github/workflows/\($0) a.yml": able, ".github/workflows/\($0) b.yml": able]
      }
    ),
    ("environment", { [".github/workflows/a.yml": "permissions: {id-token: write}\nenvironment: '\($0)'"] }),
    (
      "two environments",
      { [".github/workflows/\($0) a.yml": "permissions: {id-token: write}\nenvironment: '\($0)'\nenvironment: b"] }
    ),
    ("remote", { [".git/config": "[remote \"\($0)\"]\nurl = https://github.com/a/b\n"] }),
    ("address", { [".git/config": "[remote \"origin\"]\nurl = https://\($0)/a/b\n"] }),
    ("path", { [".git/config": "[remote \"origin\"]\nurl = https://github.com/\($0)/b\n"] }),
    ("project", { ["pyproject.toml": "[project]\nname = \"\($0)\"\n"] }),
    ("pipeline", { [".gitlab-ci.yml": "id_tokens:\nenvironment: '\($0)'"] }),
    ("gitdir", { [".git": "gitdir: \($0)"] }),
  ]

  @Test(arguments: checkouts.map(\.name)) func meetsCheckouts(_ name: String) async throws {
    let make = try #require(Self.checkouts.first { $0.name == name }).make
    for (label, text) in HostileLog.texts where !text.contains("\u{0}") {
      for command in [
        ["config", "init"], ["config", "publishers"], ["config", "publishers", "--format", "markdown"],
        ["config", "publishers", "--format", "json"], ["config", "publishers", "--workflow", "other.yml"],
      ] {
        for provider in ["github", "gitlab"] {
          let folder = try TestFolder()
          defer { folder.remove() }
          let files = make(name.hasSuffix("s name") || name.hasSuffix("names") ? text.replacing("/", with: "") : text)
          for place in [".github", ".github/workflows"] { try folder.makeFolder(place) }
          if files[".git"] == nil { try folder.makeFolder(".git") }
          try folder.write(".github/workflows/test.yml", "on: push")
          for (path, contents) in files { try folder.write(path, contents) }
          let line = command + ["--provider", provider]
          let run = try await run(line, ["GITHUB_ACTIONS": "true"], in: folder)
          HostileLog(run).expectHarmless("\(line), \(name), \(label)")
        }
      }
    }
  }

  /// Distribution files, and the folder, with the text in their names.
  @Test func meetsFileNames() async throws {
    let site = try HostileSite(.audience, Fault("none") { $0.send($0.answer) })
    defer { site.stop() }
    for (label, text) in HostileLog.texts {
      let folder = try TestFolder()
      defer { folder.remove() }
      let name = text.replacing("/", with: "")
      let files = ["\(name)-1.0.tar.gz", "\(name).whl", "a-1.0-\(name).whl", "\(name).zip"]
      for file in files { try folder.write(file, "x") }
      try folder.makeFolder(name)
      for line in [
        ["exec", "pypi", "--per-file", "--env", "A={token}", "--", "false"] + files,
        ["exec", "pypi", "--env", "A={token}", "--", "false"] + files,
        ["exec", "pypi", "--env", "A={token}", "--", "./\(name)", files[0]],
        ["config", "publishers", "--provider", "github", name], ["config", "check", name, files[0]],
        ["mint", "pypi", "--format", "token", "--output", "\(name)/x"],
      ] {
        let run = try await run(line, site.variables(isGitLab: false), in: folder)
        HostileLog(run).expectHarmless("\(line), \(label)")
      }
    }
  }

  // MARK: Logs

  @Test func meetsLogs() async throws {
    let logs: [@Sendable (String) -> String] = [
      { "invalid-publisher \($0)" }, { "unknown trusted publishing issuer '\($0)'" },
      {
        "`invalid-publisher`: Check failed for required claim '\($0)'\nrepository: '\($0)'\nrepository_owner: '\($0)'"
      },
      {
        "invalid-publisher\n* `repository`: `a/b`\n* `repository_owner`: `\($0)`\n* `job_workflow_ref`: `\($0)`\n"
          + "* `environment`: `\($0)`\n* `iss`: `\($0)`"
      },
      { "invalid-publisher project_path=\($0) namespace_path=\($0) ci_config_ref_uri=\($0)" },
      { "\($0)_ID_TOKEN is missing" }, { "400 File already exists \($0)" },
      { "invalid-publisher: The job_workflow_ref claim does not match, expecting one of ['\($0)'], got '\($0)'" },
      { "invalid-publisher: ci_config_ref_uri claim does not match, expecting one of ['\($0)'], got '\($0)'" },
    ]
    for (label, text) in HostileLog.texts {
      for log in logs {
        for options in [[], ["--project", text.filter { $0 != "\0" }], ["--registry", "testpypi"]] {
          let run = try await run(["explain"] + options, ["GITHUB_ACTIONS": "true"], input: log(text))
          HostileLog(run).expectHarmless("\(log("TEXT")), \(label)")
        }
      }
    }
  }
}
