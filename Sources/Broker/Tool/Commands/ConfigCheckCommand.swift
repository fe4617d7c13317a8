import BrokerCore

/// `token-broker config check`: reads files and says what is wrong with them.
enum ConfigCheckCommand: Command {
  static let name = "config check"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "read configuration files and say what is wrong with each",
      operands: "FILE...", operandCount: 1...10_000,
      options: OptionSpec.configuration.filter { $0.name != "--config" } + [
        OptionSpec("--json", nil, "one JSON object on standard output, and nothing else")
      ],
      notes: [
        "Every file is read, whatever is wrong with those before it, and every error of a file is said; the status is that of "
          + "the first error. Of several files, the last line says how many are right.",
        "With TOKEN_BROKER_ORG_CONFIG or TOKEN_BROKER_ORG_CONFIG_JSON each FILE is read as a repository's below the "
          + "organisation's.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    let console = surroundings.console
    let isJSON = arguments.has("--json")
    let programs = try NamedPrograms.read(arguments)
    var status = ExitStatus.done.rawValue
    var files: [JSONText.Value] = []
    var wrong = 0
    for file in arguments.operands {
      let (errors, warnings, declared) = check(
        file, broker, programs: programs, requiresOrganisation: arguments.has("--require-org"))
      files.append(json(file, errors, warnings))
      if status == ExitStatus.done.rawValue, let first = errors.first { status = first.status.rawValue }
      if !errors.isEmpty { wrong += 1 }
      guard !isJSON else { continue }
      for warning in warnings { console.warn(warning.isAudit ? "audit: \(warning)" : warning.sentence) }
      for error in errors { console.report(error) }
      guard errors.isEmpty else { continue }
      let note: Message =
        declared.isEmpty
        ? ""
        : " (declares \(declared.joined(separator: ", ")): in force where the file is named, refused where it is found)"
      let written = console.write("\(Neutralized(file)): ok\(note)\n")
      if written != ExitStatus.done.rawValue { return written }
    }
    let right = files.count - wrong
    if isJSON {
      let summary = JSONText.Value.object([("ok", .integer(Int64(right))), ("wrong", .integer(Int64(wrong)))])
      let written = console.write(
        data: JSONText.pretty(.object([("version", 1), ("files", .array(files)), ("summary", summary)])) + "\n")
      if written != ExitStatus.done.rawValue { return written }
    } else if files.count > 1 {
      let written = console.write("\(files.count) files: \(right) ok\(wrong == 0 ? "" : ", \(wrong) wrong")\n")
      if written != ExitStatus.done.rawValue { return written }
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

  /// Every error of a file; if there is none, what is probably not meant.
  private static func check(
    _ file: String, _ broker: Broker, programs: DeclaredPrograms, requiresOrganisation: Bool
  ) -> (errors: [BrokerError], warnings: [ConfigurationWarning], declared: [Message]) {
    do throws(BrokerError) {
      let configuration = try broker.configuration(
        path: file, programs: programs, requiresOrganisation: requiresOrganisation)
      return ([], configuration.warnings, declared(in: configuration, broker.catalog))
    } catch {
      // The search for further faults does not know the types of programs that the command line names.
      let errors = programs.all.isEmpty ? broker.errors(in: file) : []
      return (errors.isEmpty ? [error] : errors, [], [])
    }
  }

  private static func json(
    _ file: String, _ errors: [BrokerError], _ warnings: [ConfigurationWarning]
  ) -> JSONText.Value {
    .object([
      ("file", .string(file)), ("ok", .boolean(errors.isEmpty)),
      (
        "errors",
        .array(
          errors.map { error in
            .object([
              ("code", .string("\(error.code)")), ("message", .string(error.message.text)),
              ("remedy", error.remedy.map { .string($0.text) } ?? .null),
            ])
          })
      ),
      ("warnings", .array(warnings.map { .string($0.sentence.text) })),
    ])
  }
}
