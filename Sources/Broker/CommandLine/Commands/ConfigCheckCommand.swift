import BrokerCore
import TokenBroker

/// `token-broker config check`: reads files and says what is wrong with them.
enum ConfigCheckCommand: Command {
  static let spec = CommandSpec(
    "config check", "read configuration files and say what is wrong with each",
    operands: "FILE...", operandCount: 1...10_000,
    notes: ["Every file is read, whatever is wrong with those before it; the status is that of the first error."])

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    var status = ExitStatus.done.rawValue
    for file in arguments.operands {
      do throws(BrokerError) {
        _ = try broker.configuration(path: file)
        let written = surroundings.console.write("\(UntrustedText.neutralized(file)): ok\n")
        if written != ExitStatus.done.rawValue { return written }
      } catch {
        surroundings.console.report(error)
        if status == ExitStatus.done.rawValue { status = error.status.rawValue }
      }
    }
    return status
  }
}
