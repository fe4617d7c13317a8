import BrokerCore
import BrokerSystem

/// The standard streams: data on standard output, everything said to people and runners on standard error.
struct Console: Sendable {
  /// What reads the log; nil if nothing is known of it.
  let runner: Runner?
  /// What each line passes.
  let logGuard: LogGuard
  /// The colours of standard error.
  var style = TextStyle.plain

  /// Writes whole lines for people to standard output, which a runner reads, too.
  ///
  /// - Returns: The exit status: done, or delivery failed after a message.
  func write(_ text: Message) -> Int32 { write(data: text.text) }

  /// Writes what is no message to standard output: a file's contents, JSON, a help page.
  ///
  /// - Returns: The exit status: done, or delivery failed after a message.
  func write(data text: String) -> Int32 {
    do throws(BrokerError) {
      try StandardStreams.writeOutput(Array(logGuard.harmless(text).utf8))
      return ExitStatus.done.rawValue
    } catch {
      report(error)
      return error.status.rawValue
    }
  }

  /// Writes whole lines to standard error, none of which is a command to a runner; a failure to write is ignored.
  func error(_ text: Message) { StandardStreams.writeError(Array(logGuard.harmless(text.text).utf8)) }

  /// Writes what is no message to standard error: a help page.
  func error(data text: String) { StandardStreams.writeError(Array(logGuard.harmless(text).utf8)) }

  /// Shows a message on the run's page.
  ///
  /// - Returns: Whether a runner does that.
  @discardableResult
  func annotate(_ annotation: Annotation) -> Bool {
    guard let command = LogCommand(annotation, for: runner, logGuard) else { return false }
    StandardStreams.writeError(Array(command.line.utf8))
    return true
  }

  /// Hides a secret in the log from here on, where a runner does that.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if the runner was not told: the secret must then go nowhere.
  func mask(_ secret: Secret) throws(BrokerError) {
    guard let command = LogCommand(hiding: secret, for: runner) else { return }
    do throws(BrokerError) {
      try StandardStreams.writeErrorSurely(Array(command.line.utf8))
    } catch {
      throw BrokerError(
        error.code, "A secret cannot be hidden in the log, so that it is not used. \(error.message)",
        remedy: "Leave standard error open: the runner reads there what it has to hide.")
    }
  }

  /// Says what is odd, but no failure; a runner may show it on the run's page.
  func warn(_ text: Message, _ facts: [BrokerError.Fact] = []) {
    if !annotate(Annotation(.warning, title: "token-broker", text)) { error("warning: \(text)\n") }
    for fact in facts { error("    \(fact.label)  \(fact.value)\n") }
  }

  /// Says what went wrong and what to change.
  func report(_ failure: BrokerError) {
    let report = ErrorReport(failure, isAnnotated: runner?.annotate != nil, style: style)
    if let annotation = report.annotation { annotate(annotation) }
    error(report.text)
  }
}
