import BrokerCore
import BrokerSystem
import Testing

@testable import TokenBroker

/// What token-broker says is understood by token-broker, in each of its forms.
struct OwnReportTests {
  private static let error = BrokerError(
    .publisherNotFound, "pypi (upload.pypi.org) refused the exchange, invalid-publisher: \"no publisher\".",
    remedy: "Compare the values.",
    causes: [
      Cause(
        "environment-differs", .likely,
        "1.4.2 of sample was published by release.yml with environment \"pypi\"; this job is release.yml with environment "
          + "\"staging\" (Environment name: the job has another).",
        fixes: [
          "Name the environment \"pypi\" in the job, or add a trusted publisher for this job as it is, whichever is what was "
            + "meant to be.", "Ask whoever registered the publisher.",
        ],
        fields: [Cause.Field("Environment name", "staging", expected: "pypi"), Cause.Field("Owner", "octo org")],
        address: "https://pypi.org/manage/project/sample/settings/publishing/?provider=github",
        snippet: Snippet("the job in the workflow file", ["environment:", "  name: pypi"])),
      Cause(
        "publisher-differs", .possible, "One of these fields differs.", fixes: ["Compare each value."],
        fields: [Cause.Field("Owner", "octo-org"), Cause.Field("Environment name", nil)]),
    ])
  private static let bare = BrokerError(
    .usage, "--json and --report do not go together.", remedy: "--json is --report -.")

  private static func read(_ text: String) -> OwnReport? {
    OwnReport(LogReading(Array(text.utf8))) { $0.hasPrefix("https://pypi.org/") }
  }

  @Test(arguments: [
    ErrorReport(error, isAnnotated: false).text.text,
    "2026-11-26T09:45:10.1234567Z configuration: x\n"
      + ErrorReport(error, isAnnotated: false).text.text.split(separator: "\n")
      .map { "2026-11-26T09:45:10.1234567Z \($0)\n" }.joined(),
    ErrorReport(error, isAnnotated: false).text.text.replacing("likely:", with: "\u{1B}[33mlikely\u{1B}[0m:"),
  ])
  func readsATextBack(_ text: String) throws {
    let report = try #require(Self.read("Uploading\n\n\(text)Process completed with exit code 6.\n"))
    #expect(report.code == "publisher-not-found")
    #expect(report.causes == Self.error.causes, "\(report.causes)")
  }

  @Test func readsTheCodeOfAnAnnotationAndTheCausesBehindIt() throws {
    let said = ErrorReport(Self.error, isAnnotated: true)
    let title = try #require(said.annotation?.title)
    let report = try #require(Self.read("::error title=\(title)::\(said.annotation?.message.text ?? "")\n\(said.text)"))
    #expect(report.code == "publisher-not-found" && report.causes == Self.error.causes, "\(report.causes)")
  }

  /// What is pasted from a narrow terminal has the error itself on several lines.
  @Test(arguments: [40, 60, 80, 120]) func readsATextThatATerminalFolded(_ columns: Int) throws {
    let style = TextStyle(.error, environment: Environment(["COLUMNS": "\(columns)", "NO_COLOR": "1"]))
    let text = ErrorReport(Self.error, isAnnotated: false, style: style).text.text
    let report = try #require(Self.read("Uploading\n\n\(text)Process completed with exit code 6.\n"))
    #expect(report.code == "publisher-not-found")
    #expect(report.causes.map(\.summary) == Self.error.causes.map(\.summary), "\(report.causes)")
    #expect(report.causes.map(\.fixes) == Self.error.causes.map(\.fixes), "\(report.causes)")
  }

  /// A log as a runner keeps it, and as its page shows it: annotations without their titles.
  @Test(arguments: ["##[error]", "Error: "])
  func readsALogWithoutTitles(_ prefix: String) throws {
    let said = ErrorReport(Self.error, isAnnotated: true)
    let report = try #require(Self.read("\(prefix)\(said.annotation?.message.text ?? "")\n\(said.text)"))
    #expect(report.code == "publisher-not-found" && report.causes == Self.error.causes, "\(report.causes)")
    let usage = ErrorReport(Self.bare, isAnnotated: true)
    let bare = try #require(Self.read("\(prefix)\(usage.annotation?.message.text ?? "")\n\(usage.text)"))
    #expect(bare.causes.map(\.code) == ["usage"] && bare.causes[0].fixes == ["--json is --report -."], "\(bare.causes)")
  }

