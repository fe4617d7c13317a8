import BrokerCore

/// A command that a runner reads in the log.
///
/// The only lines that go to the log past ``LogGuard``.
struct LogCommand: Sendable {
  /// The line, with its end.
  let line: String

  /// Hides a value in everything that follows; nil where no runner does that.
  init?(hiding value: Secret, for runner: Runner?) {
    guard let hide = runner?.hide else { return nil }
    line = hide(value).reveal() + "\n"
  }

  /// Shows a message on the run's page; nil where no runner does that.
  init?(_ annotation: Annotation, for runner: Runner?, _ logGuard: LogGuard) {
    guard let annotate = runner?.annotate else { return nil }
    line =
      annotate(
        Annotation(
          annotation.level, title: annotation.title.changed(logGuard.harmless),
          annotation.message.changed(logGuard.harmless))) + "\n"
  }
}
