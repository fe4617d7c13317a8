import BrokerCore

/// Lays text out in lines of a certain width.
struct TextLayout: Sendable, Equatable {
  /// The greatest width of a line of prose, in columns.
  let columns: Int
  /// Whether what reads the text tears longer lines, as a terminal does: then they are folded between words.
  let isFolded: Bool

  /// For a log: prose in 100 columns, and whatever is one line stays one.
  static let log = TextLayout(columns: 100, isFolded: false)

  /// For a terminal of so many columns; lines of more than 120 are hard to read, and none of less than 40 is laid out.
  static func terminal(columns: Int) -> TextLayout { TextLayout(columns: min(max(columns, 40), 120), isFolded: true) }

  /// `text` in lines, the second and later ones indented; a word that is longer than a line stays whole.
  func wrapped(_ text: String, indent: Int, first: Int? = nil) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      let line = lines[lines.count - 1]
      let start = lines.count == 1 ? first ?? indent : indent
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count + start > columns {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] += " \(word)"
      }
    }
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
  }

  /// Lines of which the long ones go on below their last column, or behind their indentation, where they would be torn.
  func folded(_ text: String, hanging: Int? = nil) -> String {
    guard isFolded, text.utf8.count > columns else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { foldedLine(String($0), hanging) }
      .joined(separator: "\n")
  }

  private func foldedLine(_ line: String, _ hanging: Int?) -> String {
    guard Self.width(of: line) > columns else { return line }
    let hang = String(repeating: " ", count: hanging ?? hangingIndent(of: line))
    var lines = [""]
    var width = 0
    var rest = line[...]
    while !rest.isEmpty {
      let spaces = rest.prefix { $0 == " " }
      let word = rest.dropFirst(spaces.count).prefix { $0 != " " }
      rest = rest.dropFirst(spaces.count + word.count)
      let more = spaces.count + Self.width(of: String(word))
      if width + more > columns, !lines[lines.count - 1].allSatisfy({ $0 == " " }) {
        lines.append("\(hang)\(word)")
        width = hang.count + more - spaces.count
      } else {
        lines[lines.count - 1] += "\(spaces)\(word)"
        width += more
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Where a long line goes on: below its last column in the left half, or two columns behind its indentation.
  private func hangingIndent(of line: String) -> Int {
    let indent = line.prefix { $0 == " " }.count
    var hang = indent + 2
    var column = 0
    var spaces = 0
    for character in Self.shown(line) {
      if character != " ", spaces > 1, column > indent, column <= columns / 2 { hang = column }
      spaces = character == " " ? spaces + 1 : 0
      column += 1
    }
    return min(hang, columns / 2)
  }

  /// How many columns a text takes, without the colours in it.
  static func width(of text: String) -> Int { text.contains("\u{1B}") ? shown(text).count : text.count }

  private static func shown(_ text: String) -> String {
    let parts = text.split(separator: "\u{1B}", omittingEmptySubsequences: false)
    return String(parts[0]) + parts.dropFirst().map(behindStyle).joined()
  }

  /// What follows an escape character, without the style that it begins (`[1;31m`).
  private static func behindStyle(_ text: Substring) -> String {
    let style = text.dropFirst().drop { $0.isNumber || $0 == ";" }
    return text.first == "[" && style.first == "m" ? String(style.dropFirst()) : "\u{1B}\(text)"
  }

  /// `text` with spaces behind it up to a width.
  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Self.width(of: text)))
  }

  // MARK: Messages

  /// A message in lines, as ``wrapped(_:indent:first:)`` lays out a text.
  func wrapped(_ message: Message, indent: Int, first: Int? = nil) -> Message {
    message.changed { wrapped($0, indent: indent, first: first) }
  }

  /// A message behind a label that the following lines leave room for.
  func labelled(_ label: Message, _ text: Message, indent: Int) -> Message {
    "\(Self.spaces(indent))\(label)\(wrapped(text, indent: indent + label.text.count))\n"
  }

  /// A message, as ``folded(_:hanging:)`` lays out a text.
  func folded(_ message: Message, hanging: Int? = nil) -> Message { message.changed { folded($0, hanging: hanging) } }

  /// A message with spaces behind it up to a width.
  static func padded(_ message: Message, _ width: Int) -> Message { message.changed { padded($0, width) } }

  /// So many spaces.
  static func spaces(_ count: Int) -> Message { padded("" as Message, count) }
}
