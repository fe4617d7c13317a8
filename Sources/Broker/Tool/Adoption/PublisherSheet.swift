import BrokerCore

/// The sheet for registering publishers, in the forms in which it is shown.
struct PublisherSheet: Sendable {
  /// The forms.
  enum Format: String, CaseIterable, Sendable {
    /// For a terminal.
    case text
    /// To paste into an issue.
    case markdown
    /// For programs.
    case json
    /// For a spreadsheet.
    case csv
  }

  let entries: [PublisherEntry]

  func text(_ format: Format, _ layout: TextLayout) -> String {
    switch format {
    case .text:
      layout.folded((table(Self.row) + "\n" + entries.map { Self.text($0, layout) }.joined(separator: "\n")).text)
    case .markdown:
      ("# Trusted publishers to register\n\n" + markdownTable + entries.map(Self.markdown).joined(separator: "\n")).text
    case .csv: csv
    case .json:
      JSONText.pretty(.object([("version", 1), ("publishers", .array(entries.map(Self.json)))])) + "\n"
    }
  }

  private static func rows(_ entry: PublisherEntry) -> [(label: Message, value: Message, origin: Message)] {
    guard entry.obstacle == nil else { return [] }
    let project: (Message, Sourced<String>?, Message) = (entry.projectLabel, entry.project, "(not known)")
    let fields = entry.fields.map { field -> (Message, Sourced<String>?, Message) in
      (field.label, field.value, field.isKnown ? "(none)" : "(not known)")
    }
    return ([project] + fields).map { label, value, absent in
      (label, value.map { Message(DeceptiveText.marked($0.value)) } ?? absent, value?.origin ?? "")
    }
  }

  // MARK: Table

  /// The entries by what has to be done, those of one group in the order in which they were named.
  private func table(_ row: (PublisherEntry) -> Message) -> Message {
    PublisherEntry.State.allCases.map { state -> Message in
      let group = entries.filter { $0.state == state }
      return group.isEmpty ? "" : "\(state.title): \(group.count)\n\(group.map(row).joined())"
    }.joined()
  }

  private static func row(_ entry: PublisherEntry) -> Message {
    let project = entry.project.map { Message(DeceptiveText.marked($0.value)) } ?? "(not known)"
    let address: Message = (entry.projectAddress ?? entry.pendingAddress).map { "    \($0)\n" } ?? ""
    let reason: Message = entry.obstacle.map { $0.summary } ?? entry.summary
    return "  \(project) at \(Neutralized(entry.registry)): \(reason)\n\(address)"
  }

  private var markdownTable: Message {
    let rows = PublisherEntry.State.allCases.flatMap { state in entries.filter { $0.state == state } }
    let head: Message = "| project | index | fields | link | state |\n|---|---|---|---|---|\n"
    return head
      + rows.map { entry -> Message in
        let project = entry.project.map { Self.code(Message(DeceptiveText.marked($0.value))) } ?? "(not known)"
        let fields = entry.obstacle.map { Self.plain($0.summary) } ?? Self.plain(entry.summary)
        let address: Message = (entry.projectAddress ?? entry.pendingAddress).map { "<\($0)>" } ?? ""
        return "| \(project) | \(Neutralized(entry.registry)) | \(fields) | \(address) | \(entry.state.title) |\n"
      }.joined() + "\n"
  }

