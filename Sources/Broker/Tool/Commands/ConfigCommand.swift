import BrokerCore

/// `token-broker config`: the configuration in force, its layers, and where each value came from.
enum ConfigCommand: Command {
  static let name = "config"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "show the configuration in force, its layers, and where each value came from",
      options: OptionSpec.configuration,
      notes: [
        "Layers, from the highest to the lowest: built-in; organisation (TOKEN_BROKER_ORG_CONFIG names a file, "
          + "TOKEN_BROKER_ORG_CONFIG_JSON holds the text, or the repository's file names one in \"extends\"); repository "
          + "(--config, TOKEN_BROKER_CONFIG, or token-broker.json here or above, up to the root of the checkout); command "
          + "line. A lower layer narrows what the organisation's allows; it is an error to widen it."
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    let path = arguments.value("--config")
    let configuration = try broker.configuration(
      path: path, programs: try NamedPrograms.read(arguments),
      requiresOrganisation: arguments.has("--require-org"))
    for warning in configuration.warnings {
      surroundings.console.warn(warning.isAudit ? "audit: \(warning)" : warning.sentence)
    }
    let console = surroundings.console
    return console.write(
      console.outputStyle.layout.folded(
        ConfigurationText(configuration, place: broker.place(of: configuration, path: path)).text))
  }
}
