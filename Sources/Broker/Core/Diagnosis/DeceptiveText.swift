/// Shows characters that the eye takes for others, or does not see.
public enum DeceptiveText {
  /// `text` on one line, neutralised, in which every character beyond printable ASCII is written as its code point and what the
  /// eye takes it for, such as `rele<U+0430 looks like a>se.yml`, and so is a space at either end.
  public static func marked(_ text: String, limit: Int = 255) -> Neutralized {
    let scalars = Array(text.unicodeScalars)
    var output = ""
    for (index, scalar) in scalars.enumerated() {
      guard index < limit else {
        return Neutralized("\(Neutralized(output, limit: limit * 8))...", limit: limit * 8 + 8)
      }
      let isAtEnd = scalar == " " && (index == 0 || index == scalars.count - 1)
      output += (0x20...0x7E).contains(scalar.value) && !isAtEnd ? String(scalar) : mark(scalar)
    }
    return Neutralized(output, limit: limit * 8)
  }

  /// Whether a text has characters that the eye takes for others, or does not see.
  static func isDeceptive(_ text: String) -> Bool {
    text.hasPrefix(" ") || text.hasSuffix(" ")
      || text.unicodeScalars.contains { !(0x20...0x7E).contains($0.value) }
  }

  /// Whether two texts look alike but differ in case, in space around them, or in characters beyond ASCII.
  static func looksLike(_ left: String, _ right: String) -> Bool {
    left != right && skeleton(left) == skeleton(right)
  }

  /// The text without blanks at its ends and invisible characters, and with the letters that it looks like.
  static func plain(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .nonspacingMark: continue
      case .spaceSeparator: output.append(" ")
      default: output.append(scalar.value > 0x7E ? lookalikes[scalar] ?? scalar : scalar)
      }
    }
    let plain = String(output)
    let start = plain.firstIndex { $0 != " " } ?? plain.endIndex
    return String(plain[start...].reversed().drop { $0 == " " }.reversed())
  }

  private static func mark(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "<U+\(number)\(appearance(of: scalar).map { " \($0)" } ?? "")>"
  }

  /// What the eye takes a character for.
  ///
  /// Unicode's names are a table of 560 KB, which the released tool leaves out.
  private static func appearance(of scalar: Unicode.Scalar) -> String? {
    if let letter = lookalikes[scalar] { return "looks like \(letter)" }
    switch scalar.properties.generalCategory {
    case .spaceSeparator: return scalar == " " ? "SPACE" : "looks like SPACE"
    case .format: return "invisible"
    case .nonspacingMark, .enclosingMark: return "mark on the letter before"
    default: return nil
    }
  }

  /// The text as the eye reads it: look-alikes of Latin letters replaced, what is invisible left out, in lower case.
  private static func skeleton(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .nonspacingMark: continue
      default: output.append(lookalikes[scalar] ?? scalar)
      }
    }
    return String(output).lowercased()
  }

  /// Letters that look like ASCII ones in common fonts (Unicode, confusables.txt; the ones met in names).
  private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = [
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d",
    "һ": "h", "ո": "n", "м": "m", "т": "t", "к": "k", "ѵ": "v", "ԝ": "w", "ɡ": "g", "ı": "i", "ӏ": "l", "ο": "o",
    "α": "a", "ν": "v", "ρ": "p", "А": "a", "В": "b", "Е": "e", "К": "k", "М": "m", "Н": "h", "О": "o", "Р": "p",
    "С": "c", "Т": "t", "Х": "x", "Ο": "o", "Ρ": "p", "Τ": "t", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
    "․": ".", "0": "o", "⁄": "/", "∕": "/", "ǀ": "l", "1": "l",
  ]
}
