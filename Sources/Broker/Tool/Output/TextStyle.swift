import BrokerCore
import BrokerSystem

/// How text is shown on a stream: colours, where it is a terminal or they are asked for, and the width of its lines.
struct TextStyle: Sendable {
  /// The width.
  let layout: TextLayout
  private let isColoured: Bool

  /// Without colours, laid out for a log.
  static let plain = TextStyle(layout: .log, isColoured: false)

  /// For a stream of this process.
  ///
  /// `FORCE_COLOR` (force-color.org) comes before `NO_COLOR` (no-color.org), and that before `CLICOLOR_FORCE`
  /// (bixense.com/clicolors); 0 forces nothing. `COLUMNS` is the width for whoever knows it better than the stream.
  init(_ stream: StandardStreams.Stream, environment: Environment) {
    let columns = environment.nonEmpty("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    self.init(
      layout: (columns ?? StandardStreams.columns(of: stream)).map(TextLayout.terminal) ?? .log,
      isColoured: Self.isColoured(environment, isTerminal: StandardStreams.isTerminal(stream)))
  }

  private init(layout: TextLayout, isColoured: Bool) {
    self.layout = layout
    self.isColoured = isColoured
  }

  /// Whether colours are shown.
  static func isColoured(_ environment: Environment, isTerminal: Bool) -> Bool {
    func isForced(_ name: String) -> Bool { environment.nonEmpty(name).map { $0 != "0" } ?? false }
    if isForced("FORCE_COLOR") { return true }
    if environment.nonEmpty("NO_COLOR") != nil { return false }
    return isForced("CLICOLOR_FORCE") || (isTerminal && environment["TERM"] != "dumb")
  }

  /// Something that failed.
  func bad(_ text: Message) -> Message { shown(text, 31) }

  /// Something that needs a look.
  func warning(_ text: Message) -> Message { shown(text, 33) }

  /// Something that is as it should be.
  func good(_ text: Message) -> Message { shown(text, 32) }

  /// A title.
  func title(_ text: Message) -> Message { shown(text, 1) }

  /// Something that few look for.
  func aside(_ text: Message) -> Message { shown(text, 2) }

  private func shown(_ text: Message, _ number: Int) -> Message {
    isColoured ? "\u{1B}[\(number)m\(text)\u{1B}[0m" : text
  }
}
