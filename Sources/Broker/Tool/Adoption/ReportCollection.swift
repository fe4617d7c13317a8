import BrokerCore
import BrokerSystem

/// The report files of many runs, collected: what audited rules would have refused in each.
///
/// A report may come from anybody's job: it is read within limits, and every text of it is neutralised.
struct ReportCollection: Sendable {
  /// One rule that would have refused a run.
  struct Refusal: Sendable {
    /// The registry; nil for the configuration itself.
    let registry: String?
    /// The rule with what it wants: `rules.ref: refs/tags/v*`.
    let rule: String
    /// Why, as the report says it.
    let text: String
  }

  /// One report.
  struct Row: Sendable {
    let file: String
    let repository: String?
    let provider: String?
    let command: String
    /// `passed`, `failed`, or the code of the error.
    let result: String
    let refusals: [Refusal]
    /// Whether the version that wrote the report says what is audited.
    let isAudited: Bool
  }

  /// The reports, those with a refusal first.
  private(set) var rows: [Row] = []
  /// The files that could not be read as reports, with the reason.
  private(set) var unread: [(file: String, reason: Message)] = []

  /// The greatest length of a report in bytes.
  private static let maximumBytes = 4 << 20
  /// The greatest number of files, and how deep folders are looked into.
  private static let (maximumFiles, maximumDepth) = (10_000, 8)
  /// The greatest number of refusals of a report that are told.
  private static let maximumRefusals = 200

  /// Reads every file below some folders; hidden ones and links are passed over.
  init(folders: [String]) {
    for folder in folders {
      guard FileReader.isFolder(folder), let place = FileLocation.real(folder) else {
        unread.append((folder, "there is no such folder"))
        continue
      }
      walk(folder, at: place, depth: 0)
    }
    rows = rows.enumerated().sorted {
      ($0.element.refusals.isEmpty ? 1 : 0, $0.offset) < ($1.element.refusals.isEmpty ? 1 : 0, $1.offset)
    }.map(\.element)
  }

  private mutating func walk(_ folder: String, at place: String, depth: Int) {
    for name in FolderReader.names(in: folder) {
      let path = "\(folder)/\(name)"
      guard rows.count + unread.count < Self.maximumFiles else {
        unread.append((path, "it is behind \(Self.maximumFiles) others, and was not looked at, nor was what follows"))
        return
      }
      let real = "\(place == "/" ? "" : place)/\(name)"
      guard FileLocation.real(path) == real else {
        unread.append((path, "it is a link, which is not followed"))
        continue
      }
      guard FileReader.isFolder(path) else {
        do throws(BrokerError) { rows.append(try Self.row(path)) } catch { unread.append((path, error.message)) }
        continue
      }
      guard depth < Self.maximumDepth else {
        unread.append((path, "it is deeper than \(Self.maximumDepth) folders"))
        continue
      }
      walk(path, at: real, depth: depth + 1)
    }
  }

  // MARK: Reading

  private static func row(_ path: String) throws(BrokerError) -> Row {
    let bytes = try FileReader.read(path, maximumBytes: maximumBytes, code: .fileUnreadable)
    let report: JSONNode
    do throws(SyntaxError) { report = try JSONReader(maximumBytes: maximumBytes).read(bytes) } catch {
      throw BrokerError(.fileUnreadable, "It is no report: \(error.position): \(error.summary).")
    }
    guard let object = report.object, let command = object["command"]?.string,
      let sections = object["sections"]?.array, let result = object["result"]?.string
    else { throw BrokerError(.fileUnreadable, "It is no report of token-broker.") }
    guard object["version"]?.integer == 1 else {
      throw BrokerError(.fileUnreadable, "It is a report of another version than 1.")
    }
    let jobs = sections.lazy.compactMap { $0.object?["job"]?.object }
    let repository = jobs.compactMap { job -> String? in
      guard let name = job["repository"]?.string else { return nil }
      return job["owner"]?.string.map { "\($0)/\(name)" } ?? name
    }.first
    let code = sections.lazy.compactMap { $0.object?["error"]?.object?["code"]?.string }.first
    var refusals: [Refusal] = []
    for section in sections where refusals.count < maximumRefusals { refusals += Self.refusals(section) }
    return Row(
      file: path, repository: repository, provider: object["provider"]?.string, command: command,
      result: code ?? result, refusals: Array(refusals.prefix(maximumRefusals)),
      isAudited: sections.allSatisfy { $0.object?["audit"] != nil })
  }

  private static func refusals(_ section: JSONNode) -> [Refusal] {
    let registry = section.object?["registry"]?.string
    return (section.object?["audit"]?.array ?? []).flatMap { node -> [Refusal] in
      guard let error = node.object else { return [] }
      let facts = (error["facts"]?.array ?? []).compactMap { $0.object }
      let rules = facts.filter { $0["label"]?.string == "rule" }.compactMap { $0["value"]?.string }
      let causes = (error["causes"]?.array ?? []).compactMap { $0.object?["summary"]?.string }
      let message = error["message"]?.string ?? ""
      // What is said without a rule is a refusal all the same.
      return (rules.isEmpty ? ["(unnamed)"] : rules).enumerated().map { index, rule in
        Refusal(registry: registry, rule: rule, text: index < causes.count ? causes[index] : message)
      }
    }
  }

  // MARK: What comes of it

  /// How many runs something would have been refused in.
  var refused: Int { rows.count { !$0.refusals.isEmpty } }

