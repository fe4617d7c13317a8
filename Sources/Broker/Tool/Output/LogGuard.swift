import BrokerCore

/// The last look at what goes to a log or a job's summary: no line of it is a command to a runner.
///
/// Text of others is neutralised before it is part of a message (`Message`). This holds for data, which is none, and where a
/// broken line begins with a command.
struct LogGuard: Sendable {
  private struct Mark: Sendable {
    let bytes: [UInt8]
    let scalars: [Unicode.Scalar]
    let place: LogMark.Place
  }

  private let marks: [Mark]

  /// A guard for the logs of all `runners`, whichever of them runs the job: a log may be shown in another's.
  init(_ runners: [Runner]) {
    marks = runners.flatMap(\.marks).map { mark in
      Mark(bytes: Array(mark.text.utf8), scalars: Array(mark.text.unicodeScalars), place: mark.place)
    }
  }

  /// `text` without a mark that begins a command: a space is put in before the mark's last character.
  ///
  /// A line begins after white space and characters that are not seen, as a runner's comparison may skip them
  /// (actions/runner, ActionCommand.cs).
  func harmless(_ text: String) -> String {
    guard holdsMark(text) else { return text }
    let scalars = Array(text.unicodeScalars)
    var broken = Set<Int>()
    var isLineStart = true
    for (index, scalar) in scalars.enumerated() {
      for mark in marks where mark.place == .anywhere || isLineStart {
        if scalars[index...].starts(with: mark.scalars) { broken.insert(index + mark.scalars.count - 1) }
      }
      isLineStart = scalar == "\n" || scalar == "\r" || (isLineStart && Self.isUnseen(scalar))
    }
    var output = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      if broken.contains(index) { output.append(" ") }
      output.append(scalar)
    }
    return String(output)
  }

  /// A message without such a mark, as it is written.
  func harmless(_ message: Message) -> String { harmless(message.text) }

  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return properties.isWhitespace || properties.isDefaultIgnorableCodePoint
      || [.control, .format].contains(properties.generalCategory)
  }

  /// Whether a mark stands anywhere: most texts hold none.
  private func holdsMark(_ text: String) -> Bool {
    let bytes = text.utf8
    return bytes.indices.contains { index in
      marks.contains { $0.bytes.first == bytes[index] && bytes[index...].starts(with: $0.bytes) }
    }
  }
}
