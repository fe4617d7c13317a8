import BrokerCore

/// `token-broker help`: the tool's page, or a command's.
enum HelpCommand: Command {
  static let name = "help"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "show the commands, or the options of one",
      operands: "[COMMAND]", operandCount: 0...2, operandChoices: CommandTable.names.filter { !$0.contains(" ") })
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    guard !arguments.operands.isEmpty else {
      return surroundings.console.write(data: HelpText.overview(CommandTable.specs(for: surroundings.catalog)))
    }
    let (command, rest) = try CommandTable.find(arguments.operands)
    guard rest.isEmpty else { throw CommandTable.unknown(arguments.operands.joined(separator: " ")) }
    return surroundings.console.write(data: HelpText.page(command.spec(for: surroundings.catalog)))
  }
}
