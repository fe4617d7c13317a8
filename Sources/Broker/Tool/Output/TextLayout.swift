import BrokerCore

/// Lays text out in lines of at most 100 columns.
enum TextLayout {
  /// The greatest width of a line.
  static let columns = 100

  /// `text` in lines, the second and later ones indented; a word that is longer than a line stays whole.
  static func wrapped(_ text: String, indent: Int, first: Int? = nil) -> String {
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

  /// `text` behind a label that the following lines leave room for.
  static func labelled(_ label: Message, _ text: Message, indent: Int) -> Message {
    "\(spaces(indent))\(label)\(wrapped(text, indent: indent + label.text.count))\n"
  }

  /// `text` with spaces behind it up to a width.
  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  // MARK: Messages

  /// A message in lines, as ``wrapped(_:indent:first:)`` lays out a text.
  static func wrapped(_ message: Message, indent: Int, first: Int? = nil) -> Message {
    message.changed { wrapped($0, indent: indent, first: first) }
  }

  /// A message with spaces behind it up to a width.
  static func padded(_ message: Message, _ width: Int) -> Message { message.changed { padded($0, width) } }

  /// So many spaces.
  static func spaces(_ count: Int) -> Message { padded("" as Message, count) }
}
