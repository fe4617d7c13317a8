/// What the process ends with.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Everything that was asked for is done.
  case done = 0
  /// A rehearsal or a check found something that is not as it should be.
  case failed = 1
  /// The command line is wrong.
  case usage = 2
  /// The configuration is wrong.
  case configuration = 3
  /// No identity provider was recognised, or several were.
  case provider = 4
  /// The identity provider gives no usable identity token.
  case identity = 5
  /// The registry refused, or answered what it should not.
  case registry = 6
  /// A host was unreachable or did not answer in time.
  case unreachable = 7
  /// A rule of ours refused.
  case rule = 8
  /// A plug-in broke its contract.
  case plugin = 9
  /// The credential could not be delivered.
  case delivery = 10
  /// The command to run cannot be started.
  case commandNotRunnable = 126
  /// There is no such command to run.
  case commandNotFound = 127
  /// SIGINT ended the run.
  case interrupted = 130
  /// SIGTERM ended the run.
  case terminated = 143

  /// The meaning, as in the README's table.
  public var meaning: String {
    switch self {
    case .done: "done"
    case .failed: "a rehearsal or a check found something that is not as it should be"
    case .usage: "the command line is wrong"
    case .configuration: "the configuration is wrong"
    case .provider: "no identity provider was recognised, or several were"
    case .identity: "the identity provider gives no usable identity token (permission, fork, event, expired)"
    case .registry: "the registry refused, or its answer is not the protocol's"
    case .unreachable: "a host was unreachable, unavailable, or did not answer in time"
    case .rule: "a rule of token-broker's refused (audience, rehearsal, policy)"
    case .plugin: "a plug-in broke its contract"
    case .delivery: "the credential could not be delivered"
    case .commandNotRunnable: "the command behind -- cannot be started"
    case .commandNotFound: "there is no such command to run behind --"
    case .interrupted: "ended by SIGINT"
    case .terminated: "ended by SIGTERM; 129 by SIGHUP and 131 by SIGQUIT"
    }
  }
}
