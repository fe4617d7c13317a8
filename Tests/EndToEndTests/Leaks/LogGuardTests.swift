import BrokerCore
import BuiltInPlugins
import Testing

@testable import TokenBroker

struct LogGuardTests {
  private let catalog: PluginCatalog
  private let logGuard: LogGuard

  init() throws {
    catalog = try .builtIn()
    logGuard = LogGuard(catalog.runners)
  }

  /// Texts, and what may be written of them.
  @Test(arguments: [
    ("a ::error::b\n", "a ::error::b\n"), ("::error::b\n", ": :error::b\n"), (" \t::x", " \t: :x"),
    ("a\r::x\r\n::y", "a\r: :x\r\n: :y"), (":::::", ": ::::"), ("a##[b]", "a## [b]"),
    ("###[a]####[b]", "### [a]#### [b]"),
    ("\u{2028}\u{A0}\u{3000}::x", "\u{2028}\u{A0}\u{3000}: :x"),
    ("\u{FEFF}\u{200B}\u{0}::x", "\u{FEFF}\u{200B}\u{0}: :x"),
    ("\u{FE0F}::x", "\u{FE0F}: :x"), (": ::x", ": ::x"), ("", ""), ("plain: text\n", "plain: text\n"),
  ])
  func breaksCommands(_ text: String, _ written: String) {
    #expect(logGuard.harmless(text) == written)
    #expect(RunnerJudge.commands(in: written).isEmpty)
  }

  /// A message that got around its type: what the guard is there for.
  private static func raw(_ text: String) -> Message { ("" as Message).changed { _ in text } }

  /// Words of others at each column and indent, broken into lines.
  @Test func holdsAtEveryWidth() {
    let words = ["::stop-commands::x", "##[error]y", "::a::b", "#", "#[add-mask]z", ":", ":error::c"]
    for length in 0...TextLayout.log.columns {
      for indent in [0, 2, 5, 9, 40] {
        let text = String(repeating: "x", count: length) + " " + (words + words).joined(separator: " ")
        for raw in [text, Neutralized(text).text] {
          let lines = logGuard.harmless(TextLayout.log.labelled("fix: ", Self.raw(raw), indent: indent).text)
          #expect(RunnerJudge.commands(in: lines).isEmpty, "\(length), \(indent): \(lines)")
          #expect(!lines.contains("##["))
        }
      }
    }
  }

  /// What goes past the guard: a message of others in an annotation is data of that, and holds no other.
  @Test func holdsInAnnotations() throws {
    let runner = try #require(catalog.runner(of: Environment(["GITHUB_ACTIONS": "true"])))
    let hostile = Self.raw("a\n::stop-commands::x\r\n##[error]y")
    for annotation in [
      Annotation(.error, title: hostile, hostile), Annotation(.warning, title: Self.raw("::x::,y"), hostile),
    ] {
      let command = try #require(LogCommand(annotation, for: runner, logGuard))
      #expect(RunnerJudge.commands(in: command.line).count == 1 && !command.line.contains("##["), "\(command.line)")
      #expect(command.line.count { $0.isNewline } == 1)
    }
  }

  /// What another runner's plug-in says of its log is broken as well, whichever marks it has.
  @Test("the marks of every runner in the catalog are broken")
  func breaksTheMarksOfAnotherRunner() {
    var runner = Runner("Own CI", variable: "OWN_CI", value: "true")
    runner.marks = [LogMark("\u{1B}_own;", .lineStart), LogMark("%%%own", .anywhere)]
    let own = LogGuard(catalog.runners + [runner])
    for (text, written) in [
      (" \u{1B}_own;x", " \u{1B}_own ;x"), ("a\u{1B}_own;x", "a\u{1B}_own;x"), ("a%%%%own", "a%%%%ow n"),
      ("::a\n\u{1B}_own;##[b]", ": :a\n\u{1B}_own ;## [b]"),
    ] {
      #expect(own.harmless(text) == written)
      #expect(LogGuard([]).harmless(text) == text)
    }
  }

  @Test func holdsInSummaries() {
    var report = RunReport(command: "check")
    let cause = Cause(
      "x", .certain, "::error::a", fixes: ["##[error]b"], address: "##[c]", snippet: Snippet("d", ["::e::f", "##[g]"]))
    report.sections = [RunReport.Section(items: [CheckItem("::h::i", .fail, "::j::k", causes: [cause])])]
    let text = ReportMarkdown(report, logGuard).text.text
    #expect(RunnerJudge.commands(in: text).isEmpty && !text.contains("##["), "\(text)")
  }

  /// A job that looks like two keeps its secrets hidden where one of them can do that.
  @Test(
    arguments: [
      (["GITHUB_ACTIONS": "true"], "GitHub Actions"), (["GITLAB_CI": "true"], "GitLab CI"),
      (["GITLAB_CI": "true", "GITHUB_ACTIONS": "true"], "GitHub Actions"),
      (["GITHUB_ACTIONS": "false"], nil), ([:], nil),
    ] as [([String: String], String?)])
  func findsTheRunner(_ variables: [String: String], _ name: String?) {
    #expect(catalog.runner(of: Environment(variables))?.name == name)
  }
}
