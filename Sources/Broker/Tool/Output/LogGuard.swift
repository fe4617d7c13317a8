import BrokerCore

/// The last look at what goes to a log or a job's summary: no line of it is a command to a GitHub runner.
///
/// Texts of others are neutralised where they are read (``UntrustedText``). This holds where that was forgotten, and where
/// two harmless texts make a command together, or a broken line begins with one.
enum LogGuard {
  /// `text` without a line that begins with `::`, and without `##[`: a space is put in.
  ///
  /// A line begins after white space and characters that are not seen, as the runner's comparison skips them
  /// (actions/runner, ActionCommand.cs).
  static func harmless(_ text: String) -> String {
    guard holdsMark(text) else { return text }
    var output = String.UnicodeScalarView()
    var line = Line.start
    var last: (Unicode.Scalar, Unicode.Scalar) = (" ", " ")
    for scalar in text.unicodeScalars {
      if (line == .colon && scalar == ":") || (scalar == "[" && last == ("#", "#")) { output.append(" ") }
      output.append(scalar)
      last = (last.1, scalar)
      line = line.after(scalar)
    }
    return String(output)
  }

  /// Where in a line a scalar is.
  private enum Line {
    case start, colon, inside

    func after(_ scalar: Unicode.Scalar) -> Line {
      switch scalar {
      case "\n", "\r": .start
      case ":" where self == .start: .colon
      default: self == .start && Self.isUnseen(scalar) ? .start : .inside
      }
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
      let properties = scalar.properties
      return properties.isWhitespace || properties.isDefaultIgnorableCodePoint
        || [.control, .format].contains(properties.generalCategory)
    }
  }

  /// Whether `::` or `##[` stands anywhere: most texts hold neither.
  private static func holdsMark(_ text: String) -> Bool {
    var last: (UInt8, UInt8) = (0, 0)
    for byte in text.utf8 {
      if byte == 0x3A, last.1 == 0x3A { return true }
      if byte == 0x5B, last == (0x23, 0x23) { return true }
      last = (last.1, byte)
    }
    return false
  }
}
