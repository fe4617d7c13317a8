import BrokerCore
import TokenBroker

/// `token-broker config`: the configuration in force, and where each value came from.
enum ConfigCommand: Command {
  static let spec = CommandSpec(
    "config", "show the configuration in force, and where each value came from",
    options: [OptionSpec("--config", "FILE", "read the configuration from FILE")])

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let configuration = try surroundings.broker().configuration(path: arguments.value("--config"))
    var text = "configuration: \(configuration.place)\n"
    let plugins =
      configuration.providers.map { ("providers.\($0.name)", $0.type) }
      + configuration.registries.map { ("registries.\($0.name)", $0.type) }
    let rows =
      plugins.map { Row(path: $0, value: "type \($1)", origin: nil) }
      + configuration.settings.map { Row(path: $0.path, value: $0.value, origin: $0.origin.description) }
    let width = rows.map(\.path.count).max() ?? 0
    let valueWidth = min(48, rows.map(\.value.count).max() ?? 0)
    for row in rows.sorted(by: { $0.path < $1.path }) {
      let value = row.origin == nil ? row.value : pad(row.value, valueWidth)
      text += "\(pad(row.path, width))  \(value)\(row.origin.map { "  (\($0))" } ?? "")\n"
    }
    return surroundings.console.write(text)
  }

  private struct Row {
    let path: String
    let value: String
    let origin: String?
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
