/// The texts of `--help`, made from the command table.
enum HelpText {
  /// What the tool is for.
  static let purpose = "short-lived API tokens for package registries, from a CI job's identity"

  /// The page of the tool.
  static func overview(_ commands: [CommandSpec]) -> String {
    let rows = commands.map { ($0.name, $0.summary) }
    return """
      token-broker: \(purpose)

      Usage: token-broker COMMAND [OPTIONS] [OPERANDS]

      Commands:
      \(table(rows))

      Options:
      \(table([("--help", "show this text; after a command, that command's"), ("--version [--libcurl]", "show version, commit and how libcurl is bound; with --libcurl, which one it is")]))

      """
  }

  /// The page of a command.
  static func page(_ spec: CommandSpec) -> String {
    var text = "\(sentence(spec.summary))\n\nUsage: \(spec.usage)\n"
    if !spec.options.isEmpty {
      text += "\nOptions:\n\(table(spec.options.map { ($0.usage, $0.summary) }))\n"
    }
    for note in spec.notes { text += "\n\(TextLayout.wrapped(note, indent: 0))\n" }
    return text
  }

  /// A summary as a sentence of its own.
  static func sentence(_ summary: String) -> String {
    "\(summary.prefix(1).uppercased())\(summary.dropFirst())."
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let width = min(28, rows.map(\.0.count).max() ?? 0)
    return rows.map { name, summary in
      let lines = TextLayout.wrapped(summary, indent: width + 4)
      return name.count > width
        ? "  \(name)\n\(String(repeating: " ", count: width + 4))\(lines)"
        : "  \(name)\(String(repeating: " ", count: width - name.count + 2))\(lines)"
    }.joined(separator: "\n")
  }
}