  /// By rule, in how many reports and repositories it would have refused something, the most frequent first.
  private var rules: [(rule: String, reports: Int, repositories: Int)] {
    var found: [String: (reports: Int, repositories: Set<String>)] = [:]
    for row in rows {
      for rule in Set(row.refusals.map(\.rule)) {
        found[rule, default: (0, [])].reports += 1
        found[rule]?.repositories.insert(row.repository ?? row.file)
      }
    }
    return found.map { ($0.key, $0.value.reports, $0.value.repositories.count) }.sorted {
      ($1.reports, $0.rule) < ($0.reports, $1.rule)
    }
  }

  private var summary: Message {
    "\(rows.count) \(rows.count == 1 ? "report" : "reports"): \(refused) would be refused"
      + (unread.isEmpty ? "" : ", \(unread.count) \(unread.count == 1 ? "file" : "files") not read")
  }

  func text(_ format: AuditReport.Format) -> String {
    switch format {
    case .text: text.text
    case .markdown: markdown.text
    case .json: JSONText.pretty(json) + "\n"
    }
  }

  private static func name(_ row: Row) -> Message { Message(Neutralized(row.repository ?? "(no job)", limit: 120)) }

  private static func file(_ path: String) -> Message { Message(Neutralized(path, limit: 255)) }

  private static func run(_ row: Row) -> Message {
    "\(Neutralized(row.command, limit: 32)), \(Neutralized(row.result, limit: 64))"
  }

  private static func state(_ row: Row) -> Message {
    row.refusals.isEmpty ? row.isAudited ? "ok" : "not told" : "would be refused"
  }

  /// Why a run would be refused, each once for all registries where it is the same.
  private static func lines(_ row: Row) -> [Message] {
    var found: [(text: String, registries: [Message])] = []
    for refusal in row.refusals {
      let names = refusal.registry.map { [Message(Neutralized($0, limit: 64))] } ?? []
      if let index = found.firstIndex(where: { $0.text == refusal.text }) {
        found[index].registries += names.filter { !found[index].registries.contains($0) }
      } else {
        found.append((refusal.text, names))
      }
    }
    return found.map { text, registries in
      (registries.isEmpty ? "" : "\(registries.joined(separator: ", ")): ") + Message(Neutralized(text, limit: 600))
    }
  }

  private var text: Message {
    let width = min(40, rows.map { Self.name($0).text.count }.max() ?? 0)
    var text: Message = ""
    for row in rows {
      text +=
        "\(TextLayout.padded(Self.name(row), width))  \(TextLayout.padded(Self.state(row), 16))  "
        + "\(Self.run(row))  \(Self.file(row.file))\n"
      for line in Self.lines(row) { text += "  \(line)\n" }
    }
    for file in unread { text += "not read: \(Self.file(file.file)): \(file.reason)\n" }
    for rule in rules {
      text += "\(Neutralized(rule.rule, limit: 200)): \(Self.counts(rule))\n"
    }
    return text + "\(summary)\n"
  }

  private static func counts(_ rule: (rule: String, reports: Int, repositories: Int)) -> Message {
    "\(rule.reports) \(rule.reports == 1 ? "report" : "reports") of \(rule.repositories) "
      + (rule.repositories == 1 ? "repository" : "repositories")
  }

  private var markdown: Message {
    func plain(_ text: Message) -> Message { AuditReport.plain(text) }
    var text: Message = "# Reports\n\n\(summary)\n\n| rule | reports | repositories |\n|---|---|---|\n"
    for rule in rules {
      text += "| \(plain(Message(Neutralized(rule.rule, limit: 200)))) | \(rule.reports) | \(rule.repositories) |\n"
    }
    text += "\n| repository | state | run | report |\n|---|---|---|---|\n"
    for row in rows {
      let cells = [Self.name(row), Self.state(row), Self.run(row), Self.file(row.file)].map(plain)
      text += "| \(cells.joined(separator: " | ")) |\n"
    }
    for row in rows where !row.refusals.isEmpty {
      text += "\n## \(plain(Self.name(row)))\n\n"
      for line in Self.lines(row) { text += "- \(plain(line))\n" }
    }
    if !unread.isEmpty { text += "\n## Not read\n\n" }
    for file in unread { text += "- \(plain("\(Self.file(file.file)): \(file.reason)"))\n" }
    return text
  }

  private var json: JSONText.Value {
    func text(_ text: String?, _ limit: Int) -> JSONText.Value {
      text.map { .string(Neutralized($0, limit: limit).text) } ?? .null
    }
    let reports = rows.map { row -> JSONText.Value in
      .object([
        ("file", text(row.file, 4096)), ("repository", text(row.repository, 255)),
        ("provider", text(row.provider, 64)), ("command", text(row.command, 32)), ("result", text(row.result, 64)),
        ("audited", .boolean(row.isAudited)),
        (
          "refused",
          .array(
            row.refusals.map { refusal in
              .object([
                ("registry", text(refusal.registry, 64)), ("rule", text(refusal.rule, 2048)),
                ("text", text(refusal.text, 2048)),
              ])
            })
        ),
      ])
    }
    return .object([
      ("version", 1), ("reports", .array(reports)),
      (
        "rules",
        .array(
          rules.map { rule in
            .object([
              ("rule", text(rule.rule, 2048)), ("reports", .integer(Int64(rule.reports))),
              ("repositories", .integer(Int64(rule.repositories))),
            ])
          })
      ),
      (
        "unread",
        .array(unread.map { .object([("file", text($0.file, 4096)), ("reason", .string($0.reason.text))]) })
      ),
      (
        "summary",
        .object([
          ("reports", .integer(Int64(rows.count))), ("refused", .integer(Int64(refused))),
          ("unread", .integer(Int64(unread.count))),
        ])
      ),
    ])
  }
}
