import BrokerCore

/// `token-broker plugins`: the providers and registries this program knows.
enum PluginsCommand: Command {
  static let name = "plugins"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "list the identity providers and registries, and which go together",
      options: [
        OptionSpec("--json", nil, "list them as JSON, with the publishing tools and what exec knows of each")
      ],
      notes: [
        "plugins new NAME writes a plug-in that is a program, plugins check NAME asks one what the protocol has.",
        "The table is as of the day behind each registry. A * stands for a condition below the table, \"registered\" for issuers that "
          + "a registry's administrators register, ? for what is not known. Names that are no plug-in's are those of recipes.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let catalog = try surroundings.broker().catalog
    if arguments.has("--json") { return surroundings.console.write(data: PluginsJSON.text(catalog)) }
    let rows =
      catalog.providers.map { ("provider", $0.plugin.name, $0.plugin.summary, $0.plugin.keys, $0.plugin.presence) }
      + catalog.registries.map { ("registry", $0.plugin.name, $0.plugin.summary, $0.plugin.keys, $0.plugin.presence) }
    let width = rows.map(\.1.count).max() ?? 0
    let text = rows.map { kind, type, summary, keys, presence in
      let mark = presence == .declared ? " (declared)" : ""
      let settings = (keys.isEmpty ? "" : " [\(keys.map(\.name).joined(separator: ", "))]") + mark
      return "\(kind)  \(type)\(String(repeating: " ", count: width - type.count))  \(summary)\(settings)\n"
    }
    return surroundings.console.write(data: text.joined() + Self.table(catalog.acceptances))
  }

  /// Provider by registry, and where that was read.
  private static func table(_ acceptances: [Acceptance]) -> String {
    guard !acceptances.isEmpty else { return "" }
    let rows =
      [[""] + acceptances.map(\.registry)]
      + acceptances.providers.map { provider in
        [provider] + acceptances.map { $0.answer(for: provider)?.word.text ?? "?" }
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
    }
    let sources = acceptances.map { row in
      "\(row.registry), \(row.day.text): \(row.source.text)" + row.conditions.map { "; \($0.text)" }.joined()
    }
    let trimmed = lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
    return "\nwhose identity tokens are taken today\n" + (trimmed + [""] + sources).map { "\($0)\n" }.joined()
  }
}

/// The plug-ins and the publishing tools for machines, version 1 (docs/commands.md).
private enum PluginsJSON {
  static func text(_ catalog: PluginCatalog) -> String {
    let value = JSONText.Value.object([
      ("version", 1),
      (
        "providers",
        .array(catalog.providers.map { plugin($0.plugin.name, $0.plugin.summary, $0.plugin.keys, $0.plugin.presence) })
      ),
      (
        "registries",
        .array(
          catalog.registries.map {
            plugin(
              $0.plugin.name, $0.plugin.summary, $0.plugin.keys, $0.plugin.presence, [("tools", names($0.tools.names))])
          })
      ),
      ("tools", .array(catalog.tools.tools.map(tool))), ("runners", .array(catalog.tools.runners.map(runner))),
      ("accepted", .array(catalog.acceptances.map(acceptance))),
    ])
    return JSONText.pretty(value) + "\n"
  }

  private static func plugin(
    _ name: String, _ summary: String, _ keys: [ConfigurationKey], _ presence: PluginPresence,
    _ more: [(String, JSONText.Value)] = []
  ) -> JSONText.Value {
    .object(
      [
        ("type", .string(name)), ("summary", .string(summary)), ("settings", names(keys.map(\.name))),
        ("declared", .boolean(presence == .declared)),
      ] + more)
  }

  private static func acceptance(_ row: Acceptance) -> JSONText.Value {
    .object([
      ("registry", .string(row.registry)), ("source", .string(row.source.text)), ("day", .string(row.day.text)),
      (
        "providers", .object(row.answers.map { ($0.provider, .string($0.answer.word.text.replacing("*", with: ""))) })
      ), ("conditions", .array(row.conditions.map { .string($0.text) })),
    ])
  }

  private static func tool(_ tool: PublishingTool) -> JSONText.Value {
    .object([
      ("name", .string(tool.name)), ("subcommands", names(tool.subcommands)),
      ("variables", .object(tool.variables.map { ($0.name, .string($0.value)) })),
      ("removed-variables", names(tool.removedVariables)),
      ("refused-options", names(tool.guardedOptions.flatMap(\.names))),
      ("value-options", names(tool.globalValueOptions + tool.valueOptions)), ("switches", names(tool.switches)),
    ])
  }

  private static func runner(_ runner: ToolRunner) -> JSONText.Value {
    .object([("words", names(runner.words)), ("value-options", names(runner.valueOptions))])
  }

  private static func names(_ names: [String]) -> JSONText.Value { .array(names.map { .string($0) }) }
}
