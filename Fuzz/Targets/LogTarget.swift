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
      text, Neutralized(text).text, Neutralized.quoted(text).text, DeceptiveText.marked(text).text,
      JSONText.quoted(text), Snippet.quoted(text).text,
      Neutralized(String(text[..<middle])).text + Neutralized(String(text[middle...])).text,
    ] {
      judge(logGuard.harmless(shown))
      judge(logGuard.harmless(TextLayout.log.wrapped(shown, indent: first % 48, first: second % 48)))
      judge(logGuard.harmless(TextLayout.log.labelled("fix: ", raw(shown), indent: first % 48).text))
      require(
        logGuard.harmless(logGuard.harmless(shown)) == logGuard.harmless(shown), "twice: \(shown.debugDescription)")
      for annotation in [
        Annotation(.error, title: raw(shown), raw(shown)), Annotation(.warning, title: raw(shown), raw(text)),
      ] {
        guard let command = LogCommand(annotation, for: runner, logGuard) else { fatalError("no command") }
        require(RunnerJudge.commands(in: command.line).count == 1, "\(command.line.debugDescription)")
        require(!command.line.contains("##["), "\(command.line.debugDescription)")
      }
      summary(shown)
    }
    // What is neutralised needs no guard, wherever its lines are broken.
    let (left, right) = (Neutralized(text[..<middle]), Neutralized(text[middle...]))
    let messages: [Message] = ["\(left)\(right)", Message(left) + Message(right), [left, right, left].joined()]
    for message in messages { judge(message.text) }
    for neutral in [Neutralized(text).text, JSONText.quoted(text), DeceptiveText.marked(text).text]
      + messages.map(\.text)
    {
      judge(TextLayout.log.wrapped(neutral, indent: first % 48, first: second % 48))
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

  /// A message that got around its type: what the guard is there for.
  private static func raw(_ text: String) -> Message { ("" as Message).changed { _ in text } }

  private static func summary(_ raw: String) {
    let text = Self.raw(raw)
    var report = RunReport(command: "check")
    let cause = Cause(
      "code", .certain, text, fixes: [text], fields: [Cause.Field(text, raw, expected: raw)], address: text,
      snippet: Snippet(text, [text]))
    report.provider = raw
    report.sections = [RunReport.Section(registry: raw, items: [CheckItem(text, .fail, text, causes: [cause])])]
    judge(ReportMarkdown(report, logGuard).text.text)
    for annotation in CheckAnnotations.annotations(report) {
      guard let command = LogCommand(annotation, for: runner, logGuard) else { fatalError("no command") }
      require(RunnerJudge.commands(in: command.line).count == 1, "\(command.line.debugDescription)")
    }
  }
}
