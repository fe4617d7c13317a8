import BrokerCore
import BrokerSystem

/// `token-broker explain`: says what a pasted error or log means, offline.
enum ExplainCommand: Command {
  static let name = "explain"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "read an error or a log from standard input, and say what it means", operands: "< LOG",
      options: OptionSpec.configuration + [
        OptionSpec("--registry", "NAME", "the registry that refused; usually told by its host in the text"),
        OptionSpec("--project", "NAME", "the project, for the address of its publishers"),
      ],
      notes: [
        "Nobody is asked. The wording of the registries, of the tools that publish to them and of token-broker itself is "
          + "known; claims that a client printed are used, and personal ones are not shown."
      ])
  }

  /// The greatest length of a log in bytes; its last part is what is read.
  private static let maximumBytes = 64 * 1024 * 1024

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    let configuration = try surroundings.configuration(for: arguments, broker)
    let bytes = try await StandardStreams.readInput(maximumBytes: maximumBytes)
    guard !bytes.isEmpty else {
      throw BrokerError(
        .usage, "Standard input is empty.", remedy: "Give it the error or the log: token-broker explain < LOG.")
    }
    let services = broker.services()
    let log = LogReading(bytes)
    let explanation = LogExplanation(
      log, providers: configuration.providers.map { $0.make(services) },
      registries: try registries(arguments, configuration, services, LogText(log.text.utf8)),
      project: arguments.value("--project"), now: broker.time.now())
    guard !explanation.causes.isEmpty else {
      throw BrokerError(
        .logNotRecognised, "Nothing in this text is an error that token-broker knows.",
        remedy: "Paste the whole error, or run token-broker check in the job itself.")
    }
    let style = TextStyle(.output, environment: surroundings.environment)
    return surroundings.console.write("\(explanation.title)\n" + CauseText(explanation.causes, style: style).text)
  }

  /// The registry that is named; else all: those whose host stands in the text first, then those that tools mean if they
  /// name none.
  private static func registries(
    _ arguments: ParsedArguments, _ configuration: BrokerConfiguration, _ services: PluginServices, _ text: LogText
  ) throws(BrokerError) -> [any Registry] {
    if let name = arguments.value("--registry") {
      return try configuration.registries(for: [name]).map { $0.plugin.make(services) }
    }
    let ranked = configuration.registries.map { $0.plugin.make(services) }.map { registry in
      let isNamed = text.contains("//\(registry.home.host)") || text.contains("\(registry.name) (")
      return (registry, isNamed ? 0 : registry.capabilities.refusals?.isUsual == true ? 1 : 2)
    }
    return (0...2).flatMap { rank in ranked.filter { $0.1 == rank }.map(\.0) }
  }
}
