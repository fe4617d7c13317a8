import BrokerCore

/// The words of a shell's line, with their places; what a shell would make of them is not done.
struct ShellWords: Sendable {
  /// A word.
  struct Word: Sendable {
    /// The text without its quotes.
    let text: String
    /// Where it stands.
    let range: Range<String.Index>
  }

  /// The simple commands, in order: what stands between `&&`, `||`, `;`, `|`, `&` and line ends.
  private(set) var commands: [[Word]] = []

  init(_ line: String) {
    var words: [Word] = []
    var text = ""
    var start: String.Index?
    var index = line.startIndex
    func next(_ index: String.Index) -> String.Index { line.index(after: index) }
    func endWord(_ end: String.Index) {
      if let begin = start { words.append(Word(text: text, range: begin..<end)) }
      (start, text) = (nil, "")
    }
    func endCommand() {
      if !words.isEmpty { commands.append(words) }
      words = []
    }
    while index < line.endIndex {
      let character = line[index]
      if line[index...].hasPrefix("${{"), let close = line[index...].firstRange(of: "}}") {
        // An expression of a workflow is one piece, whatever is in it.
        start = start ?? index
        text += line[index..<close.upperBound]
        index = close.upperBound
        continue
      }
      switch character {
      case "\\":
        let after = next(index)
        if after < line.endIndex, line[after].isNewline {
          endWord(index)
        } else {
          start = start ?? index
          if after < line.endIndex { text.append(line[after]) }
        }
        index = after < line.endIndex ? next(after) : after
      case "'", "\"":
        start = start ?? index
        var end = next(index)
        while end < line.endIndex, line[end] != character {
          if character == "\"", line[end] == "\\", next(end) < line.endIndex { end = next(end) }
          text.append(line[end])
          end = next(end)
        }
        index = end < line.endIndex ? next(end) : end
      case " ", "\t":
        endWord(index)
        index = next(index)
      case "&", ";", "|", "(", ")":
        endWord(index)
        endCommand()
        index = next(index)
      case "#" where start == nil:
        index = line.endIndex
      case _ where character.isNewline:
        endWord(index)
        endCommand()
        index = next(index)
      default:
        start = start ?? index
        text.append(character)
        index = next(index)
      }
    }
    endWord(line.endIndex)
    endCommand()
  }
}
