/// What becomes of a script that stands in a YAML file.
public struct ScriptChange: Sendable {
  /// The new lines of the file, in the place of ``lines``; empty if nothing is left.
  public private(set) var newLines: [String] = []
  /// The lines of the file that the script's text stands in.
  public let lines: ClosedRange<Int>
  /// The registries that it publishes to, in order.
  public private(set) var registries: [String] = []
  /// The commands that publish now.
  public private(set) var commands: [String] = []
  /// What was taken out.
  public private(set) var removed: [String] = []
  /// Whether anything was changed.
  public private(set) var isChanged = false

  /// Changes a script; `key` is the line and the indentation of what it belongs to.
  ///
  /// - Throws: If it publishes and cannot be changed: it is written in a way whose lines are not the file's.
  public init(
    _ node: YAMLNode, key: (line: Int, indent: Int), in editor: LineEditor, _ variables: [String: String],
    _ request: WorkflowChangeRequest
  ) throws(BrokerError) {
    guard let scalar = node.scalar else {
      lines = node.position.line...node.position.line
      return
    }
    if scalar.style == .literal {
      let last = editor.lastLine(ofBlockAt: key.line, indent: key.indent)
      guard scalar.firstLine <= last, scalar.firstLine > key.line else {
        lines = key.line...key.line
        return
      }
      lines = scalar.firstLine...last
      try changeBlock(editor, variables, request)
      return
    }
    let line = node.position.line
    let isFolded = scalar.style == .folded
    lines = line...(isFolded ? editor.lastLine(ofBlockAt: key.line, indent: key.indent) : line)
    // A folded text is one line, and is written as one.
    var command = scalar.text
    while isFolded, command.last?.isNewline == true { command.removeLast() }
    guard let change = try Self.change(command, at: line, variables, request) else { return }
    let source = editor[line]
    let offset = source.unicodeScalars.index(
      source.unicodeScalars.startIndex, offsetBy: node.position.column - 1, limitedBy: source.unicodeScalars.endIndex)
    guard let offset else { throw request.obstacle(line, "the command is not where it was expected") }
    let rest = String(source[offset...])
    // A text on one line: what stands there is the text itself, or the text in quotes.
    let isQuoted = scalar.style == .quoted
    guard isQuoted ? (rest.hasPrefix("\"") || rest.hasPrefix("'")) : isFolded || rest.hasPrefix(command),
      !command.contains("\n")
    else { throw request.obstacle(line, "the command that publishes is spread over lines that are joined") }
    note(change)
    guard let text = change.text else { return }
    let shown = Self.isPlain(text) ? text : JSONText.compact(.string(text))
    let tail = isQuoted || isFolded ? "" : String(rest.dropFirst(command.count))
    newLines = ["\(source[..<offset])\(shown)\(tail)"]
  }

  /// Goes through the lines of a block, those that are joined by a backslash as one.
  private mutating func changeBlock(
    _ editor: LineEditor, _ variables: [String: String], _ request: WorkflowChangeRequest
  ) throws(BrokerError) {
    let indent = editor.indent(of: lines.lowerBound)
    var line = lines.lowerBound
    while line <= lines.upperBound {
      var group = [editor[line]]
      while group[group.count - 1].hasSuffix("\\"), line + group.count <= lines.upperBound {
        group.append(editor[line + group.count])
      }
      line += group.count
      let own = min(group[0].prefix { $0 == " " }.count, group[0].count)
      let text = ([String(group[0].dropFirst(own))] + group.dropFirst()).joined(separator: "\n")
      guard let change = try Self.change(text, at: line - group.count, variables, request) else {
        newLines += group
        continue
      }
      note(change)
      guard let text = change.text else { continue }
      let space = String(repeating: " ", count: max(own, indent))
      newLines += "\(space)\(text)".split(separator: "\n").map(String.init)
    }
  }

  private static func change(
    _ command: String, at line: Int, _ variables: [String: String], _ request: WorkflowChangeRequest
  ) throws(BrokerError) -> WorkflowChangeRequest.Script? {
    do throws(BrokerError) { return try request.script(command, variables) } catch {
      throw request.error(error, at: line)
    }
  }

  private mutating func note(_ change: WorkflowChangeRequest.Script) {
    isChanged = true
    removed += change.removed
    guard let registry = change.registry else { return }
    if !registries.contains(registry) { registries.append(registry) }
    commands.append(change.command)
  }

  /// Whether a command may stand without quotes in YAML.
  private static func isPlain(_ text: String) -> Bool {
    let first = text.unicodeScalars.first ?? " "
    return !text.contains(": ") && !text.contains(" #") && !text.hasSuffix(":")
      && (first.properties.isAlphabetic || "./$_~".unicodeScalars.contains(first))
  }
}
