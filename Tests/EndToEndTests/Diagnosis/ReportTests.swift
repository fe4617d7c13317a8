import BrokerCore
import TestSupport
import Testing

/// Reports, job summaries and annotations of runs of the built tool against the sandbox.
struct ReportTests {
  private let hostile = "--claim 'environment=a|b`<script>*x*'"

  private func run(
    _ options: String, _ command: String, in folder: TestFolder
  ) async throws -> (status: Int32, output: String, error: String) {
    try folder.write("summary", "")
    let row = FailureRow.gitHub(options, "GITHUB_STEP_SUMMARY=summary", command: command)
    let run = try await RowRun.shell(row, in: folder)
    return (run, folder.read("stdout"), folder.read("stderr"))
  }

  private func report(_ text: String) throws -> JSONObject {
    try #require(JSONReader(maximumBytes: 1 << 20).read(Array(text.utf8)).object)
  }

  @Test func writesARefusalAsJSONAndASummary() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await run(
      "--claim repository_owner_id=9 \(hostile)", "token-broker mint pypi --report report.json", in: folder)
    #expect(run.status == 6 && run.output.isEmpty, "\(run.error)")
    let text = folder.read("report.json")
    let report = try report(text)
    #expect(report["version"]?.integer == 1 && report["command"]?.string == "mint")
    #expect(report["result"]?.string == "failed" && report["status"]?.integer == 6)
    let section = try #require(report["sections"]?.array?.first?.object)
    #expect(section["registry"]?.string == "pypi" && section["job"]?.object?["owner-id"]?.string == "9")
    let error = try #require(section["error"]?.object)
    #expect(error["code"]?.string == "publisher-not-found")
    #expect(error["refusal"]?.object?["code"]?.string == "invalid-publisher")
    let cause = try #require(error["causes"]?.array?.first?.object)
    #expect(cause["code"]?.string == "publisher-differs" && cause["certainty"]?.string == "likely")
    #expect(
      cause["fields"]?.array?.isEmpty == false && cause["address"]?.string?.hasPrefix("https://pypi.org/") == true)
    let summary = folder.read("summary")
    #expect(summary.contains("### token-broker mint: failed") && summary.contains("| pypi | failed |"))
    #expect(!summary.contains("<script>") && !summary.contains("a|b") && !summary.contains("*x*"), "\(summary)")
    for text in [text, summary] { #expect(!text.contains("eyJ") && !text.contains("octocat")) }
  }

  @Test func writesASummaryOnSuccessIfItIsWanted() async throws {
    for isWanted in [true, false] {
      let folder = try TestFolder()
      defer { folder.remove() }
      let run = try await run(
        "", "token-broker mint pypi --report report.json\(isWanted ? " --summary" : "")", in: folder)
      #expect(run.status == 0, "\(run.error)")
      #expect(folder.read("summary").contains("| pypi | done |") == isWanted)
      let report = try report(folder.read("report.json"))
      #expect(report["result"]?.string == "passed")
      #expect(report["sections"]?.array?.first?.object?["expires"]?.integer != nil)
      for text in [folder.read("report.json"), folder.read("summary")] {
        #expect(!text.contains("pypi-") && !text.contains("eyJ"))
      }
    }
  }

  @Test func printsACheckAsJSONAndAnnotates() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await run(
      "--claim job_workflow_ref=octo-org/shared/.github/workflows/x.yml@refs/heads/main",
      "token-broker check pypi --json", in: folder)
    #expect(run.status == 1, "\(run.error)")
    let report = try report(run.output)
    #expect(report["command"]?.string == "check" && report["result"]?.string == "failed")
    let checks = try #require(report["sections"]?.array?.last?.object?["checks"]?.array).compactMap(\.object)
    #expect(checks.contains { $0["name"]?.string == "publisher" && $0["outcome"]?.string == "fail" })
    #expect(run.error.contains("::error title=token-broker check::pypi publisher: "), "\(run.error)")
    #expect(run.error.contains("::warning title=token-broker check::environment: "))
    #expect(folder.read("summary").contains("### token-broker check: failed"))
  }

  @Test func reportsWhatExecDid() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let failed = try await run(
      "--claim event_name=push --claim repository=octo-org/other",
      "token-broker exec pypi --client all --report report.json -- true", in: folder)
    #expect(failed.status == 125, "\(failed.error)")
    #expect(failed.error.contains("[reusable-workflow]"), "\(failed.error)")
    let report = try report(folder.read("report.json"))
    #expect(report["command"]?.string == "exec" && report["status"]?.integer == 125)
    #expect(
      report["sections"]?.array?.first?.object?["error"]?.object?["code"]?.string == "publisher-not-found")
  }

  /// Arguments, and words of the message.
  @Test(arguments: [
    ("mint pypi --report -", "Standard output carries something else"),
    ("exec pypi --client all --report - -- true", "Standard output carries something else"),
    ("mint pypi --report /nonexistent-folder/x", "/nonexistent-folder/x"),
    ("mint pypi --report /dev/stdout", "not a regular file"),
    ("check pypi --json --report x", "do not go together"),
  ])
  func refusesDestinations(_ arguments: String, _ words: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await run("", "token-broker \(arguments)", in: folder)
    #expect(run.status != 0 && run.output.isEmpty)
    #expect(run.error.contains(words), "\(run.error)")
  }
}
