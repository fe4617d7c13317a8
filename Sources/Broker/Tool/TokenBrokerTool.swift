public import BrokerCore
public import BrokerSandbox
import BrokerSystem

/// The program: reads the command line, runs the command, reports the error, ends with the status.
public enum TokenBrokerTool {
  /// The version, as `--version` and the user agent give it.
  static let version = "0.1.0"

  /// Runs the process to its end.
  ///
  /// - Parameters:
  ///   - catalog: The plug-ins.
  ///   - sandbox: What the sandbox plays for them.
  public static func main(
    catalog: @autoclosure () throws(BrokerError) -> PluginCatalog,
    sandbox: @autoclosure @escaping @Sendable () -> SandboxCatalog
  ) {
    ProcessHardening.apply()
    ProcessMemory.keepOneHeap()
    let environment = Environment.process()
    ProcessHardening.hideVariables()
    let signals = SignalRelay()
    let loop = EventLoop()
    let plugins: PluginCatalog
    let style = TextStyle(.error, environment: environment)
    do throws(BrokerError) { plugins = try catalog() } catch {
      // Nothing is known of runners without plug-ins.
      ProcessEnd.now(report(error, Console(runner: nil, logGuard: LogGuard([]), style: style)).status.rawValue)
    }
    let logGuard = LogGuard(plugins.runners)
    let console = Console(
      runner: plugins.runner(of: environment), logGuard: logGuard, style: style,
      outputStyle: TextStyle(.output, environment: environment), waits: WaitLine(style, logGuard, on: loop))
    let surroundings = Surroundings(
      catalog: ToolCatalog(plugins: plugins, sandbox: sandbox()), environment: environment, console: console,
      signals: signals, loop: loop)
    let work = Task(executorPreference: loop) {
      // A publishing tool starts a program by its path, with words of its own.
      let isAsking = ProcessArguments.name() == HelperFolder.program
      let words = ProcessArguments.behindName()
      // While a page is printed, a signal may do what it does to any program. No other thread runs yet.
      if isAsking || words.first?.hasPrefix("-") == false { signals.start() }
      let status = await run(isAsking ? [AskCommand.name, "--"] + words : words, surroundings)
      // A request that was cut off by a signal is reported as interrupted; the status tells by which.
      let isCutOff = status == ExitStatus.interrupted.rawValue
      ProcessEnd.now(isCutOff ? signals.received.map { 128 + $0.number } ?? status : status)
    }
    let ending = RunEnding(of: work, signals)
    signals.otherwise { ending.signalled($0) }
    loop.run()
  }

  /// Runs the command that `arguments` name.
  ///
  /// - Returns: The exit status.
  static func run(_ arguments: [String], _ surroundings: Surroundings) async -> Int32 {
    let console = surroundings.console
    switch arguments.first {
    case nil:
      console.error(data: HelpText.overview(CommandTable.specs(for: surroundings.catalog), console.style.layout))
      return ExitStatus.usage.rawValue
    case "--help", "-h":
      return await run(HelpCommand.self, Array(arguments.dropFirst()), surroundings)
    case "--version":
      return console.write(data: VersionText.text(opensLibrary: arguments.dropFirst().first == "--libcurl"))
    default:
      do throws(BrokerError) {
        let (command, rest) = try CommandTable.find(arguments)
        return await run(command, rest, surroundings)
      } catch {
        return report(error, console).status.rawValue
      }
    }
  }

  private static func run(
    _ command: any Command.Type, _ arguments: [String], _ surroundings: Surroundings
  ) async -> Int32 {
    let spec = command.spec(for: surroundings.catalog)
    let ours = arguments.prefix { $0 != "--" }
    if ours.contains("--help") || ours.contains("-h") {
      return surroundings.console.write(data: HelpText.page(spec, surroundings.console.outputStyle.layout))
    }
    do throws(BrokerError) {
      return try await command.run(ParsedArguments(arguments, for: spec), surroundings)
    } catch {
      return command.status(of: report(error, surroundings.console))
    }
  }

  private static func report(_ error: BrokerError, _ console: Console) -> BrokerError {
    console.report(error)
    return error
  }
}
