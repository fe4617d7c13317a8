import TestSupport
import Testing

@testable import TokenBroker

struct RehearseTests {
  @Test func completesWithoutAnyVariable() async throws {
    let run = try await BuiltTool.run(["rehearse"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.isEmpty)
    #expect(run.output.contains("The rehearsal is complete"))
    #expect(run.output.components(of: "sandbox saw     3 requests over 2 connections") == 4)
    #expect(run.output.components(of: "[redacted]") == 6)
    #expect(!run.output.contains("pypi-") && !run.output.contains("eyJ"))
  }

  @Test("a part of a job without a value is told from one that is not known")
  func refusesEmptyParts() async throws {
    let empty = try await BuiltTool.run(["sandbox", "--job", "owner=", "--", "true"])
    #expect(empty.status == 125 && empty.error.contains("has no value for \"owner\""), "\(empty.error)")
    let unknown = try await BuiltTool.run(["sandbox", "--job", "ownr=x", "--", "true"])
    #expect(unknown.status == 125 && unknown.error.contains("is not one of its parts"), "\(unknown.error)")
    #expect(try await BuiltTool.run(["sandbox", "--job", "environment=", "--", "true"]).status == 0)
  }

  @Test("a registry is rehearsed with the providers whose tokens it takes")
  func leavesOutWhoIsNotTaken() async throws {
    let run = try await BuiltTool.run(["rehearse", "--registry", "crates-io"])
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("it takes no identity tokens of Google Cloud"))
    #expect(run.output.contains("The rehearsal is complete"))
  }

  /// A configuration that expects a job of its own is rehearsed with that job, and refuses the sandbox's usual one.
  @Test(
    arguments: [
      (
        "github", #""owner":"Acme","repository":"widget","workflow":"publish.yml","environment":"release""#,
        "owner=Acme,repository=widget,workflow=publish.yml,environment=release"
      ),
      (
        "gitlab", #""namespace":"acme/sub","project":"widget","pipeline-file":"ci/p.yml","environment":"release""#,
        "owner=acme/sub,repository=widget,workflow=ci/p.yml,environment=release"
      ),
    ])
  func playsTheJobThatIsExpected(_ provider: String, _ expected: String, _ job: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("token-broker.json", #"{"version":1,"registries":{"pypi":{"expect":{\#(expected)}}}}"#)
    let mint = ["--", BuiltTool.path, "mint", "pypi", "--format", "token"]
    let run = try await BuiltTool.run(["sandbox", "--raw", "--provider", provider, "--job", job] + mint, in: folder)
    #expect(run.status == 0 && run.output.hasPrefix("pypi-"), "\(run.error)")
    let usual = try await BuiltTool.run(["sandbox", "--raw"] + mint, in: folder)
    #expect(usual.status == 0 && usual.error.contains("sandbox: plays the job \(provider): "), "\(usual.error)")
    let other = try await BuiltTool.run(["sandbox", "--raw", "--job", "owner=else"] + mint, in: folder)
    #expect(other.status == 8 && other.error.contains("expectation-failed"), "\(other.error)")
    let changed = try await BuiltTool.run(
      ["sandbox", "--raw", "--provider", provider, "--job", job, "--claim", "environment=other"] + mint, in: folder)
    #expect(changed.status == 8, "\(changed.error)")
  }

  /// Without an expectation, the job that publishes in the checkout is played, as its files have it.
  @Test(arguments: [
    (
      "github.com", ".github/workflows/out.yml",
      "on: {push: {tags: [v*]}}\njobs:\n  docs: {environment: pages, permissions: {id-token: write}, steps: [{run: make}]}\n  out:\n"
        + "    permissions: {id-token: write}\n    environment: {name: release}\n    steps: [{run: token-broker exec pypi -- twine upload dist/*}]\n",
      "github: octo-org/sample, out.yml, environment release"
    ),
    (
      "gitlab.com", ".gitlab-ci.yml",
      "out:\n  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}\n  environment: prod\n  script: [token-broker exec pypi -- twine upload dist/*]\n",
      "gitlab: octo-org/sample, .gitlab-ci.yml, environment prod"
    ),
  ])
  func playsTheJobOfTheCheckout(_ host: String, _ path: String, _ text: String, _ played: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(".git/config", "[remote \"origin\"]\n\turl = https://\(host)/octo-org/sample.git\n")
    try folder.write(path, text)
    let run = try await BuiltTool.run(["sandbox", "--raw", "--", BuiltTool.path, "check", "pypi"], in: folder)
    #expect(run.status == 0 && run.error.contains("sandbox: plays the job \(played)\n"), "\(run.error)")
    #expect(run.output.contains("The job runs in \"\(played.split(separator: " ").last ?? "")\""), "\(run.output)")
  }

  @Test("A job holds the identity tokens that its file names, and none of them is shown in its log")
  func holdsTheTokensOfTheFile() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(".git/config", "[remote \"origin\"]\n\turl = https://gitlab.com/octo-org/sample.git\n")
    try folder.write(
      ".gitlab-ci.yml",
      "out:\n  id_tokens: {CRATES_IO_ID_TOKEN: {aud: crates.io}, SPARE: {aud: crates.io}}\n"
        + "  script: [token-broker exec crates-io -- cargo publish]\n")
    try folder.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\n")
    let script = #"echo "$SPARE" | cut -c1-3; [ "$SPARE" != "$CRATES_IO_ID_TOKEN" ] && echo "$SPARE""#
    let run = try await BuiltTool.run(["sandbox", "--", "sh", "-c", script], in: folder)
    #expect(run.status == 0 && run.output == "eyJ\n[MASKED]\n", "\(run.output)\(run.error)")
  }

  @Test(arguments: ["owner", "provider=github,owner=a,repository=b,workflow=c", "x"])
  func refusesAJobThatIsNone(_ parts: String) async throws {
    let run = try await BuiltTool.run(["sandbox", "--job", parts, "--", "true"])
    #expect(run.status == 125 && run.error.contains("--job has"), "\(run.error)")
  }

  @Test(arguments: RehearsalStep.allCases)
  func failsAtTheStepThatIsBroken(_ step: RehearsalStep) async throws {
    let run = try await BuiltTool.run(["rehearse", "--break", step.rawValue])
    #expect(run.status == 1)
    #expect(run.error.contains("failed at the step \(step.rawValue): "), "\(run.error)")
    #expect(!run.output.contains("The rehearsal is complete"))
  }
}

extension String {
  /// How often a text occurs.
  func components(of text: String) -> Int { ranges(of: text).count }
}
