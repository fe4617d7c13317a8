import BrokerCore

/// The rows of an audit, in the forms in which they are shown.
struct AuditReport: Sendable {
  /// How an audit is shown.
  enum Format: String, CaseIterable, Sendable {
    /// For a terminal.
    case text
    /// To paste into an issue.
    case markdown
    /// For programs.
    case json
  }

  /// The rows, those with the most to do first.
  let rows: [AuditRow]

  init(_ rows: [AuditRow]) {
    func rank(_ row: AuditRow) -> Int { row.states.first.flatMap(AuditRow.State.allCases.firstIndex(of:)) ?? 0 }
    self.rows = rows.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(
      \.element)
  }

  /// How many repositories have each state, a repository with several in each.
  var summary: Message {
    let counts = AuditRow.State.allCases.compactMap { state -> Message? in
      let count = rows.count { $0.states.contains(state) }
      return count == 0 ? nil : "\(count) \(Neutralized(state.rawValue))"
    }
    let parts = counts.isEmpty ? "" : ": \(counts.joined(separator: ", "))" as Message
    return "\(rows.count) \(rows.count == 1 ? "repository" : "repositories")\(parts)"
  }

  func text(_ format: Format, _ layout: TextLayout) -> String {
    switch format {
    case .text: layout.folded((overview(layout) + text(layout)).text)
    case .markdown: markdown.text
    case .json: JSONText.pretty(json) + "\n"
    }
  }

  private static func states(_ row: AuditRow) -> Message {
    row.states.map { Neutralized($0.rawValue) }.joined(separator: ", ")
  }

  private static func place(_ finding: AuditRow.Finding) -> Message { finding.place.map { "\($0): " } ?? "" }

  // MARK: Text

  /// So many rows are read without a summary by what was found.
  private static let overviewFrom = 9

  /// What was found, each kind with the repositories that have it, the worst first; the rows follow.
  private func overview(_ layout: TextLayout) -> Message {
    guard rows.count >= Self.overviewFrom else { return "" }
    var kinds: [(state: AuditRow.State, code: Message, names: [String])] = []
    for row in rows {
      for finding in row.findings {
        guard let state = finding.state else { continue }
        let name = Neutralized(shortName(row), limit: 80).text
        guard let index = kinds.firstIndex(where: { $0.state == state && $0.code == finding.code }) else {
          kinds.append((state, finding.code, [name]))
          continue
        }
        if kinds[index].names.last != name { kinds[index].names.append(name) }
      }
    }
    var text: Message = "\(summary)\n"
    for state in AuditRow.State.allCases {
      for (_, code, names) in kinds.filter({ $0.state == state }).sorted(by: { $0.names.count > $1.names.count }) {
        let shown = names.prefix(Self.shownNames).map { Neutralized($0) }.joined(separator: ", ")
        let rest: Message = names.count > Self.shownNames ? " and \(names.count - Self.shownNames) more" : ""
        let label: Message = code.text == state.rawValue ? "  " : "  \(Neutralized(state.rawValue)): "
        text += layout.labelled(label, "\(code) \(names.count): \(shown)\(rest)", indent: 0)
      }
    }
    return text + "\n"
  }

  private static let shownNames = 12

  /// The repository without an owner that all of them have.
  private func shortName(_ row: AuditRow) -> String {
    guard let owner = rows[0].repository.lastIndex(of: "/").map({ rows[0].repository[...$0] }),
      rows.allSatisfy({ $0.repository.hasPrefix(owner) })
    else { return row.repository }
    return String(row.repository.dropFirst(owner.count))
  }

  private func text(_ layout: TextLayout) -> Message {
    let width = min(40, rows.map { Neutralized($0.repository, limit: 120).text.count }.max() ?? 0)
    let stateWidth = min(24, rows.map { Self.states($0).text.count }.max() ?? 0)
    var text: Message = ""
    for row in rows {
      let name = TextLayout.padded(Message(Neutralized(row.repository, limit: 120)), width)
      let state = TextLayout.padded(Self.states(row), stateWidth)
      let publications = row.publications.map(Self.line)
      // In a narrow terminal, what publishes has lines of its own.
      let isNarrow = layout.isFolded
      text += isNarrow || publications.isEmpty ? "\(name)  \(Self.states(row))" : "\(name)  \(state)"
      text += "\(isNarrow ? "" : publications.first.map { "  \($0)" } ?? "")\n"
      let space = TextLayout.spaces(isNarrow ? 2 : width + stateWidth + 4)
      for line in publications.dropFirst(isNarrow ? 0 : 1) { text += "\(space)\(line)\n" }
      for finding in row.findings {
        let label: Message = finding.state.map { Message(Neutralized($0.rawValue)) } ?? "note"
        text += "  \(label): \(Self.place(finding))\(finding.text)\(finding.fix.map { " \($0)" } ?? "")\n"
      }
    }
    return text + "\(summary)\n"
  }

