import BrokerCore

/// `token-broker help`: the tool's page, or a command's.
enum HelpCommand: Command {
  static let name = "help"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "show the commands, or the options of one",
      operands: "[COMMAND]", operandCount: 0...2, operandChoices: CommandTable.names.filter { !$0.contains(" ") },
      options: [OptionSpec("--json", nil, "show all commands and their options as JSON")])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let console = surroundings.console
    if arguments.has("--json") {
      guard arguments.operands.isEmpty else {
        throw BrokerError(.usage, "--json shows all commands.", remedy: "Leave out the command.")
      }
      return console.write(data: HelpText.json(CommandTable.specs(for: surroundings.catalog)))
    }
    guard !arguments.operands.isEmpty else {
      let commands = CommandTable.specs(for: surroundings.catalog)
      return console.write(data: HelpText.overview(commands, console.outputStyle.layout))
    }
    let (command, rest) = try CommandTable.find(arguments.operands)
    guard rest.isEmpty else { throw CommandTable.unknown(arguments.operands.joined(separator: " ")) }
    return console.write(
      data: HelpText.page(command.spec(for: surroundings.catalog), console.outputStyle.layout))
  }
}
