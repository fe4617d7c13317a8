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
          path: file, requiresOrganisation: arguments.has("--require-org"))
        for warning in configuration.warnings {
          console.warn(warning.isAudit ? "audit: \(warning)" : warning.sentence)
        }
        let written = console.write("\(Neutralized(file)): ok\n")
        if written != ExitStatus.done.rawValue { return written }
      } catch {
        console.report(error)
        if status == ExitStatus.done.rawValue { status = error.status.rawValue }
      }
    }
    return status
  }
}
