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
  }

  let entries: [PublisherEntry]

  func text(_ format: Format) -> String {
    switch format {
    case .text: entries.map(Self.text).joined(separator: "\n").text
    case .markdown: "# Trusted publishers to register\n\n" + entries.map(Self.markdown).joined(separator: "\n").text
    case .json:
      JSONText.pretty(.object([("version", 1), ("publishers", .array(entries.map(Self.json)))])) + "\n"
    }
  }

  /// The label of the field that only the form for new projects has.
  private static let projectLabel: Message = "PyPI Project Name"

  private static func rows(_ entry: PublisherEntry) -> [(label: Message, value: Message, origin: Message)] {
    guard entry.obstacle == nil else { return [] }
    let project: (Message, Sourced<String>?, Message) = (projectLabel, entry.project, "(not known)")
    let fields = entry.fields.map { field -> (Message, Sourced<String>?, Message) in
      (field.label, field.value, field.name == JobField.environment.name ? "(none)" : "(not known)")
    }
    return ([project] + fields).map { label, value, absent in
      (label, value.map { Message(DeceptiveText.marked($0.value)) } ?? absent, value?.origin ?? "")
    }
  }

  // MARK: Text

  private static func text(_ entry: PublisherEntry) -> Message {
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
    if let address = entry.environmentAddress { text += "  the environment:        \(address)\n" }
    for note in entry.notes { text += TextLayout.log.labelled("note: ", note, indent: 2) }
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
    let either = [
      entry.projectAddress.map { "if the project exists, at <\($0)>" as Message },
      entry.pendingAddress.map { "if it does not, at <\($0)>" as Message },
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
      ("registry", .string(entry.registry)), ("repository", .string(entry.repository.text)),
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
