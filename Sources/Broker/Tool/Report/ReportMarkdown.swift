import BrokerCore

/// A report as the Markdown of a job summary.
struct ReportMarkdown: Sendable {
  /// The whole text, each line ended.
  let text: Message

  init(_ report: RunReport, _ logGuard: LogGuard) {
    var text: Message = "### token-broker \(Neutralized(report.command)): \(report.hasFailed ? "failed" : "done")\n\n"
    if report.isNothingPublished == true { text += "**Nothing was published.**\n\n" }
    let targets = report.sections.filter { $0.registry != nil }
    if !targets.isEmpty {
      text += "| target | result | API token |\n|---|---|---|\n"
      text += targets.map { Self.row($0, report) }.joined()
      text += report.notReached.filter { name in !targets.contains { $0.registry == name } }
        .map { "| \(Self.escaped(Message(Neutralized($0)))) | not reached | |\n" as Message }.joined()
    }
    text += Self.jobs(targets, report)
    let files = targets.compactMap(\.files)
    if !files.isEmpty { text += Self.table(files, report) }
    for line in AuditNote(report).lines { text += "\n**audit**: would be refused: \(Self.escaped(line.whole))\n" }
    for section in report.sections {
      if let error = section.error { text += Self.error(error) }
      for item in section.items where item.outcome == .warn || item.outcome == .fail {
        text += "\n**\(item.outcome), \(Self.escaped(item.name))**: \(Self.escaped(item.sentence))\n"
        text += item.causes.map(Self.cause).joined()
      }
    }
    self.text = (text + "\n").changed(logGuard.harmless)
  }

  private static func row(_ section: RunReport.Section, _ report: RunReport) -> Message {
    let isReached = section.registry.map { !report.notReached.contains($0) } ?? true
    let reach: Message =
      section.evidence.credential?.reach.map { ", good for \($0.summary)" } ?? ""
    let credential = ReleaseSummary.credential(of: section, in: report).map { "\($0)\(reach)" as Message }
    let cells: [Message] = [
      Message(Neutralized(section.registry ?? "", limit: 255)),
      isReached ? Message(Neutralized(result(section))) : "not reached", credential ?? "none",
    ]
    return "| \(cells.map { escaped($0) }.joined(separator: " | ")) |\n"
  }

  /// Who the job is, a line for all targets whose identity tokens say the same.
  private static func jobs(_ targets: [RunReport.Section], _ report: RunReport) -> Message {
    var lines: [(job: Message, registries: [Message])] = []
    for section in targets {
      guard let job = section.evidence.job, let registry = section.registry else { continue }
      let repository = [job.owner, job.repository].compactMap { $0 }.joined(separator: "/")
      let parts: [(label: Message, value: String?)] = [
        ("provider", report.provider), ("repository", repository), ("workflow", job.workflow),
        ("environment", job.environment ?? "(none)"), ("ref", job.ref),
      ]
      let line = parts.compactMap { part -> Message? in
        part.value.map { "\(part.label) \(escaped(Message(Neutralized($0, limit: 255))))" }
      }.joined(separator: ", ")
      let name = escaped(Message(Neutralized(registry)))
      if let index = lines.firstIndex(where: { $0.job == line }) {
        lines[index].registries.append(name)
      } else {
        lines.append((line, [name]))
      }
    }
    return lines.map { line -> Message in
      let place: Message = lines.count > 1 ? " for \(line.registries.joined(separator: ", "))" : ""
      return "\nJob\(place): \(line.job)\n"
    }.joined()
  }

  private static func result(_ section: RunReport.Section) -> String {
    let files = section.files?.files ?? []
    let hasFailed =
      section.error != nil || section.items.contains { $0.outcome == .fail }
      || files.contains { $0.state == .unknown || $0.proof == .differs }
    return hasFailed ? "failed" : !files.isEmpty && files.allSatisfy { $0.state == .notSent } ? "nothing sent" : "done"
  }

  private static func table(_ targets: [TargetFiles], _ report: RunReport) -> Message {
    var text: Message = "\n| target | file | state |\n|---|---|---|\n"
    for target in targets {
      for file in target.files {
        let cells = [
          Message(Neutralized(target.registry)), Message(Neutralized(file.filename, limit: 255)), file.words,
        ].map(escaped)
        text += "| \(cells.joined(separator: " | ")) |\n"
      }
    }
    for page in targets.flatMap(\.pages) {
      text += "\n- <\(Neutralized(page))>\(escaped(ReleaseSummary.remark(report.isRehearsal)))"
    }
    let digests = ReleaseSummary.digests(targets)
    if !digests.isEmpty { text += "\n" }
    for digest in digests {
      text += "\n- sha256 of \(escaped(digest.filename)): <code>\(escaped(Message(Neutralized(digest.sha256))))</code>"
    }
    return text + "\n" + ReleaseSummary.comparison(targets).map { "\n\(escaped($0))\n" as Message }.joined()
  }

  /// What happened, and the likeliest cause: what to change stands in the annotation above it, and all of it in the log.
  private static func error(_ error: BrokerError) -> Message {
    let remedy: Message = error.causes.isEmpty ? error.remedy.map { " \(escaped($0))" } ?? "" : ""
    let others: Message = error.causes.count > 1 ? "\nThe log has \(error.causes.count - 1) more.\n" : ""
    return "\n**\(escaped("\(error.code)"))**: \(escaped(error.message))\(remedy)\n"
      + (error.causes.first.map { cause($0, fixes: $0.fixes.dropFirst()) } ?? "") + others
  }

  private static func cause(_ cause: Cause) -> Message { Self.cause(cause, fixes: cause.fixes[...]) }

  private static func cause(_ cause: Cause, fixes: ArraySlice<Message>) -> Message {
    var text: Message = "\n- \(cause.certainty): \(escaped(cause.summary)) (`\(cause.code)`)\n"
    for fix in fixes { text += "  - fix: \(escaped(fix))\n" }
    for field in cause.fields {
      let expected: Message = field.expected.map { ", expected <code>\(escaped($0))</code>" } ?? ""
      text += "  - \(escaped(field.label)): <code>\(escaped(field.value ?? "(none)"))</code>\(expected)\n"
    }
    if let address = cause.address { text += "  - at <\(address)>\n" }
    if let snippet = cause.snippet {
      text += "\n  Put into \(escaped(snippet.place)):\n\n"
      text += snippet.lines.map { "      \($0)\n" as Message }.joined()
    }
    return text
  }

  /// Text without any meaning in Markdown or HTML.
  private static func escaped(_ text: Message) -> Message { text.changed(escaped) }

  private static func escaped(_ text: String) -> String {
    var output = ""
    for scalar in Neutralized(text, limit: 2048).text.unicodeScalars {
      let isPlain =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || " .,;:/=()'\"+-?%$".unicodeScalars.contains(scalar)
      output += isPlain ? String(scalar) : "&#\(scalar.value);"
    }
    return output
  }
}