  /// RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe.
  private var csv: String {
    func cell(_ text: String) -> String {
      let shown = Neutralized(text, limit: 2048).text
      let safe = "=+-@".contains(shown.prefix(1)) && !shown.isEmpty ? "'\(shown)" : shown
      return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
    var names: [String] = []
    for name in entries.flatMap({ $0.fields.map(\.name) }) where !names.contains(name) { names.append(name) }
    let head =
      ["state", "from", "publisher", "index", "index-project"] + names
      + ["link", "link-of-a-new-project", "link-of-the-environment", "notes"]
    let rows = entries.map { entry in
      [entry.state.rawValue, entry.repository.text, entry.provider, entry.registry, entry.project?.value ?? ""]
        + names.map { name in entry.fields.first { $0.name == name }?.value?.value ?? "" }
        + [
          entry.projectAddress?.text ?? "", entry.pendingAddress?.text ?? "", entry.environmentAddress?.text ?? "",
          entry.notes.map(\.text).joined(separator: " "),
        ]
    }
    return ([head] + rows).map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
  }

  // MARK: Since

  /// The entries that another sheet does not have, or has with other values, and what it has and this one has not.
  ///
  /// - Throws: `ErrorCode.usage` if the other one is no sheet in JSON.
  func changes(since bytes: [UInt8], from file: String) throws(BrokerError) -> (sheet: PublisherSheet, gone: [Message])
  {
    func wrong() -> BrokerError {
      BrokerError(
        .usage, "\(Neutralized(file)) is no sheet of token-broker config publishers --format json.",
        remedy: "Keep the sheet with --format json >FILE, and name that file.")
    }
    guard let node = try? JSONReader(maximumBytes: 1 << 26).read(bytes), let old = node.object?["publishers"]?.array
    else { throw wrong() }
    var before: [String: [[String]]] = [:]
    var order: [String] = []
    for entry in old {
      guard let entry = entry.object, let repository = entry["repository"]?.string,
        let registry = entry["registry"]?.string
      else { throw wrong() }
      let project = entry["project"]?.object?["text"]?.string ?? ""
      let fields = (entry["fields"]?.array ?? []).map { field in
        "\(field.object?["name"]?.string ?? "")=\(field.object?["value"]?.object?["text"]?.string ?? "")"
      }
      let key = "\(repository) \(project) at \(registry)"
      before[key, default: []].append(fields)
      if !order.contains(key) { order.append(key) }
    }
    func key(_ entry: PublisherEntry) -> String {
      "\(entry.repository.text) \(entry.project?.value ?? "") at \(entry.registry)"
    }
    let keys = Set(entries.map(key))
    let changed = entries.filter { entry in
      before[key(entry)]?.contains(entry.fields.map { "\($0.name)=\($0.value?.value ?? "")" }) != true
    }
    return (PublisherSheet(entries: changed), order.filter { !keys.contains($0) }.map { Message(Neutralized($0)) })
  }

  // MARK: Text

  private static func text(_ entry: PublisherEntry, _ layout: TextLayout) -> Message {
    var text: Message =
      "\(entry.repository) at \(Neutralized(entry.registry)), publisher \(Neutralized(entry.provider))\n"
    let rows = rows(entry)
    let width = rows.map(\.label.text.count).max() ?? 0
    let valueWidth = min(48, rows.map(\.value.text.count).max() ?? 0)
    for row in rows {
      let value: Message =
        row.origin.isEmpty ? row.value : "\(TextLayout.padded(row.value, valueWidth))  (\(row.origin))"
      text += "  \(TextLayout.padded(row.label, width))  \(value)\n"
    }
    if let address = entry.projectAddress { text += "  if the project exists:  \(address)\n" }
    if let address = entry.pendingAddress { text += "  if it does not:         \(address)\n" }
    if let newProject = entry.newProject {
      text += layout.labelled("if it does not:         ", newProject, indent: 2)
    }
    if let address = entry.environmentAddress { text += "  the environment:        \(address)\n" }
    if let comparison = entry.comparison {
      text += layout.labelled("compared:               ", comparison, indent: 2)
    }
    for note in entry.notes { text += layout.labelled("note: ", note, indent: 2) }
    return text
  }

  // MARK: Markdown

  private static func markdown(_ entry: PublisherEntry) -> Message {
    var text: Message =
      "## \(plain(entry.repository)) at \(Neutralized(entry.registry))\n\nPublisher: \(Neutralized(entry.provider))\n\n"
    guard entry.obstacle == nil else {
      let notes = entry.notes.map { "- \(plain($0))\n" as Message }.joined()
      return "\(text)Nothing can be registered.\n\n\(notes)"
    }
    text += "| field | value | from |\n|---|---|---|\n"
    for row in rows(entry) {
      let value: Message = row.origin.isEmpty ? plain(row.value) : code(row.value)
      text += "| \(row.label) | \(value) | \(plain(row.origin)) |\n"
    }
    text += "\n"
    if let address = entry.environmentAddress {
      let environment = entry.fields.first { $0.name == JobField.environment.name }?.value?.value ?? ""
      text +=
        "- [ ] Create the environment \(code(Message(DeceptiveText.marked(environment)))), with required reviewers: <\(address)>\n"
    }
    if let comparison = entry.comparison { text += "- \(plain(comparison))\n" }
    let either = [
      entry.projectAddress.map { "if the project exists, at <\($0)>" as Message },
      entry.pendingAddress.map { "if it does not, at <\($0)>" as Message },
      entry.newProject.map { "if it does not, \(plain($0))" as Message },
    ].compactMap(\.self)
    text += "- [ ] Register the publisher: \(either.joined(separator: "; "))\n"
    for note in entry.notes { text += "- \(plain(note))\n" }
    return text
  }

  /// A value as code in a table's cell.
  private static func code(_ text: Message) -> Message {
    "`\(text.changed { $0.replacing("`", with: "'").replacing("|", with: "\\|") })`"
  }

  /// Words in which nothing is markup, a mention or a reference.
  private static func plain(_ text: Message) -> Message { text.changed(plain) }

  private static func plain(_ text: String) -> String {
    var escaped = ""
    for character in Neutralized(text).text {
      if #"\`*_{}[]<>#|~@"#.contains(character) { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }

  // MARK: JSON

  private static func json(_ entry: PublisherEntry) -> JSONText.Value {
    .object([
      ("registry", .string(entry.registry)), ("state", .string(entry.state.rawValue)),
      ("repository", .string(entry.repository.text)),
      ("provider", .string(entry.provider)), ("project", sourced(entry.project)),
      (
        "fields",
        .array(
          entry.fields.map { field in
            .object([
              ("name", .string(field.name)), ("label", .string(field.label.text)), ("value", sourced(field.value)),
            ])
          })
      ),
      ("project-address", text(entry.projectAddress)), ("pending-address", text(entry.pendingAddress)),
      ("environment-address", text(entry.environmentAddress)), ("notes", .array(entry.notes.map { .string($0.text) })),
    ])
  }

  private static func sourced(_ value: Sourced<String>?) -> JSONText.Value {
    guard let value else { return .null }
    return .object([("text", .string(value.value)), ("origin", .string(value.origin.text))])
  }

  private static func text(_ text: Message?) -> JSONText.Value { text.map { .string($0.text) } ?? .null }
}
