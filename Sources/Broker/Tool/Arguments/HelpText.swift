import BrokerCore

/// The texts of `--help`, made from the command table.
enum HelpText {
  /// What the tool is for.
  static let purpose = "short-lived API tokens for package registries, from a CI job's identity"

  /// The page of the tool.
  static func overview(_ commands: [CommandSpec], _ layout: TextLayout) -> String {
    let rows = commands.map { ($0.name, $0.summary) }
    return """
      token-broker: \(purpose)

      Usage: token-broker COMMAND [OPTIONS] [OPERANDS]

      Commands:
      \(table(rows, layout))

      Options:
      \(table([("--help", "show this text; after a command, that command's"), ("--version [--libcurl]", "show version, commit and how libcurl is bound; with --libcurl, which one it is")], layout))

      """
  }

  /// The page of a command.
  static func page(_ spec: CommandSpec, _ layout: TextLayout) -> String {
    var text = "\(sentence(spec.summary))\n\nUsage: \(spec.usage)\n"
    if !spec.options.isEmpty {
      text += "\nOptions:\n\(table(spec.options.map { ($0.usage, $0.summary) }, layout))\n"
    }
    for note in spec.notes { text += "\n\(layout.wrapped(note, indent: 0))\n" }
    return text
  }

  /// All commands for machines, version 1 (docs/commands.md).
  static func json(_ commands: [CommandSpec]) -> String {
    let value = JSONText.Value.object([
      ("version", 1),
      (
        "commands",
        .array(
          commands.map { spec in
            .object([
              ("name", .string(spec.name)), ("summary", .string(spec.summary)), ("usage", .string(spec.usage)),
              ("takes-command", .boolean(spec.takesCommand)), ("options", .array(spec.options.map(json))),
            ])
          })
      ),
    ])
    return JSONText.pretty(value) + "\n"
  }

  private static func json(_ option: OptionSpec) -> JSONText.Value {
    .object([
      ("name", .string(option.name)), ("value", option.value.map { .string($0) } ?? .null),
      ("choices", .array(option.choices.map { .string($0) })), ("repeatable", .boolean(option.isRepeatable)),
      ("summary", .string(option.summary)),
    ])
  }

  /// A summary as a sentence of its own.
  static func sentence(_ summary: String) -> String {
    "\(summary.prefix(1).uppercased())\(summary.dropFirst())."
  }

  private static func table(_ rows: [(String, String)], _ layout: TextLayout) -> String {
    let width = min(28, rows.map(\.0.count).max() ?? 0)
    return rows.map { name, summary in
      let lines = layout.wrapped(summary, indent: width + 4)
      return name.count > width
        ? "  \(name)\n\(String(repeating: " ", count: width + 4))\(lines)"
        : "  \(name)\(String(repeating: " ", count: width - name.count + 2))\(lines)"
    }.joined(separator: "\n")
  }
}
