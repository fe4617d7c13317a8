import BrokerCore
import BrokerPrograms
import BrokerSystem

/// `token-broker plugins check`: the suite that every program has to pass that is a plug-in.
enum PluginsCheckCommand: Command {
  static let name = "plugins check"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "ask a program everything that the plug-in protocol has, and say what it does wrong",
      operands: "NAME|/PATH", operandCount: 1...1,
      options: OptionSpec.configuration + [
        OptionSpec(
          "--kind", "KIND", "look at it as provider or registry alone", choices: PluginKind.allCases.map(\.rawValue)),
        OptionSpec("--live", nil, "ask in earnest as well, with the job's variables"),
        OptionSpec(
          "--audience", "AUDIENCE", "with --live, get an identity token for this audience (token-broker-check)"),
        OptionSpec("--json", nil, "print JSON"),
      ],
      notes: [
        "NAME is a program that is declared; a path is run as it is. The program is given made-up values for the variables that it wants, "
          + "and asks whoever it asks with these: nothing of them is worth anything. Whether a secret is among the arguments of a process is "
          + "looked at while the program runs.",
        "With --live a provider's program is asked for two identity tokens, which are held to the rules of a mint and go nowhere; a registry's "
          + "for the audience of each entry that selects it, and an API token, by an identity token of the job's own provider, which is burned. Exit status: 0, or 9 if something failed.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    let operand = arguments.operands[0]
    let isPath = operand.contains("/")
    let kind = try kind(arguments)
    var items: [CheckItem] = []
    let program: DeclaredProgram
    var configuration: BrokerConfiguration?
    if isPath {
      let path = FileLocation.absolute(operand, from: FileLocation.currentFolder ?? "/")
      let name = path.lastPathPart ?? operand
      program = DeclaredProgram(name: name, command: [path])
      items.append(fileItem(path))
    } else {
      let read = try surroundings.configuration(for: arguments, broker)
      configuration = read
      guard let declared = read.programs.all.first(where: { $0.name == operand }) else {
        throw BrokerError(
          .usage, "There is no declared program \(Neutralized.quotedName(operand)) in \(read.place).",
          remedy: NearestName.suggestion(for: operand, among: read.programs.all.map(\.name)).map {
            "Did you mean \(Neutralized.quoted($0))?"
          }
            ?? "Name a program's path with a slash, such as ./\(Neutralized(operand, limit: 32)), or declare it in \"plugins\"."
        )
      }
      program = declared
      if declared.sha256 == nil { items.append(fileItem(declared.command[0])) }
    }
    let suite = ProgramConformance(
      program, isDeclared: !isPath, kinds: kind.map { [$0] } ?? [], programs: SystemPrograms(),
      arguments: ArgumentSearch(), environment: surroundings.environment, time: broker.time)
    let outcome = await suite.run()
    items += outcome.items
    if arguments.has("--live"), let description = outcome.description {
      let live = LiveCheck(
        program: program, description: description, kinds: kind.map { [$0] } ?? description.kinds, broker: broker,
        configuration: configuration, masks: SecretMasks(console: surroundings.console))
      items += await live.items(audience: try audience(arguments))
    }
    let isPassed = !items.contains { $0.outcome == .fail }
    let written =
      arguments.has("--json")
      ? surroundings.console.write(data: JSONText.pretty(json(program, outcome, items)) + "\n")
      : surroundings.console.write(
        text(program, outcome, items, TextStyle(.output, environment: surroundings.environment)))
    guard written == ExitStatus.done.rawValue else { return written }
    return isPassed ? written : ExitStatus.plugin.rawValue
  }

  private static func kind(_ arguments: ParsedArguments) throws(BrokerError) -> PluginKind? {
    guard let text = arguments.value("--kind") else { return nil }
    guard let kind = PluginKind(rawValue: text) else {
      throw BrokerError(
        .usage, "--kind is \(Neutralized.quoted(text)).", remedy: "Write provider or registry.")
    }
    return kind
  }

  private static func audience(_ arguments: ParsedArguments) throws(BrokerError) -> Audience {
    guard let audience = Audience(arguments.value("--audience") ?? "token-broker-check") else {
      throw BrokerError(.usage, "--audience is not an audience.", remedy: "Write 1 to 255 printable characters.")
    }
    return audience
  }

  /// Whether the program would be run from where it lies.
  private static func fileItem(_ path: String) -> CheckItem {
    guard let obstacle = OwnedPath.obstacle(at: path) else {
      return CheckItem("file", .pass, "nobody but its owner may write it, nor put another one in its place")
    }
    return CheckItem("file", .warn, "without \"sha256\" it would not be run from there: \(obstacle)")
  }

  // MARK: Output

  private static func text(
    _ program: DeclaredProgram, _ outcome: ProgramConformance.Outcome, _ items: [CheckItem], _ style: TextStyle
  ) -> Message {
    var text: Message = "\(Neutralized(program.command.joined(separator: " ")))"
    if let description = outcome.description {
      let kinds = description.kinds.map { Neutralized($0.rawValue) }.joined(separator: " and ")
      text += ": \(Neutralized(description.name)) \(Neutralized(description.version)), \(kinds)"
      if !description.hosts.isEmpty {
        text += "; it talks to \(description.hosts.map { Neutralized($0, limit: 128) }.joined(separator: ", "))"
      }
    }
    text += "\n" + items.map { row($0, style) }.joined()
    let count = { (outcome: CheckItem.Outcome) in items.count { $0.outcome == outcome } }
    text += "\n\(count(.pass)) passed, \(count(.warn)) warn, \(count(.fail)) failed"
    return text + (count(.skip) > 0 ? ", \(count(.skip)) skipped\n" : "\n")
  }

  private static func row(_ item: CheckItem, _ style: TextStyle) -> Message {
    let name = TextLayout.padded(item.name, 16)
    let head: Message = "  \(item.outcome)  \(name)  "
    return "  \(CheckTable.word(item.outcome, style))  \(name)  "
      + style.layout.wrapped(item.sentence, indent: head.text.count) + "\n"
  }

  private static func json(
    _ program: DeclaredProgram, _ outcome: ProgramConformance.Outcome, _ items: [CheckItem]
  ) -> JSONText.Value {
    let passed = !items.contains { $0.outcome == .fail }
    var members: [(String, JSONText.Value)] = [
      ("version", 1), ("protocol", .string(PluginProtocol.name)),
      ("command", .array(program.command.map { .string(Neutralized($0).text) })), ("passed", .boolean(passed)),
    ]
    if let description = outcome.description {
      members.append(
        (
          "plugin",
          .object([
            ("name", .string(Neutralized(description.name).text)),
            ("version", .string(Neutralized(description.version).text)),
            ("kinds", .array(description.kinds.map { .string($0.rawValue) })),
          ])
        ))
    }
    members.append(
      (
        "checks",
        .array(
          items.map {
            .object([
              ("name", .string($0.name.text)), ("outcome", .string($0.outcome.rawValue)),
              ("sentence", .string($0.sentence.text)),
            ])
          })
      ))
    return .object(members)
  }
}

/// The arguments of this machine's processes.
private struct ArgumentSearch: ArgumentWatching {
  struct Watch: ArgumentWatch {
    let search: ProcessArgumentSearch

    func stop() async -> Bool { await search.stop() }
  }

  func start(lookingFor secrets: [Secret]) -> (any ArgumentWatch)? { ProcessArgumentSearch(secrets).map(Watch.init) }
}
