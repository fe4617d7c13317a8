import BrokerCore
import BrokerSystem

/// The standard streams: data on standard output, everything said to people and runners on standard error.
struct Console: Sendable {
  /// Whether a GitHub runner reads the log.
  let isGitHubActions: Bool
  /// The colours of standard error.
  var style = TextStyle.plain

  /// Writes data to standard output.
  ///
  /// - Returns: The exit status: done, or delivery failed after a message.
  func write(_ text: String) -> Int32 {
    do throws(BrokerError) {
      try StandardStreams.writeOutput(Array(text.utf8))
      return ExitStatus.done.rawValue
    } catch {
      report(error)
      return error.status.rawValue
    }
  }

  /// Writes a text to standard error; what cannot be said is not said.
  func error(_ text: String) { StandardStreams.writeError(Array(text.utf8)) }

  /// Hides a secret in the log from here on, where a runner does that.
  func mask(_ secret: Secret) {
    guard isGitHubActions else { return }
    error(WorkflowCommand.mask(secret.reveal()))
  }

  /// Says what is odd, but no failure; a GitHub runner shows it on the run's page.
  func warn(_ text: String, _ facts: [BrokerError.Fact] = []) {
    error(isGitHubActions ? WorkflowCommand.warning(text) : "warning: \(text)\n")
    for fact in facts { error("    \(fact.label)  \(fact.value)\n") }
  }

  /// Says what went wrong and what to change.
  func report(_ failure: BrokerError) {
    error(ErrorReport(failure, isGitHubActions: isGitHubActions, style: style).text)
  }
}
