import BrokerCore
import TokenBroker

/// What a command finds around it.
struct Surroundings: Sendable {
  /// The variables of the process.
  let environment: Environment
  /// The standard streams.
  let console: Console
  /// Where the signals that ask us to end go.
  let signals: SignalRelay

  /// A broker for this process.
  func broker() throws(BrokerError) -> Broker {
    try Broker(environment: environment)
  }

  /// Whether the job's log is read by a GitHub runner, which obeys workflow commands.
  var isGitHubActions: Bool { environment["GITHUB_ACTIONS"] == "true" }
}
