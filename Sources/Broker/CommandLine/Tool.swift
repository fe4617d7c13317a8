import BrokerCore
import BrokerSystem

/// The program: reads the command line, runs the command, reports the error, ends with the status.
@main
enum Tool {
  /// The version, as `--version` and the user agent give it.
  static let version = "0.1.0"

  static func main() async {
    ProcessHardening.apply()
    let environment = Environment.process()
    let console = Console(isGitHubActions: environment["GITHUB_ACTIONS"] == "true")
    let signals = SignalRelay()
    let surroundings = Surroundings(environment: environment, console: console, signals: signals)
    let work = Task { await run(Array(CommandLine.arguments.dropFirst()), surroundings) }
    signals.start { work.cancel() }
    let status = await work.value
    // A request that was cut off by a signal is reported as interrupted; the status tells by which.
    let isCutOff = status == ExitStatus.interrupted.rawValue
    ProcessEnd.now(isCutOff ? signals.received.map { 128 + $0.number } ?? status : status)
  }

  /// Runs the command that `arguments` name.
  ///
  /// - Returns: The exit status.
  static func run(_ arguments: [String], _ surroundings: Surroundings) async -> Int32 {
    let console = surroundings.console
    switch arguments.first {
    case nil:
      console.error(HelpText.overview(CommandTable.commands))
      return ExitStatus.usage.rawValue
    case "--help", "-h", "help":
      return help(arguments.dropFirst().first, console)
    case "--version":
      return console.write("token-broker \(version)\n")
    case let name?:
      guard let command = CommandTable.commands.first(where: { $0.spec.name == name }) else {
        return report(unknown(name), console).status.rawValue
      }
      return await run(command, Array(arguments.dropFirst()), surroundings)
    }
  }

  private static func run(
    _ command: any Command.Type, _ arguments: [String], _ surroundings: Surroundings
  ) async -> Int32 {
    let ours = arguments.prefix { $0 != "--" }
    if ours.contains("--help") || ours.contains("-h") {
      return surroundings.console.write(HelpText.page(command.spec))
    }
    do throws(BrokerError) {
      return try await command.run(ParsedArguments(arguments, for: command.spec), surroundings)
    } catch {
      return command.status(of: report(error, surroundings.console))
    }
  }

  private static func help(_ name: String?, _ console: Console) -> Int32 {
    guard let name else { return console.write(HelpText.overview(CommandTable.commands)) }
    guard let command = CommandTable.commands.first(where: { $0.spec.name == name }) else {
      return report(unknown(name), console).status.rawValue
    }
    return console.write(HelpText.page(command.spec))
  }

  private static func unknown(_ name: String) -> BrokerError {
    BrokerError(
      .usage, "There is no command \(UntrustedText.quoted(name)).",
      remedy: NearestName.remedy(for: name, among: CommandTable.commands.map { $0.spec.name }))
  }

  private static func report(_ error: BrokerError, _ console: Console) -> BrokerError {
    console.report(error)
    return error
  }
}
