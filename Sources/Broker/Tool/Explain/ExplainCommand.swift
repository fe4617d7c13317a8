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
        OptionSpec(
          "--project", "NAME", "the project, for the address of its publishers (default: that of the configuration)"),
      ],
      notes: [
        "Nobody is asked. The wording of the registries, of the tools that publish to them and of token-broker itself is "
          + "known, over several lines, with a runner's times before them. Claims that a client printed are compared with "
          + "what the configuration expects; personal ones are not shown."
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
    let targets = try targets(arguments, configuration, services)
    let names = targets.map { Self.lastMention(of: $0, in: log.text) }
    // The registry that is named last is meant; of those that nothing names, the one that tools mean if they name none.
    let order = targets.indices.sorted { left, right in
      let keys = [left, right].map { index in
        (names[index] ?? -1, targets[index].registry.capabilities.refusals?.isUsual == true ? 1 : 0, -index)
      }
      return keys[0] > keys[1]
    }
    let explanation = LogExplanation(
      log, providers: configuration.providers.map { $0.make(services) }, targets: order.map { targets[$0] },
      others: configuration.registries.map { $0.target(services) },
      isNamed: { target in
        arguments.value("--registry") != nil
          || targets.firstIndex { $0.name == target.name }.map { names[$0] != nil } ?? false
      }, now: broker.time.now())
    guard !explanation.causes.isEmpty else {
      throw BrokerError(
        .logNotRecognised, "Nothing in this text is an error that token-broker knows.",
        remedy: "Paste the whole error, or run token-broker check in the job itself.")
    }
    let console = surroundings.console
    return console.write(
      console.outputStyle.layout.folded("\(explanation.title)\n")
        + CauseText(explanation.causes, style: console.outputStyle).text)
  }

  /// The registry that is named; else all.
  private static func targets(
    _ arguments: ParsedArguments, _ configuration: BrokerConfiguration, _ services: PluginServices
  ) throws(BrokerError) -> [Target] {
    let registries = try arguments.value("--registry").map { (name) throws(BrokerError) in
      try configuration.registries(for: [name])
    }
    return (registries ?? configuration.registries).map { registry in
      var target = registry.target(services)
      target.project = arguments.value("--project") ?? target.project
      return target
    }
  }

  /// Where a text names a registry last, by its host or as token-broker does; an address that something was sent to or came
  /// from counts for more than one that is merely mentioned.
  private static func lastMention(of target: Target, in text: String) -> Int? {
    let host = "//\(target.registry.home.host)"
    let strong =
      ["from https:", "to https:", "to `https:", "url: https:", "url (https:", "at https:", "fetch: https:"]
      .map { "\($0)\(host)" } + ["\(target.name) ("]
    let found = TextSearch(strong + [host]).lastFound(in: LogText(text.utf8))
    if let place = strong.compactMap({ found[$0] }).max() { return place + text.utf8.count }
    return found[host]
  }
}
