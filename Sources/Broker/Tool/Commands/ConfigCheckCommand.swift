import BrokerCore

/// `token-broker config check`: reads files and says what is wrong with them.
enum ConfigCheckCommand: Command {
  static let name = "config check"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "read configuration files and say what is wrong with each",
      operands: "FILE...", operandCount: 1...10_000,
      options: OptionSpec.configuration.filter { $0.name != "--config" },
      notes: [
        "Every file is read, whatever is wrong with those before it; the status is that of the first error.",
        "With TOKEN_BROKER_ORG_CONFIG or TOKEN_BROKER_ORG_CONFIG_JSON each FILE is read as a repository's below the "
          + "organisation's.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    let console = surroundings.console
    var status = ExitStatus.done.rawValue
    for file in arguments.operands {
      do throws(BrokerError) {
        let configuration = try broker.configuration(
          path: file, programs: try NamedPrograms.read(arguments),
          requiresOrganisation: arguments.has("--require-org"))
        for warning in configuration.warnings {
          console.warn(warning.isAudit ? "audit: \(warning)" : warning.sentence)
        }
        let declared = Self.declared(in: configuration, broker.catalog)
        let note: Message =
          declared.isEmpty
          ? ""
          : " (declares \(declared.joined(separator: ", ")): in force where the file is named, refused where it is found)"
        let written = console.write("\(Neutralized(file)): ok\(note)\n")
        if written != ExitStatus.done.rawValue { return written }
      } catch {
        console.report(error)
        if status == ExitStatus.done.rawValue { status = error.status.rawValue }
      }
    }
    return status
  }

  /// The entries of a file that have to be declared; below an organisation's file they are that one's.
  private static func declared(in configuration: BrokerConfiguration, _ catalog: PluginCatalog) -> [Message] {
    guard !configuration.hasOrganisation else { return [] }
    let providers = catalog.providers.map(\.plugin).filter { $0.presence == .declared }.map(\.name)
    let registries = catalog.registries.map(\.plugin).filter { $0.presence == .declared }.map(\.name)
    return configuration.providers.filter { providers.contains($0.type) }.map { "providers.\(Neutralized($0.name))" }
      + configuration.registries.filter { registries.contains($0.type) }.map { "registries.\(Neutralized($0.name))" }
  }
}
