/// Writes JSON text (RFC 8259).
public enum JSONText {
  /// A value to be written.
  public indirect enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
  {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number.
    case integer(Int64)
    /// A number, as it was read.
    case number(String)
    /// A string.
    case string(String)
    /// A list.
    case array([Value])
    /// An object, its members in order.
    case object([(String, Value)])

    /// A string.
    public init(stringLiteral text: String) { self = .string(text) }
    /// An integer.
    public init(integerLiteral number: Int64) { self = .integer(number) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
  }

  /// The value on one line.
  public static func compact(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let text): text
    case .string(let text): quoted(text)
    case .array(let elements): "[" + elements.map(compact).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { quoted($0.0) + ":" + compact($0.1) }.joined(separator: ",") + "}"
    }
  }

  /// The value over several lines, two spaces a level.
  public static func pretty(_ value: Value, indent: String = "") -> String {
    let inner = indent + "  "
    switch value {
    case .array(let elements) where !elements.isEmpty:
      let lines = elements.map { inner + pretty($0, indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + indent + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { inner + quoted($0.0) + ": " + pretty($0.1, indent: inner) }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
    default:
      return compact(value)
    }
  }

  /// The text in double quotes, escaped so that it is one line of printable characters, and no workflow command wherever
  /// that line is broken: the second colon of `::` and the bracket of `##[` are written as their code points.
  public static func quoted(_ text: String) -> String {
    if isPlain(text) { return "\"\(text)\"" }
    var quoted = "\""
    var last: (Unicode.Scalar, Unicode.Scalar) = (" ", " ")
    for scalar in text.unicodeScalars {
      defer { last = (last.1, scalar) }
      switch scalar {
      case ":" where last.1 == ":": quoted += "\\u003a"
      case "[" where last == ("#", "#"): quoted += "\\u005b"
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default: quoted += isUnseen(scalar) ? escaped(scalar) : String(scalar)
      }
    }
    return quoted + "\""
  }

  /// Control, format and direction characters, and what no font has.
  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// The code units of UTF-16, as RFC 8259 writes them (section 7).
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  /// Whether a text is the same between double quotes.
  private static func isPlain(_ text: String) -> Bool {
    var last: (UInt8, UInt8) = (0, 0)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C: return false
      case 0x3A where last.1 == 0x3A: return false
      case 0x5B where last == (0x23, 0x23): return false
      case 0x20...0x7E: last = (last.1, byte)
      default: return false
      }
    }
    return true
  }
}
