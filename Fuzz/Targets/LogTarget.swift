/// Text of others on its way to a log: neutralised or not, broken into lines, beside other text, past the guard; a GitHub
/// runner finds no command in it.
enum LogTarget {
  private static let runner = Runner.gitHub
  private static let logGuard = LogGuard([runner])

  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.dropFirst(2), as: UTF8.self)
    let (first, second) = (Int(bytes.first ?? 0), Int(bytes.dropFirst().first ?? 0))
    let middle = text.index(text.startIndex, offsetBy: text.count / 2)
    for shown in [
      text, UntrustedText.neutralized(text), UntrustedText.quoted(text), DeceptiveText.marked(text),
      JSONText.quoted(text), Snippet.quoted(text),
      UntrustedText.neutralized(String(text[..<middle])) + UntrustedText.neutralized(String(text[middle...])),
    ] {
      judge(logGuard.harmless(shown))
      judge(logGuard.harmless(TextLayout.wrapped(shown, indent: first % 48, first: second % 48)))
      judge(logGuard.harmless(TextLayout.labelled("fix: ", shown, indent: first % 48)))
      require(
        logGuard.harmless(logGuard.harmless(shown)) == logGuard.harmless(shown), "twice: \(shown.debugDescription)")
      for annotation in [Annotation(.error, title: shown, shown), Annotation(.warning, title: shown, text)] {
        guard let command = LogCommand(annotation, for: runner, logGuard) else { fatalError("no command") }
        require(RunnerJudge.commands(in: command.line).count == 1, "\(command.line.debugDescription)")
        require(!command.line.contains("##["), "\(command.line.debugDescription)")
      }
      summary(shown)
    }
    // What is neutralised needs no guard, wherever its lines are broken.
    for neutral in [UntrustedText.neutralized(text), JSONText.quoted(text), DeceptiveText.marked(text)] {
      judge(TextLayout.wrapped(neutral, indent: first % 48, first: second % 48))
    }
  }

  private static func judge(_ log: String) {
    require(RunnerJudge.commands(in: log).isEmpty, "a command: \(log.debugDescription)")
    require(!log.contains("##["), "a command: \(log.debugDescription)")
    let lines = log.unicodeScalars.split { $0 == "\n" || $0 == "\r" }
    for line in lines {
      let start = line.drop { $0.properties.isWhitespace }
      require(!(start.first == ":" && start.dropFirst().first == ":"), "a line's start: \(log.debugDescription)")
    }
  }

  private static func summary(_ text: String) {
    var report = RunReport(command: "check")
    let cause = Cause(
      "code", .certain, text, fixes: [text], fields: [Cause.Field(text, text, expected: text)], address: text,
      snippet: Snippet(text, [text]))
    report.provider = text
    report.sections = [RunReport.Section(registry: text, items: [CheckItem(text, .fail, text, causes: [cause])])]
    judge(ReportMarkdown(report, logGuard).text)
    for annotation in CheckAnnotations.annotations(report) {
      guard let command = LogCommand(annotation, for: runner, logGuard) else { fatalError("no command") }
      require(RunnerJudge.commands(in: command.line).count == 1, "\(command.line.debugDescription)")
    }
  }
}
