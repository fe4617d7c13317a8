import BrokerCore

/// What the lines of a workflow or pipeline file say about publishing.
///
/// The file is not read as YAML: a line with `id-token: write` or `id_tokens:` means that its jobs can have an identity
/// token, and `environment:` names a deployment environment, whichever job they belong to. What is written in another way
/// (an anchor, an expression) is not seen.
struct WorkflowFile: Sendable, Equatable {
  /// The path in the repository.
  let path: String
  /// The line that lets a job have an identity token; nil if there is none.
  let tokenLine: Int?
  /// The names of deployment environments, each with its first line.
  let environments: [Sourced<String>]

  /// The last part of the path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  init(path: String, text: String) {
    self.path = path
    var tokenLine: Int?
    var environments: [Sourced<String>] = []
    var environmentIndent: Int?
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = Self.withoutComment(line).trimmed
      guard !content.isEmpty else { continue }
      let indent = line.prefix { $0 == " " }.count
      if content.contains("id-token: write") || content.contains("id-token: \"write\"") || content == "id_tokens:" {
        tokenLine = tokenLine ?? index + 1
      }
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
      guard let name = value.flatMap(Self.environmentName), !environments.contains(where: { $0.value == name }) else {
        continue
      }
      environments.append(Sourced(name, "\(Neutralized(path)), line \(index + 1)"))
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
    text = text.unquoted
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
