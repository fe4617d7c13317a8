/// What the lines of a file that defines jobs say about publishing.
///
/// The file is not read as YAML: what is written in another way (an anchor, an expression) is not seen, and it is not known
/// which job a line belongs to.
public struct JobFile: Sendable, Equatable {
  /// The name of a deployment environment, and its line.
  public struct Environment: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The line, from 1.
    public let line: Int
  }

  /// The path in the repository.
  public let path: String
  /// The line that lets a job have an identity token; nil if there is none.
  public let tokenLine: Int?
  /// The deployment environments, each with its first line.
  public let environments: [Environment]

  /// The last part of the path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Reads the lines of a file; `marks` are what lets jobs have identity tokens, such as `id-token: write`.
  public init(path: String, text: String, marks: [String]) {
    self.path = path
    var tokenLine: Int?
    var environments: [Environment] = []
    var environmentIndent: Int?
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = Self.withoutComment(line).trimmed
      guard !content.isEmpty else { continue }
      let indent = line.prefix { $0 == " " }.count
      if marks.contains(where: { content.contains($0) }) { tokenLine = tokenLine ?? index + 1 }
      var value: String?
      if content.hasPrefix("environment:") {
        value = String(content.dropFirst("environment:".count))
        environmentIndent = indent
      } else if let outer = environmentIndent {
        if indent <= outer {
          environmentIndent = nil
        } else if content.hasPrefix("name:") {
          value = String(content.dropFirst("name:".count))
          environmentIndent = nil
        }
      }
      guard let name = value.flatMap(Self.environmentName), !environments.contains(where: { $0.name == name }) else {
        continue
      }
      environments.append(Environment(name: name, line: index + 1))
    }
    self.tokenLine = tokenLine
    self.environments = environments
  }

  /// A name that stands in the line itself; nil for an expression or a variable.
  private static func environmentName(_ text: String) -> String? {
    var text = text.trimmed
    if text.hasPrefix("{") {
      guard let name = text.firstRange(of: "name:") else { return nil }
      text = text[name.upperBound...].prefix { $0 != "," && $0 != "}" }.trimmed
    }
    if let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote {
      text = String(text.dropFirst().dropLast())
    }
    return text.isEmpty || text.contains("$") || "[{&*|>".contains(text.prefix(1)) ? nil : text
  }

  /// The line up to a `#` that begins a comment.
  private static func withoutComment(_ line: Substring) -> Substring {
    var previous: Character = " "
    var quote: Character?
    for index in line.indices {
      let character = line[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = previous.isWhitespace || "{[,:".contains(previous) ? character : nil
      } else if character == "#", previous.isWhitespace {
        return line[..<index]
      }
      previous = character
    }
    return line
  }
}
