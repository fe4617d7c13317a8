import BrokerCore
import BrokerSystem

/// Colours for a terminal.
///
/// Everywhere else, and where `NO_COLOR` is set, there are none: the words are enough.
struct TextStyle: Sendable {
  private let isColoured: Bool

  /// Without colours.
  static let plain = TextStyle(isColoured: false)

  /// For a stream of this process (no-color.org: any value but the empty one switches colours off).
  init(_ stream: StandardStreams.Stream, environment: Environment) {
    isColoured =
      StandardStreams.isTerminal(stream) && environment.nonEmpty("NO_COLOR") == nil && environment["TERM"] != "dumb"
  }

  private init(isColoured: Bool) { self.isColoured = isColoured }

  /// Something that failed.
  func bad(_ text: Message) -> Message { coloured(text, 31) }

  /// Something that needs a look.
  func warning(_ text: Message) -> Message { coloured(text, 33) }

  /// Something that is as it should be.
  func good(_ text: Message) -> Message { coloured(text, 32) }

  private func coloured(_ text: Message, _ number: Int) -> Message {
    isColoured ? "\u{1B}[\(number)m\(text)\u{1B}[0m" : text
  }
}
