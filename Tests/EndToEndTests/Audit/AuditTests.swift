import BrokerCore
import TestSupport
import Testing

@Suite("config audit")
struct AuditTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func make(_ checkouts: [AuditCheckout]) throws {
    for checkout in checkouts {
      try folder.write("\(checkout.name)/.git/config", "[remote \"origin\"]\n\turl = \(checkout.remote)\n")
      for (path, text) in checkout.files { try folder.write("\(checkout.name)/\(path)", text) }
    }
  }

  @Test("of fifty checkouts every planted fault is found, and nothing else")
  func planted() async throws {
    let all = AuditCheckout.all
    #expect(all.count >= 50 && Set(all.map(\.name)).count == all.count)
    try make(all)
    let run = try await BuiltTool.run(
      ["config", "audit", "--format", "json"] + all.map { "\(folder.path)/\($0.name)" })
    #expect(run.status == 1, "\(run.error)")
    let rows = try #require(
      try JSONReader(maximumBytes: 1 << 22).read(Array(run.output.utf8)).object?["repositories"]?.array)
    #expect(rows.count == all.count)
    for checkout in all {
      let row = try #require(rows.first { $0.object?["repository"]?.string == "octo-org/\(checkout.name)" }?.object)
      let findings = (row["findings"]?.array ?? []).compactMap(\.object).filter { $0["state"]?.string != nil }
      let found = findings.map { finding -> String in
        let code = finding["code"]?.string ?? ""
        return finding["file"]?.string.map { "\(code) \($0):\(finding["line"]?.integer ?? 0)" } ?? code
      }
      #expect(Set(found) == checkout.expected, "\(checkout.name): \(findings.compactMap { $0["text"]?.string })")
      let states = (row["states"]?.array ?? []).compactMap(\.string)
      let isDone = states == ["ready"] || states == ["nothing"]
      #expect(isDone == checkout.expected.isEmpty, "\(checkout.name): \(states)")
    }
  }

  @Test("rows can be chosen by their state, and the status says what was shown")
  func chosen() async throws {
    let some = AuditCheckout.all.filter { ["exec", "token", "unpinned", "no-publishing"].contains($0.name) }
    try make(some)
    let folders = some.map { "\(folder.path)/\($0.name)" }
    let all = try await BuiltTool.run(["config", "audit"] + folders)
    #expect(
      all.status == 1 && all.output.contains("PYPI_TOKEN")
        && all.output.contains(".github/workflows/release.yml, line 16"))
    #expect(all.output.hasSuffix("4 repositories: 1 stored-token, 2 fix, 1 ready, 1 nothing\n"), "\(all.output)")
    // What has the most to do comes first.
    #expect(all.output.hasPrefix("octo-org/token "))
    let fix = try await BuiltTool.run(["config", "audit", "--only", "fix"] + folders)
    #expect(fix.status == 1 && fix.output.contains("octo-org/unpinned") && !fix.output.contains("octo-org/exec"))
    let ready = try await BuiltTool.run(
      ["config", "audit", "--only", "ready,nothing", "--format", "markdown"] + folders)
    #expect(ready.status == 0 && ready.output.contains("| octo-org/exec | ready |"), "\(ready.output)")
    let wrong = try await BuiltTool.run(["config", "audit", "--only", "fixd"] + folders)
    #expect(wrong.status == 2 && wrong.error.contains("Did you mean \"fix\"?"))
    let missing = try await BuiltTool.run(["config", "audit", "\(folder.path)/nowhere"])
    #expect(missing.status == 3 && missing.output.contains("There is no folder"))
    let mixed = try await BuiltTool.run(["config", "audit", "\(folder.path)/nowhere", folders[0]])
    #expect(mixed.status == 1 && mixed.output.contains("2 repositories"))
  }

  @Test("the first screen of many checkouts names every planted fault, each with its repositories")
  func firstScreen() async throws {
    let all = AuditCheckout.all
    try make(all)
    let run = try await BuiltTool.run(
      ["config", "audit"] + all.map { "\(folder.path)/\($0.name)" }, ["COLUMNS": "80"])
    let screen = run.output.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    #expect(screen.count <= 40 && screen.allSatisfy { $0.count <= 80 }, "\(screen.joined(separator: "\n"))")
    let text = screen.joined(separator: " ")
    for checkout in all {
      for code in Set(checkout.expected.compactMap { $0.split(separator: " ").first }) {
        #expect(text.contains(": \(code) ") || text.contains("   \(code) "), "\(code)")
      }
    }
    #expect(screen.first?.hasPrefix("\(all.count) repositories: ") == true)
  }

  /// The options of the index that stands in, the status, the state and words of the row.
  @Test(
    "online, the publisher of the last attested release is compared with the job",
    arguments: [
      ("--release \(release),workflow=release.yml,environment=pypi", Int32(0), "ready", "environment pypi, pypi"),
      ("--release \(release),workflow=release.yml", 0, "ready", ""),
      (
        "--release \(release),workflow=release.yml,environment=other", 1, "fix",
        "Release 1.4.2 of sample at pypi was published with environment \"other\", and the job has \"pypi\"."
      ),
      (
        "--release \(release),workflow=old.yml,environment=pypi", 1, "fix",
        "\"old.yml\", and the job has \"release.yml\""
      ),
      (
        "--release \(release.replacing("github", with: "gitlab")),workflow=.gitlab-ci.yml", 1, "fix",
        "was published from GitLab, and the job runs at GitHub"
      ),
      (
        "--release \(release.replacing("repository=unregistered", with: "repository=old")),workflow=release.yml", 1,
        "fix",
        "with repository \"old\", and the job has \"unregistered\""
      ),
      ("--project other", 1, "register", "Register it if it is not"),
      ("--release \(release),workflow=release.yml --fault simple=status:503*9", 1, "unknown", "503"),
    ])
  func online(_ options: String, _ status: Int32, _ state: String, _ words: String) async throws {
    try make(AuditCheckout.all.filter { $0.name == "unregistered" })
    try folder.write("unregistered/pyproject.toml", "[project]\nname = \"Sample\"\n")
    let command = [BuiltTool.path, "config", "audit", "--online", "\(folder.path)/unregistered"]
    let run = try await BuiltTool.run(
      ["sandbox", "--raw"] + options.split(separator: " ").map(String.init) + ["--"] + command)
    #expect(run.status == status && run.output.contains(words), "\(run.output)\(run.error)")
    #expect(run.output.hasSuffix("1 repository: 1 \(state)\n"), "\(run.output)")
  }

  private static let release = "project=sample,version=1.4.2,provider=github,owner=octo-org,repository=unregistered"

  @Test("the organisation's rules and registries are compared with what jobs say")
  func organisation() async throws {
    try make(AuditCheckout.all.filter { $0.name == "unregistered" })
    try folder.write(
      "organisation.json",
      """
      { "version": 1, "registries": { "pypi": { "rules": { "ref-type": ["branch"] } } }, "mode": "audit",
        "rules": { "owner": ["octo-org"], "environment": ["release"], "event": ["push", "release"], "runner": ["self-hosted"] } }
      """)
    let run = try await BuiltTool.run(
      ["config", "audit", "\(folder.path)/unregistered"],
      ["TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/organisation.json"])
    #expect(run.status == 1)
    for words in [
      "rules.environment (", "admits release, and the job \"publish\" names \"pypi\"",
      "registries.pypi.rules.ref-type (",
      "admits branch, and the job \"publish\" runs on push of a tag",
      "admits self-hosted, and the job \"publish\" runs on a hosted runner",
    ] { #expect(run.output.contains(words), "\(words): \(run.output)") }
    #expect(!run.output.contains("rules.owner") && !run.output.contains("rules.event"))
    // The rules of the provider that the checkout belongs to, and of no other.
    try folder.write(
      "providers.json",
      #"{"version":1,"providers":{"github":{"rules":{"runner":["self-hosted"]}},"gitlab":{"rules":{"environment":["x"]}}}}"#
    )
    let provided = try await BuiltTool.run(
      ["config", "audit", "\(folder.path)/unregistered"],
      ["TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/providers.json"])
    #expect(provided.output.contains("providers.github.rules.runner ("), "\(provided.output)")
    #expect(!provided.output.contains("providers.gitlab"), "\(provided.output)")
  }

  /// A job has one environment, however many registries it publishes to: neither command makes that a fault.
  @Test("check and config audit agree on one environment for two registries")
  func oneEnvironment() async throws {
    let workflow = """
      on: { push: { tags: ["v*"] } }
      jobs:
        publish:
          runs-on: ubuntu-latest
          environment: release
          permissions: { id-token: write }
          steps:
            - run: token-broker exec release -- twine upload dist/*
      """
    try folder.write("two/.git/config", "[remote \"origin\"]\n\turl = https://github.com/octo-org/sample.git\n")
    try folder.write("two/.github/workflows/release.yml", workflow)
    let audit = try await BuiltTool.run(["config", "audit", "\(folder.path)/two"])
    #expect(audit.output.contains("environment release, testpypi and pypi"), "\(audit.output)")
    #expect(
      audit.output.split(separator: "\n").allSatisfy { !$0.hasPrefix("  ") || $0.hasPrefix("  register: ") },
      "\(audit.output)")
    let check = try await BuiltTool.run([
      "sandbox", "--claim", "environment=release", "--", BuiltTool.path, "check", "release",
    ])
    #expect(check.status == 0 && check.output.contains("0 warn"), "\(check.output)")
    #expect(
      check.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        .contains(#"pass environment The job runs in "release", for testpypi and pypi alike."#), "\(check.output)")
  }
}
