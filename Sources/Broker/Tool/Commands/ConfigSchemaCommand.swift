import BrokerCore

/// `token-broker config schema`: the JSON Schema of configuration files.
enum ConfigSchemaCommand: Command {
  static let name = "config schema"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "print the JSON Schema of configuration files, for editors and checks",
      notes: ["Name it in a file's \"$schema\", and editors complete and check the file while it is written."])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    surroundings.console.write(data: ConfigurationSchema(catalog: try surroundings.broker().catalog).text)
  }
}
