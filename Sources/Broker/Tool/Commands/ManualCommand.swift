import BrokerCore

/// `token-broker manual`: the manual page.
enum ManualCommand: Command {
  static let name = "manual"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "print the manual page",
      notes: ["Read it with token-broker manual | man -l -, or install it as share/man/man1/token-broker.1."])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    surroundings.console.write(data: ManualPage.text(CommandTable.specs(for: surroundings.catalog)))
  }
}
