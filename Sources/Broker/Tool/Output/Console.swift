import BrokerCore
import BrokerSystem

/// The standard streams: data on standard output, everything said to people and runners on standard error.
struct Console: Sendable {
  /// Whether a GitHub runner reads the log.
  let isGitHubActions: Bool
  /// The colours of standard error.
  var style = TextStyle.plain

  /// Writes data to standard output, which a runner reads, too.
  ///
  /// - Returns: The exit status: done, or delivery failed after a message.
  func write(_ text: String) -> Int32 {
    do throws(BrokerError) {
      try StandardStreams.writeOutput(Array(LogGuard.harmless(text).utf8))
      return ExitStatus.done.rawValue
    } catch {
      report(error)
      return error.status.rawValue
    }
  }

  /// Writes whole lines to standard error, none of which is a workflow command; what cannot be said is not said.
  func error(_ text: String) { StandardStreams.writeError(Array(LogGuard.harmless(text).utf8)) }

  /// Gives the runner a command.
  func command(_ command: WorkflowCommand) { StandardStreams.writeError(Array(command.line.utf8)) }

  /// Hides a secret in the log from here on, where a runner does that.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if the runner was not told: the secret must then go nowhere.
  func mask(_ secret: Secret) throws(BrokerError) {
    guard isGitHubActions else { return }
    do throws(BrokerError) {
      try StandardStreams.writeErrorSurely(Array(WorkflowCommand.mask(secret).line.utf8))
    } catch {
      throw BrokerError(
        error.code, "A secret cannot be hidden in the log, so that it is not used. \(error.message)",
        remedy: "Leave standard error open: the runner reads there what it has to hide.")
    }
  }

  /// Says what is odd, but no failure; a GitHub runner shows it on the run's page.
  func warn(_ text: String, _ facts: [BrokerError.Fact] = []) {
    if isGitHubActions { command(.warning(text)) } else { error("warning: \(text)\n") }
    for fact in facts { error("    \(fact.label)  \(fact.value)\n") }
  }

  /// Says what went wrong and what to change.
  func report(_ failure: BrokerError) {
    let report = ErrorReport(failure, isGitHubActions: isGitHubActions, style: style)
    if let annotation = report.annotation { command(annotation) }
    error(report.text)
  }
}
