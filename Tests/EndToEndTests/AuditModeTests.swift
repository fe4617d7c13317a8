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

/// What audited rules would refuse: in a run's report, its summary, its last lines and one annotation, and collected of
/// many runs.
struct AuditModeTests {
  private static let organisation = #"""
    {"version":1,"mode":"audit","rules":{"ref":["refs/tags/v*"]},"providers":{"github":{"rules":{"runner":["self-hosted"]}},
    "gitlab":{"rules":{"runner-id":["12"]}}}}
    """#

  private func read(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private func lines(_ text: String, with words: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { $0.contains(words) }
  }

  /// Commands over two registries.
  @Test(arguments: [
    ["mint", "release", "--format", "json", "--output", "out"],
    ["exec", "release", "--env", "T={token}", "--", "true"],
    ["check", "release"],
  ])
  func isSaidOnceInEachPlace(_ command: [String]) async throws {
    for provider in [SandboxProvider.github, .gitlab] {
      let sandbox = try Sandbox.started()
      let folder = try TestFolder()
      defer { folder.remove() }
      try folder.write("summary", "")
      var environment = sandbox.environment(for: provider)
      environment["TOKEN_BROKER_ORG_CONFIG_JSON"] = Self.organisation
      if provider.name == "github" { environment["GITHUB_STEP_SUMMARY"] = "\(folder.path)/summary" }
      let own = provider.name == "github" ? "providers.github.rules.runner" : "providers.gitlab.rules.runner-id"
      let run = try await BuiltTool.run(
        [command[0], "--report", "report.json"] + command.dropFirst(), environment, in: folder)
      #expect(run.status == 0, "\(run.error)")

      let report = try read("\(folder.path)/report.json")
      let node = try JSONReader(maximumBytes: 1 << 20).read(Array(report.utf8))
      let sections = node.object?["sections"]?.array?.filter { $0.object?["registry"]?.string != nil } ?? []
      #expect(sections.count == 2)
      for section in sections {
        let audit = try #require(section.object?["audit"]?.array)
        let rules = audit.flatMap { $0.object?["facts"]?.array ?? [] }
          .filter { $0.object?["label"]?.string == "rule" }.compactMap { $0.object?["value"]?.string }
        #expect(
          rules == ["rules.ref: refs/tags/v*", "\(own): \(own.hasSuffix("id") ? "12" : "self-hosted")"], "\(report)")
      }

      let output = run.output + run.error
      let annotations = lines(output, with: "::warning title=token-broker audit::")
      #expect(annotations.count == (provider.name == "github" ? 1 : 0), "\(output)")
      #expect(lines(output, with: "::").filter { $0.contains("wants the") } == annotations, "\(output)")
      for note in annotations {
        #expect(
          note.contains("audit: 2 rules would refuse this run. testpypi, pypi: TOKEN_BROKER_ORG_CONFIG_JSON, line 1"))
        #expect(note.contains("rules.ref wants the ref refs/tags/v*") && note.contains("\(own) wants"), "\(note)")
      }
      let said = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("\(own) wants the"), "\(output)")
      if command[0] == "exec" {
        let last = output.split(separator: "\n").suffix(4).joined(separator: "\n")
        #expect(last.contains("audit: would be refused: testpypi, pypi: "), "\(output)")
      }
      if provider.name == "github" {
        let summary = try read("\(folder.path)/summary")
        #expect(lines(summary, with: "**audit**: would be refused: testpypi, pypi").count == 2, "\(summary)")
      }
      let collected = try await BuiltTool.run(["config", "audit", "--reports", "."], in: folder)
      #expect(collected.status == 1 && collected.output.contains("\n\(own): "), "\(collected.output)")
      #expect(collected.output.contains("\n  testpypi, pypi: \(own) wants the "), "\(collected.output)")
    }
  }

  /// A repository's file that is looser than an audited rule would be refused, too.
  @Test func aFileThatWouldBeRefusedIsInTheReport() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("token-broker.json", #"{"version":1,"providers":{"github":{"rules":{"runner":["hosted"]}}}}"#)
    var environment = sandbox.environment(for: .github)
    environment["TOKEN_BROKER_ORG_CONFIG_JSON"] = Self.organisation
    for command in [["check", "pypi"], ["exec", "pypi", "--env", "T={token}", "--", "true"]] {
      let run = try await BuiltTool.run(
        [command[0], "--report", "report.json"] + command.dropFirst(), environment, in: folder)
      #expect(run.status == 0, "\(run.error)")
      #expect(
        lines(run.output + run.error, with: "::warning").count { $0.contains("providers.github.rules.runner admits") }
          == 1)
      let collected = try await BuiltTool.run(["config", "audit", "--reports", folder.path, "--format", "json"])
      #expect(collected.output.contains(#""rule": "providers.github.rules.runner","#), "\(collected.output)")
    }
  }

  // MARK: Collecting

  private static func report(_ repository: String, _ rules: [String], command: String = "exec") -> String {
    let facts = rules.map {
      #"{"label":"rule","value":"\#($0)"},{"label":"claim","value":"x: y"},{"label":"origin","value":"o"}"#
    }
    let causes = rules.map { #"{"code":"rule-x","summary":"\#($0) would not admit it."}"# }
    let audit =
      rules.isEmpty
      ? "" : #"{"message":"m","facts":[\#(facts.joined(separator: ","))],"causes":[\#(causes.joined(separator: ","))]}"#
    return #"""
      {"version":1,"command":"\#(command)","result":"passed","status":0,"provider":"github","sections":[{"registry":"pypi","job":
      {"owner":"octo-org","repository":"\#(repository)"},"audit":[\#(audit)],"error":null}]}
      """#
  }

  @Test func collectsWhatWouldBeRefused() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("a/report.json", Self.report("one", ["rules.ref: refs/tags/v*"]))
    try folder.write("b/report.json", Self.report("one", ["rules.ref: refs/tags/v*", "rules.runner: hosted"]))
    try folder.write("c/deep/report.json", Self.report("two", ["rules.ref: refs/tags/v*"]))
    try folder.write("d.json", Self.report("three", []))
    try folder.write("notes.txt", "a note")
    let run = try await BuiltTool.run(["config", "audit", "--reports", "."], in: folder)
    #expect(run.status == 1 && run.error.isEmpty, "\(run.error)")
    for line in [
      "octo-org/one    would be refused  exec, passed  ./a/report.json",
      "  pypi: rules.runner: hosted would not admit it.\n",
      "octo-org/three  ok                exec, passed  ./d.json", "not read: ./notes.txt: It is no report: ",
      "rules.ref: refs/tags/v*: 3 reports of 2 repositories", "rules.runner: hosted: 1 report of 1 repository",
      "4 reports: 3 would be refused, 1 file not read",
    ] { #expect(run.output.contains(line), "\(line)\n\(run.output)") }
    let markdown = try await BuiltTool.run(["config", "audit", "--reports", ".", "--format", "markdown"], in: folder)
    #expect(markdown.output.contains(#"| rules.ref: refs/tags/v\* | 3 | 2 |"#), "\(markdown.output)")
    let json = try await BuiltTool.run(["config", "audit", "--reports", ".", "--format", "json"], in: folder)
    let node = try JSONReader(maximumBytes: 1 << 20).read(Array(json.output.utf8)).object
    #expect(node?["summary"]?.object?["refused"]?.integer == 3 && node?["reports"]?.array?.count == 4)
    #expect(node?["unread"]?.array?.count == 1)

    // Nothing refused, nothing read, and what does not go together.
    let right = try TestFolder()
    defer { right.remove() }
    try right.write("d.json", Self.report("three", []))
    for (arguments, status) in [
      (["--reports", right.path], 0), (["--reports", "\(right.path)/nowhere"], 3),
      (["--reports", right.path, "--only", "fix"], 2), (["--reports", right.path, "."], 2),
      (["--reports", right.path, "--reports", folder.path], 1),
    ] as [([String], Int32)] {
      #expect(try await BuiltTool.run(["config", "audit"] + arguments).status == status, "\(arguments)")
    }
  }

  /// What somebody's job may leave in place of a report.
  @Test func aHostileReportDoesNoHarm() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let text = #"\u001b]0;owned\u0007\u001b[2J\n::error title=x::y\n##[error]z\u202e| <b>@octocat</b>"#
    try folder.write("words.json", Self.report(text, [text], command: text))
    try folder.write("deep.json", String(repeating: "[", count: 100_000))
    try folder.write(
      "deep-object.json", #"{"version":1,"command":"x","result":"y","sections":"# + String(repeating: "[", count: 17))
    try folder.write("large.json", [UInt8](repeating: 0x20, count: 10_000_000))
    try folder.write("binary.json", (0...255).map { UInt8($0) })
    try folder.write("twice.json", #"{"version":1,"version":1}"#)
    try folder.write("other.json", #"{"version":2,"command":"x","result":"y","sections":[]}"#)
    try folder.write("list.json", "[]")
    try folder.write("empty.json", "")
    try folder.write(
      "odd.json",
      #"{"version":1,"command":"x","result":"y","sections":[null,1,{"audit":[null,{"facts":{}}]},{"audit":{}}]}"#)
    try folder.write(
      "many.json", Self.report("many", (0..<5000).map { "rules.r\($0): x" }))
    try folder.makeFolder("sub")
    for (name, target) in [
      ("zero", "/dev/zero"), ("loop", "."), ("sub/up", ".."), ("passwd", "/etc/passwd"), ("gone", "nowhere"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: target)
    }
    for format in ["text", "markdown", "json"] {
      let run = try await BuiltTool.run(
        ["config", "audit", "--reports", ".", "--format", format], ["GITHUB_ACTIONS": "true"], in: folder,
        preparation: "rm -f pipe && mkfifo pipe")
      #expect(run.status == 1, "\(run.error)")
      #expect(!run.output.contains("\u{1B}") && !run.output.contains("\u{202E}") && !run.output.contains("root:"))
      for line in run.output.split(separator: "\n") {
        let start = line.drop { $0 == " " }
        #expect(!start.hasPrefix("::") && !line.contains("##["), "\(line)")
      }
      for name in [
        "deep.json", "deep-object.json", "large.json", "binary.json", "twice.json", "other.json", "list.json",
        "empty.json", "zero", "loop", "up", "passwd", "gone", "pipe",
      ] {
        #expect(run.output.contains(name), "\(name) is not named\n\(run.output.prefix(3000))")
      }
      #expect(run.output.utf8.count < 600_000)
    }
    let text1 = try await BuiltTool.run(["config", "audit", "--reports", "."], in: folder)
    #expect(text1.output.contains("3 reports: 3 would be refused, 14 files not read"), "\(text1.output.suffix(400))")
  }
}
