import BrokerCore
import BrokerSystem

/// `token-broker check`: everything short of publishing, as a table of what passes, warns and fails.
enum CheckCommand: Command {
  static let name = "check"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "look at everything short of publishing: configuration, provider, identity, publisher rules",
      operands: "[TARGET...]", operandCount: 0...64,
      operandChoices: catalog.usualTargets,
      options: [
        OptionSpec("--provider", "NAME", "use this identity provider"),
        OptionSpec("--project", "NAME", "compare the job with the publisher of this project's last attested release"),
        OptionSpec("--offline", nil, "ask nobody"),
        OptionSpec("--mint", nil, "make the exchange itself, and burn the API token at once"),
        OptionSpec("--use-up-token", nil, "with --mint, use the only identity token that the job has"),
        OptionSpec("--timeout", "SECONDS", "give each target so much time in all (60)"),
        OptionSpec("--json", nil, "print the report as JSON in place of the table: the same as --report -"),
      ] + OptionSpec.configuration + OptionSpec.report(for: catalog),
      notes: [
        "Without a TARGET, it looks at all registries of the configuration; without a file, at those of the usual routes. Nothing is sent to a registry but the question for its "
          + "audience and for the last release of the project that --project, the configuration or the checkout names: the "
          + "identity token stays here.",
        "--mint is a real exchange: where there are pending publishers, one becomes a project by it (or is deleted, if the name is "
          + "taken by now), and where a job holds its identity tokens from the start, one is used up.",
        "The status is 0 if nothing failed, else that of the failure, or 1 if the job would be refused by the registry's rules.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    if arguments.has("--json"), arguments.has("--report") {
      throw BrokerError(.usage, "--json and --report do not go together.", remedy: "--json is --report -.")
    }
    let output = try ReportOutput(arguments, surroundings, mayUseStandardOutput: true)
    return try await output.recording("check", status: status) { (recorder) async throws(BrokerError) in
      try await check(arguments, surroundings, recorder, isPrinted: output.isPrinted)
    }
  }

  private static func check(
    _ arguments: ParsedArguments, _ surroundings: Surroundings, _ recorder: RunRecorder, isPrinted: Bool
  ) async throws(BrokerError) -> Int32 {
    let console = surroundings.console
    let session = try Session(arguments, surroundings)
    let choice = try choice(arguments, session.configuration)
    if session.broker.isRehearsal { console.error("rehearsal: the sandbox stands in for every registry\n") }
    if choice.mints {
      let services = session.broker.services()
      let hasPending = try session.configuration.registries(for: choice.targets).contains {
        $0.target(services).registry.capabilities.publishers?.pending != nil
      }
      console.error(
        console.style.layout.labelled(
          "check --mint: ",
          hasPending
            ? "this is a real exchange; a pending publisher becomes a project by it, or is deleted if the name is taken by now"
            : "this is a real exchange", indent: 0))
    }
    let report = try await CheckRun(session: session, choice: choice).report()
    recorder.replace(report)
    var isAnnotated = false
    for annotation in CheckAnnotations.annotations(report) { isAnnotated = console.annotate(annotation) }
    if !isPrinted {
      let table = CheckTable(report, isAnnotated: isAnnotated, style: console.outputStyle)
      let status = console.write(table.text)
      guard status == ExitStatus.done.rawValue else { return status }
    }
    return (report.error?.status ?? (report.hasFailed ? .failed : .done)).rawValue
  }

  private static func choice(
    _ arguments: ParsedArguments, _ configuration: BrokerConfiguration
  ) throws(BrokerError) -> CheckRun.Choice {
    func conflict(_ left: Message, _ right: Message) -> BrokerError {
      BrokerError(.usage, "\(left) and \(right) do not go together.", remedy: "Leave one of them out.")
    }
    if arguments.has("--offline"), arguments.has("--mint") { throw conflict("--offline", "--mint") }
    if arguments.has("--use-up-token"), !arguments.has("--mint") {
      throw BrokerError(.usage, "--use-up-token is for --mint.", remedy: "Leave it out.")
    }
    var choice = CheckRun.Choice(
      targets: arguments.operands.isEmpty ? configuration.usualRegistries.map(\.name) : arguments.operands)
    choice.project = arguments.value("--project")
    choice.isOffline = arguments.has("--offline")
    choice.mints = arguments.has("--mint")
    choice.usesUp = arguments.has("--use-up-token")
    return choice
  }
}
