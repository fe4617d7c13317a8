import BrokerCore

/// `token-broker plugins`: the providers and registries this program knows.
enum PluginsCommand: Command {
  static let name = "plugins"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(name, "list the identity providers and registries, one line each")
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let catalog = try surroundings.broker().catalog
    let rows =
      catalog.providers.map { ("provider", $0.plugin.name, $0.plugin.summary, $0.plugin.keys, $0.plugin.presence) }
      + catalog.registries.map { ("registry", $0.plugin.name, $0.plugin.summary, $0.plugin.keys, $0.plugin.presence) }
    let width = rows.map(\.1.count).max() ?? 0
    let text = rows.map { kind, type, summary, keys, presence in
      let mark = presence == .declared ? " (declared)" : ""
      let settings = (keys.isEmpty ? "" : " [\(keys.map(\.name).joined(separator: ", "))]") + mark
      return "\(kind)  \(type)\(String(repeating: " ", count: width - type.count))  \(summary)\(settings)\n"
    }
    return surroundings.console.write(data: text.joined())
  }
}
