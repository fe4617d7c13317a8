/// Lines of a file to paste.
public struct Snippet: Sendable, Equatable {
  /// Where they belong, such as `the job in .github/workflows/release.yml`.
  public let place: Message
  /// The lines.
  public let lines: [Message]

  /// Lines for a place; values of others in them go through ``quoted(_:)``.
  public init(_ place: Message, _ lines: [Message]) {
    self.place = place
    self.lines = lines
  }

  /// A value as a YAML or JSON string, neutralised: bare where YAML reads it as the same string, else in double quotes.
  public static func quoted(_ value: String) -> Neutralized {
    let shown = Neutralized(value, limit: 255)
    let text = shown.text
    let isPlain = text.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || "-_./".utf8.contains($0)
        || (0x30...0x39).contains($0)
    }
    let first = text.utf8.first ?? 0
    let beginsWithLetter = (0x61...0x7A).contains(first) || (0x41...0x5A).contains(first)
    let isWord = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(text.lowercased())
    return isPlain && beginsWithLetter && !isWord ? shown : .json(text)
  }
}
