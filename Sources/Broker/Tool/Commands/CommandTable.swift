import BrokerCore

/// The commands of the tool, in the order of `--help`; a name of two words is a command below another.
enum CommandTable {
  static let commands: [any Command.Type] = [
    ExecCommand.self,
    MintCommand.self, CheckCommand.self, ExplainCommand.self, RevokeCommand.self, ConfigCommand.self,
    ConfigCheckCommand.self, ConfigAuditCommand.self, ConfigSchemaCommand.self, ConfigInitCommand.self,
    ConfigPublishersCommand.self, PluginsCommand.self, PluginsCheckCommand.self, PluginsNewCommand.self,
    RehearseCommand.self, SandboxCommand.self, AskCommand.self,
    CompletionsCommand.self, ManualCommand.self, HelpCommand.self,
  ]

  /// The command that `arguments` begin with, and what follows its name.
  ///
  /// - Throws: `ErrorCode.usage` with the nearest name.
  static func find(_ arguments: [String]) throws(BrokerError) -> (command: any Command.Type, rest: [String]) {
    if arguments.count > 1 {
      let pair = "\(arguments[0]) \(arguments[1])"
      if let command = commands.first(where: { $0.name == pair }) { return (command, Array(arguments.dropFirst(2))) }
    }
    let name = arguments.first ?? ""
    guard let command = commands.first(where: { $0.name == name }) else { throw unknown(name) }
    let rest = Array(arguments.dropFirst())
    if let word = rest.first, !word.hasPrefix("-"), hasCommandsBelow(name) { throw unknown("\(name) \(word)") }
    return (command, rest)
  }

  private static func hasCommandsBelow(_ name: String) -> Bool {
    commands.contains { $0.name.hasPrefix("\(name) ") }
  }

  /// The error that there is no such command, with the nearest one.
  static func unknown(_ name: String) -> BrokerError {
    BrokerError(
      .usage, "There is no command \(Neutralized.quotedName(name)).",
      remedy: NearestName.remedy(for: name, among: names))
  }
}

extension CommandTable {
  /// The names of all commands.
  static var names: [String] { commands.map { $0.name } }

  /// The options and help of all commands.
  static func specs(for catalog: ToolCatalog) -> [CommandSpec] { commands.map { $0.spec(for: catalog) } }
}
