import BrokerCore
import BrokerSystem

/// The standard streams: data on standard output, everything said to people and runners on standard error.
struct Console: Sendable {
  /// What reads the log; nil if nothing is known of it.
  let runner: Runner?
  /// What each line passes.
  let logGuard: LogGuard
  /// How text is shown on standard error.
  var style = TextStyle.plain
  /// How text is shown on standard output.
  var outputStyle = TextStyle.plain
  /// Says what is waited for; nil where nothing takes long.
  var waits: WaitLine?

  /// Writes whole lines for people to standard output, which a runner reads, too.
  ///
  /// - Returns: The exit status: done, or delivery failed after a message.
  func write(_ text: Message) -> Int32 { write(data: text.text) }

  /// Writes what is no message to standard output: a file's contents, JSON, a help page.
  ///
  /// - Returns: The exit status: done, or delivery failed after a message.
  func write(data text: String) -> Int32 {
    do throws(BrokerError) {
      try writeOutput(logGuard.harmless(text))
      return ExitStatus.done.rawValue
    } catch {
      report(error)
      return error.status.rawValue
    }
  }

  /// Writes whole lines for people to standard output; the caller looks at whether that could be done.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if nobody reads it any more, or it cannot be written.
  func show(_ text: Message) throws(BrokerError) { try writeOutput(logGuard.harmless(outputStyle.layout.folded(text))) }

  /// Writes whole lines to standard error, none of which is a command to a runner; a failure to write is ignored.
  func error(_ text: Message) { error(data: style.layout.folded(text).text) }

  /// Writes what is no message to standard error, or is laid out already: a help page, an error.
  func error(data text: String) { writeError(logGuard.harmless(text)) }

  private func writeOutput(_ text: String) throws(BrokerError) {
    guard let waits else { return try StandardStreams.writeOutput(Array(text.utf8)) }
    try waits.without { () throws(BrokerError) in try StandardStreams.writeOutput(Array(text.utf8)) }
  }

  private func writeError(_ text: String) {
    guard let waits else { return StandardStreams.writeError(Array(text.utf8)) }
    waits.without { StandardStreams.writeError(Array(text.utf8)) }
  }

  /// Shows a message on the run's page.
  ///
  /// - Returns: Whether a runner does that.
  @discardableResult
  func annotate(_ annotation: Annotation) -> Bool {
    guard let command = LogCommand(annotation, for: runner, logGuard) else { return false }
    writeError(command.line)
    return true
  }

  /// Hides a secret in the log from here on, where a runner does that.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if the runner was not told: the secret must then go nowhere.
  func mask(_ secret: Secret) throws(BrokerError) {
    guard let command = LogCommand(hiding: secret, for: runner) else { return }
    do throws(BrokerError) {
      try writeErrorSurely(command.line)
    } catch {
      throw BrokerError(
        error.code, "A secret cannot be hidden in the log, so that it is not used. \(error.message)",
        remedy: "Leave standard error open: the runner reads there what it has to hide.")
    }
  }

  private func writeErrorSurely(_ line: String) throws(BrokerError) {
    guard let waits else { return try StandardStreams.writeErrorSurely(Array(line.utf8)) }
    try waits.without { () throws(BrokerError) in try StandardStreams.writeErrorSurely(Array(line.utf8)) }
  }

  /// Says what is odd, but no failure; a runner may show it on the run's page.
  func warn(_ text: Message, _ facts: [BrokerError.Fact] = []) {
    if !annotate(Annotation(.warning, title: "token-broker", text)) { error("warning: \(text)\n") }
    for fact in facts { error("    \(fact.label)  \(fact.value)\n") }
  }

  /// Does something that may take long, and says then what is waited for.
  func waiting<Value, Failure: Error>(
    for text: Message, _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    guard let waits else { return try await body() }
    return try await waits.during(text, body)
  }

  /// Says what went wrong and what to change.
  func report(_ failure: BrokerError) {
    let report = ErrorReport(failure, isAnnotated: runner?.annotate != nil, style: style)
    if let annotation = report.annotation { annotate(annotation) }
    error(data: report.text.text)
  }
}
