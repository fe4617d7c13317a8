import BrokerCore

/// A workflow command in a line of a log: `::name key=value::data` where the line begins, or `##[name key=value]data`
/// anywhere in it (actions/runner, ActionCommand.cs).
struct GitHubCommand: Sendable {
  /// The name in lower case.
  let name: String
  /// The properties, by their names in lower case.
  let properties: [String: String]
  let data: String

  /// The commands that the runner knows.
  static let names: Set<String> = [
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher",
    "save-state", "set-env", "set-output", "stop-commands", "warning",
  ]

  /// The command of a line; nil if it is none that the runner knows.
  init?(_ line: String, alsoFor word: String?) {
    guard let command = Self.modern(line, word) ?? Self.old(line, word) else { return nil }
    self = command
  }

  private init?(
    _ head: Substring, _ data: Substring, separator: Character, _ escapes: [(String, String)],
    _ propertyEscapes: [(String, String)], _ word: String?
  ) {
    let parts = head.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let name = (parts.first ?? "").lowercased()
    guard Self.names.contains(name) || name == word?.lowercased() else { return nil }
    self.name = name
    var properties: [String: String] = [:]
    for property in (parts.count > 1 ? parts[1] : "").split(separator: separator) {
      let pair = property.split(separator: "=", maxSplits: 1)
      guard pair.count == 2 else { continue }
      properties[pair[0].trimmed.lowercased()] = Self.unescaped(pair[1], propertyEscapes)
    }
    self.properties = properties
    self.data = Self.unescaped(data, escapes)
  }

  private static func modern(_ line: String, _ word: String?) -> GitHubCommand? {
    let text = line.drop(while: \.isWhitespace)
    guard text.hasPrefix("::") else { return nil }
    let rest = text.dropFirst(2)
    guard let end = rest.firstRange(of: "::") else { return nil }
    let escapes = [("%0D", "\r"), ("%0A", "\n")]
    return GitHubCommand(
      rest[..<end.lowerBound], rest[end.upperBound...], separator: ",", escapes + [("%25", "%")],
      escapes + [("%3A", ":"), ("%2C", ","), ("%25", "%")], word)
  }

  private static func old(_ line: String, _ word: String?) -> GitHubCommand? {
    guard let start = line.firstRange(of: "##[") else { return nil }
    let rest = line[start.upperBound...]
    guard let end = rest.firstIndex(of: "]") else { return nil }
    let escapes = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")]
    return GitHubCommand(rest[..<end], rest[rest.index(after: end)...], separator: ";", escapes, escapes, word)
  }

  private static func unescaped(_ text: Substring, _ escapes: [(String, String)]) -> String {
    escapes.reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
  }
}

extension Substring {
  fileprivate var trimmed: Substring { drop(while: \.isWhitespace) }
}
