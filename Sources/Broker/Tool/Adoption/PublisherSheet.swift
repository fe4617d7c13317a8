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
    case .text: entries.map(Self.text).joined(separator: "\n")
    case .markdown: "# Trusted publishers to register\n\n" + entries.map(Self.markdown).joined(separator: "\n")
    case .json:
      JSONText.pretty(.object([("version", 1), ("publishers", .array(entries.map(Self.json)))])) + "\n"
    }
  }

  /// The label of the field that only the form for new projects has.
  private static let projectLabel = "PyPI Project Name"

  private static func rows(_ entry: PublisherEntry) -> [(label: String, value: String, origin: String)] {
    guard entry.obstacle == nil else { return [] }
    return
      ([(projectLabel, entry.project, "(not known)")]
      + entry.fields.map { ($0.label, $0.value, $0.name == JobField.environment.name ? "(none)" : "(not known)") })
      .map { label, value, absent in
        (label, value.map { DeceptiveText.marked($0.value) } ?? absent, value?.origin ?? "")
      }
  }

  // MARK: Text

  private static func text(_ entry: PublisherEntry) -> String {
    var text = "\(entry.repository) at \(entry.registry), publisher \(entry.provider)\n"
    let rows = rows(entry)
    let width = rows.map(\.label.count).max() ?? 0
    let valueWidth = min(48, rows.map(\.value.count).max() ?? 0)
    for row in rows {
      let value = row.origin.isEmpty ? row.value : TextLayout.padded(row.value, valueWidth) + "  (\(row.origin))"
      text += "  \(TextLayout.padded(row.label, width))  \(value)\n"
    }
    if let address = entry.projectAddress { text += "  if the project exists:  \(address)\n" }
    if let address = entry.pendingAddress { text += "  if it does not:         \(address)\n" }
    if let address = entry.environmentAddress { text += "  the environment:        \(address)\n" }
    for note in entry.notes { text += TextLayout.labelled("note: ", note, indent: 2) }
    return text
  }

  // MARK: Markdown

  private static func markdown(_ entry: PublisherEntry) -> String {
    var text = "## \(plain(entry.repository)) at \(entry.registry)\n\nPublisher: \(entry.provider)\n\n"
    guard entry.obstacle == nil else {
      return text + "Nothing can be registered.\n\n" + entry.notes.map { "- \(plain($0))\n" }.joined()
    }
    text += "| field | value | from |\n|---|---|---|\n"
    for row in rows(entry) {
      let value = row.origin.isEmpty ? plain(row.value) : code(row.value)
      text += "| \(row.label) | \(value) | \(plain(row.origin)) |\n"
    }
    text += "\n"
    if let address = entry.environmentAddress {
      let environment = entry.fields.first { $0.name == JobField.environment.name }?.value?.value ?? ""
      text +=
        "- [ ] Create the environment \(code(DeceptiveText.marked(environment))), with required reviewers: <\(address)>\n"
    }
    let either = [
      entry.projectAddress.map { "if the project exists, at <\($0)>" },
      entry.pendingAddress.map { "if it does not, at <\($0)>" },
    ].compactMap(\.self)
    text += "- [ ] Register the publisher: \(either.joined(separator: "; "))\n"
    for note in entry.notes { text += "- \(plain(note))\n" }
    return text
  }

  /// A value as code in a table's cell.
  private static func code(_ text: String) -> String {
    "`\(text.replacing("`", with: "'").replacing("|", with: "\\|"))`"
  }

  /// Words in which nothing is markup, a mention or a reference.
  private static func plain(_ text: String) -> String {
    var escaped = ""
    for character in UntrustedText.neutralized(text) {
      if #"\`*_{}[]<>#|~@"#.contains(character) { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }

  // MARK: JSON

  private static func json(_ entry: PublisherEntry) -> JSONText.Value {
    .object([
      ("registry", .string(entry.registry)), ("repository", .string(entry.repository)),
      ("provider", .string(entry.provider)), ("project", sourced(entry.project)),
      (
        "fields",
        .array(
          entry.fields.map { field in
            .object([
              ("name", .string(field.name)), ("label", .string(field.label)), ("value", sourced(field.value)),
            ])
          })
      ),
      ("project-address", text(entry.projectAddress)), ("pending-address", text(entry.pendingAddress)),
      ("environment-address", text(entry.environmentAddress)), ("notes", .array(entry.notes.map { .string($0) })),
    ])
  }

  private static func sourced(_ value: Sourced<String>?) -> JSONText.Value {
    guard let value else { return .null }
    return .object([("text", .string(value.value)), ("origin", .string(value.origin))])
  }

  private static func text(_ text: String?) -> JSONText.Value { text.map { .string($0) } ?? .null }
}
