/// Text of a server, a file or a variable, made harmless: the one way in which text of others gets into a ``Message``.
///
/// A GitHub runner reads `::command::` at the start of a line and `##[command]` anywhere in one, on both streams, and
/// splits lines on a bare carriage return too (actions/runner, ActionCommand.cs, ProcessInvoker.cs). Terminals obey
/// control and bidirectional characters. None of these survive here.
public struct Neutralized: MessageValue, Sendable, Hashable {
  /// The greatest length of neutralised text in characters unless told otherwise.
  public static let defaultLimit = 512

  /// The text on one line.
  public let text: String

  /// `text` on one line, without control, format or bidirectional characters, without `::` and `##[`, and cut to `limit`
  /// characters.
  public init(_ text: some StringProtocol, limit: Int = Neutralized.defaultLimit) {
    let given = String(text)
    guard !Self.isHarmless(given, limit) else {
      self.text = given
      return
    }
    var output = String.UnicodeScalarView()
    var count = 0
    var pendingSpace = false
    for scalar in SystemText.readable(given).unicodeScalars {
      guard count < limit else {
        output.append(contentsOf: " …".unicodeScalars)
        break
      }
      let shown = Self.visible(scalar)
      guard shown != " " else {
        pendingSpace = !output.isEmpty
        continue
      }
      if pendingSpace {
        output.append(" ")
        count += 1
        pendingSpace = false
      }
      if Self.completesCommand(output, shown) {
        output.append(" ")
        count += 1
      }
      output.append(shown)
      count += 1
    }
    self.text = String(output)
  }

  private init(harmless text: String) { self.text = text }

  /// `text` neutralised and in double quotes.
  public static func quoted(_ text: some StringProtocol, limit: Int = 120) -> Neutralized {
    Neutralized(harmless: "\"\(Neutralized(text, limit: limit))\"")
  }

  /// `text` as a JSON string of the same value, in which escapes stand for what is not harmless: for lines to paste.
  public static func json(_ text: String) -> Neutralized { Neutralized(harmless: JSONText.quoted(text)) }

  /// `text` as ``DeceptiveText`` marks it, in double quotes.
  public static func marked(_ text: String) -> Neutralized {
    Neutralized(harmless: "\"\(DeceptiveText.marked(text))\"")
  }

  /// A word of the command line that should be a name, in double quotes; nothing of it if it is too long to be one,
  /// because a secret may have been put in its place.
  public static func quotedName(_ text: some StringProtocol) -> Neutralized {
    text.utf8.count <= 32
      ? quoted(text) : Neutralized(harmless: "[\(text.utf8.count) bytes, not shown: they may be a secret]")
  }

  /// The text.
  public var description: String { text }

  /// Whether all of a text stays as it is: printable ASCII with single spaces between its words, and no `::` or `##[`.
  private static func isHarmless(_ text: String, _ limit: Int) -> Bool {
    guard text.utf8.count <= limit else { return false }
    var before: (UInt8, UInt8) = (0, 0x20)
    for byte in text.utf8 {
      switch byte {
      case 0x20: guard before.1 != 0x20 else { return false }
      case 0x3A: guard before.1 != 0x3A else { return false }
      case 0x5B: guard before != (0x23, 0x23) else { return false }
      case 0x21...0x7E: break
      default: return false
      }
      before = (before.1, byte)
    }
    return before.1 != 0x20 || text.isEmpty
  }

  /// What stands for a scalar: itself, a space for white space, or the replacement character.
  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar {
    case "\t", "\n", "\r", "\u{B}", "\u{C}", " ", "\u{85}": return " "
    case "!"..."~": return scalar
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: return "\u{FFFD}"
    case .lineSeparator, .paragraphSeparator, .spaceSeparator: return " "
    default: return scalar
    }
  }

  /// Whether `next` would complete `::` or `##[`.
  private static func completesCommand(_ output: String.UnicodeScalarView, _ next: Unicode.Scalar) -> Bool {
    switch next {
    case ":": output.last == ":"
    case "[": output.last == "#" && output.dropLast().last == "#"
    default: false
    }
  }
}
