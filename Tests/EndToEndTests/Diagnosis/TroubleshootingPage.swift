import BrokerCore
import BrokerSystem

/// `docs/troubleshooting.md`: every row with the command that produces it and what the tool says.
struct TroubleshootingPage: Sendable {
  let text: String

  /// Carries out every row.
  init() async throws {
    var text = """
      # Troubleshooting

      What goes wrong with trusted publishing, what token-broker says about it, and how to see it yourself: every command
      below runs on your own machine, against the sandbox, without a network or an account. This page is made from the
      rows of the tests: `Scripts/update-troubleshooting` writes it, and the tests fail if it is not what the program says.

      Ports, times and paths are replaced by `PORT`, `N` and `TIME`. A refusal names its likeliest cause first: `certain` is
      what claims, environment and answer leave no doubt about, `likely` what fits best, `possible` what fits too.


      """
    var pages: [(row: FailureRow, run: RowRun)] = []
    try await withThrowingTaskGroup(of: (Int, RowRun).self) { group in
      var runs: [Int: RowRun] = [:]
      var next = 0
      func add() {
        guard next < FailureRow.all.count else { return }
        let (index, row) = (next, FailureRow.all[next])
        group.addTask { (index, try await RowRun.shared(row)) }
        next += 1
      }
      for _ in 0..<4 { add() }
      while let (index, run) = try await group.next() {
        runs[index] = run
        add()
      }
      pages = FailureRow.all.indices.compactMap { index in runs[index].map { (FailureRow.all[index], $0) } }
    }
    text += Self.index(pages)
    for group in FailureRow.Group.allCases {
      let members = pages.filter { $0.row.group == group }
      guard !members.isEmpty else { continue }
      text += "\n## \(group.rawValue)\n" + members.map { Self.section($0.row, $0.run) }.joined()
    }
    self.text = text
  }

  /// The causes, each with the first place on the page where it ranks first, or stands at all.
  private static func index(_ pages: [(row: FailureRow, run: RowRun)]) -> String {
    var rows: [String: String] = [:]
    for depth in [1, Int.max] {
      for (row, run) in pages {
        for cause in run.causes.prefix(depth) where rows[cause] == nil {
          rows[cause] = "| `\(cause)` | [\(row.title)](#\(anchor(row.title))) |\n"
        }
      }
    }
    return "| cause | for example |\n|---|---|\n" + rows.sorted { $0.key < $1.key }.map(\.value).joined()
  }

  private static func section(_ row: FailureRow, _ run: RowRun) -> String {
    var text = "\n### \(row.title)\n\n"
    for file in row.files { text += "With this `\(file.name)`:\n\n```\n\(file.text)\n```\n\n" }
    return text + "```console\n$ \(row.command)\n\(said(run))```\n"
  }

  /// What the tool said, without what differs from run to run; a runner shows an error command as `Error:`.
  private static func said(_ run: RowRun) -> String {
    var text = run.shown.replacing("rehearsal: the sandbox stands in for every registry\n", with: "")
    text = text.replacing(#/(?m)^configuration: .*\n/#, with: "")
    text = text.replacing(#/::(error|warning) title=token-broker [a-z-]+::(.*)/#) { match in
      "\(match.1 == "error" ? "Error" : "Warning"): \(match.2.replacing("%25", with: "%"))"
    }
    text = text.replacing(#/127\.0\.0\.1:\d+/#, with: "127.0.0.1:PORT")
    text = text.replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "TIME")
    // The transport describes a broken connection as it happens to see it.
    text = text.replacing(#/was whole \([^)]*\)/#, with: "was whole")
    text = text.replacing(#/\b\d+ (m?s)\b/#) { "N \($0.1)" }
    // How often a step is tried within a time depends on the machine.
    text = text.replacing(#/(?m)^[a-z-]+: retry: .*\n/#, with: "")
    text = text.replacing(#/That was attempt \d+/#, with: "That was attempt N")
    return text.replacing(#//tmp/[^ ]+/#, with: "FILE")
  }

  /// The anchor that GitHub and GitLab make of a title.
  private static func anchor(_ title: String) -> String {
    String(
      title.lowercased().compactMap { character in
        if character == " " { return "-" }
        return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
      })
  }
}