  /// What a check's annotations say to change stands in its causes again.
  @Test(arguments: ["##[error]", "Error: ", "::error title=token-broker check::"])
  func readsACheckBack(_ prefix: String) throws {
    var run = RunReport(command: "check")
    run.sections = [
      RunReport.Section(
        registry: "pypi",
        items: [CheckItem("publisher", .fail, Self.error.causes[0].summary, causes: Self.error.causes)])
    ]
    let annotations = CheckAnnotations.annotations(run)
    #expect(annotations.count == 1)
    let table = CheckTable(run, isAnnotated: true, style: .plain).text
    let report = try #require(Self.read("\(prefix)\(annotations[0].message)\n\(table)"))
    #expect(report.causes == Self.error.causes, "\(report.causes)")
  }

  @Test func readsAReportForMachinesBack() throws {
    var run = RunReport(command: "mint")
    run.sections = [RunReport.Section(registry: "pypi", error: Self.error), RunReport.Section(error: Self.bare)]
    let report = try #require(Self.read("Run cat report.json\n\(ReportJSON(run).text)"))
    #expect(
      report.code == "publisher-not-found"
        && report.causes.map(\.code) == ["environment-differs", "publisher-differs", "usage"])
    #expect(Array(report.causes.prefix(2)) == Self.error.causes, "\(report.causes)")
  }

  @Test func readsASummaryBack() throws {
    var run = RunReport(command: "mint")
    run.sections = [RunReport.Section(registry: "pypi", error: Self.error)]
    let report = try #require(Self.read(ReportMarkdown(run, LogGuard([])).text.text))
    // A summary has the likeliest cause alone, and the annotation beside it its first fix.
    let cause = Self.error.causes[0]
    #expect(report.causes.map(\.code) == [cause.code])
    #expect(report.causes.map(\.summary) == [cause.summary], "\(report.causes)")
    #expect(report.causes.map(\.fixes) == [Array(cause.fixes.dropFirst())], "\(report.causes)")
  }

  @Test(arguments: [true, false]) func anErrorWithoutACauseIsOne(_ isAnnotated: Bool) throws {
    let said = ErrorReport(Self.bare, isAnnotated: isAnnotated)
    let text =
      said.annotation.map { "::error title=\($0.title)::\($0.message.text.replacing("\n", with: "%0A"))\n" } ?? ""
    let report = try #require(Self.read(text + said.text.text))
    #expect(report.code == "usage" && report.causes.map(\.code) == ["usage"])
    #expect(report.causes[0].summary.text.contains("do not go together"), "\(report.causes)")
  }

  /// A text may be made up: nothing in it gets further than a quotation does.
  @Test func keepsNoAddressOfOthersAndNoCommand() throws {
    let report = try #require(
      Self.read(
        "error: Do it now [usage]\n  certain: Run this::add-mask::x ##[group] \u{202E}y. [token-expired]\n"
          + "  fix: curl https://evil.example/\u{7}\n  at:  https://evil.example/manage/\n"))
    #expect(report.causes.count == 1 && report.causes[0].address == nil)
    let text = CauseText(report.causes).text
    #expect(!text.contains("::") && !text.contains("##[") && !text.contains("\u{202E}") && !text.contains("\u{7}"))
  }

  /// A credential that got into a text of ours is not said again, nor is one that claims are made of.
  @Test(arguments: [
    "error: eyJhbGciOiJ9abc.eyJhdWQiOiJ9abc.c2lnbmF0dXJl [usage]",
    "likely: pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDA x [usage]",
    "error: 403 for pypi-rehearsal-secret-0123456789-abcdefghijklmnopqrst [exchange-refused]",
    "invalid-publisher repository: octo/eyJhbGciOiJ9abc.eyJhdWQiOiJ9abc.c2lnbmF0dXJl",
  ])
  func saysNoCredentialAgain(_ text: String) throws {
    let log = LogReading(Array(text.utf8))
    let said = "\(OwnReport(log) { _ in true }?.causes as Any) \(log.text.contains("eyJ"))"
    #expect(
      !said.contains("eyJ") && !said.contains("AgEI") && !said.contains("rehearsal-secret") && said.hasSuffix("false"),
      "\(said)")
  }

  @Test(arguments: [
    "", "error: no such file [x]", "certain: nothing", "error[E0433]: failed", "  1. likely: it rains", "likely: [no]",
    "::error title=Other tool::x",
  ])
  func readsNothingElse(_ text: String) {
    #expect(Self.read(text) == nil)
  }
}