  private static func line(_ publication: AuditRow.Publication) -> Message {
    let file = publication.workflow.lastPathPart ?? publication.workflow
    let registries =
      publication.registries.isEmpty
      ? "an unknown index" : publication.registries.map { Neutralized($0) }.joined(separator: " and ")
    let environment = publication.environment.map { "environment \($0)" as Message } ?? "no environment"
    let trigger: Message = publication.trigger.isEmpty ? "" : ", \(publication.trigger)"
    return "\(Neutralized(file, limit: 80))\(trigger), \(environment), \(registries), \(publication.way)"
  }

  // MARK: Markdown

  private var markdown: Message {
    var text: Message =
      "# Audit\n\n\(summary)\n\n| repository | state | workflow | trigger | environment | registries | today |\n|---|---|---|---|---|---|---|\n"
    for row in rows {
      let publications = row.publications.isEmpty ? [nil] : row.publications.map(Optional.some)
      for (index, publication) in publications.enumerated() {
        let cells: [Message] = [
          index == 0 ? Self.plain(Message(Neutralized(row.repository, limit: 120))) : "",
          index == 0 ? Self.states(row) : "",
          publication.map { Self.plain(Message(Neutralized($0.workflow, limit: 120))) } ?? "",
          publication.map { Self.plain($0.trigger) } ?? "",
          publication.map { Self.plain($0.environment ?? "none") } ?? "",
          publication.map { $0.registries.map { Neutralized($0) }.joined(separator: ", ") } ?? "",
          publication.map { Self.plain($0.way) } ?? "",
        ]
        text += "| \(cells.joined(separator: " | ")) |\n"
      }
    }
    for row in rows where !row.findings.isEmpty {
      text += "\n## \(Self.plain(Message(Neutralized(row.repository, limit: 120))))\n\n"
      for finding in row.findings {
        let label: Message = finding.state.map { Message(Neutralized($0.rawValue)) } ?? "note"
        text +=
          "- **\(label)** \(Self.plain(Self.place(finding) + finding.text))\(finding.fix.map { " \(Self.plain($0))" } ?? "")\n"
      }
    }
    return text
  }

  /// Words in which nothing is markup, a mention or a reference.
  static func plain(_ text: Message) -> Message {
    text.changed { text in
      var escaped = ""
      for character in text {
        if #"\`*_{}[]<>#|~@"#.contains(character) { escaped += "\\" }
        escaped.append(character)
      }
      return escaped
    }
  }

  // MARK: JSON

  private var json: JSONText.Value {
    let counts = AuditRow.State.allCases.map { state in
      (state.rawValue, JSONText.Value.integer(Int64(rows.count { $0.states.contains(state) })))
    }
    return .object([
      ("version", 1), ("repositories", .array(rows.map(Self.json))), ("summary", .object(counts)),
    ])
  }

  private static func json(_ row: AuditRow) -> JSONText.Value {
    .object([
      ("folder", .string(row.folder)), ("repository", .string(row.repository)),
      ("provider", row.provider.map { .string($0) } ?? .null),
      ("states", .array(row.states.map { .string($0.rawValue) })),
      (
        "publishes",
        .array(
          row.publications.map { publication in
            .object([
              ("workflow", .string(publication.workflow)), ("job", .string(publication.job)),
              ("trigger", .string(publication.trigger.text)),
              ("environment", publication.environment.map { .string($0.text) } ?? .null),
              ("registries", .array(publication.registries.map { .string($0) })),
              ("today", .string(publication.way.text)),
            ])
          })
      ),
      (
        "findings",
        .array(
          row.findings.map { finding in
            .object([
              ("state", finding.state.map { .string($0.rawValue) } ?? .null), ("code", .string(finding.code.text)),
              ("file", finding.place.map { .string($0.path) } ?? .null),
              ("line", finding.place.map { .integer(Int64($0.line)) } ?? .null),
              ("text", .string(finding.text.text)), ("fix", finding.fix.map { .string($0.text) } ?? .null),
            ])
          })
      ),
    ])
  }
}
