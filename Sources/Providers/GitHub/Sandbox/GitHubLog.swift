import BrokerCore
import BrokerSandbox

/// The log of a job as GitHub's runner makes it of what the job prints (actions/runner, ActionCommand.cs,
/// ActionCommandManager.cs and OutputManager.cs), and as the web page shows it.
struct GitHubLog: SandboxRunner {
  private var lines = LogLines(endingWith: .any)
  private var masks = LogMasks("***")
  private var messages: [Message] = []
  private var outputs: [(name: String, value: String)] = []
  private var isEchoed = false
  /// The word that switches commands on again; nil while they are obeyed.
  private var resumption: String?

  /// A message that the run's page shows.
  private struct Message: Sendable {
    let level: String
    let title: String?
    let text: String
  }

  /// The job's request token is hidden from the start.
  init(_ variables: [String: String]) {
    hide(variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "")
  }

  mutating func read(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var shown: [UInt8] = []
    for line in lines.add(bytes) { shown += log(line) }
    return shown
  }

  mutating func end() -> [UInt8] { lines.last().map { log($0) } ?? [] }

  // MARK: Lines

  private mutating func log(_ line: String) -> [UInt8] {
    let shown = shown(line)
    return Array(shown.map { masks.applied(to: $0) + "\n" }.joined().utf8)
  }

  /// The lines that the log shows of one.
  private mutating func shown(_ line: String) -> [String] {
    guard let command = GitHubCommand(line, alsoFor: resumption) else { return [line] }
    if let resumption {
      guard command.name == resumption.lowercased() else { return [line] }
      self.resumption = nil
      return [line]
    }
    let echo = isEchoed && !["add-mask", "debug", "error", "warning", "notice", "echo"].contains(command.name)
    return (echo ? [line] : []) + obey(command, line)
  }

  private mutating func obey(_ command: GitHubCommand, _ line: String) -> [String] {
    switch command.name {
    case "add-mask":
      guard !command.data.allSatisfy(\.isWhitespace) else {
        return message("warning", nil, "Can't add secret mask for empty string in ##[add-mask] command.")
      }
      hide(command.data)
      return isEchoed ? ["::add-mask::***"] : []
    case "error", "warning", "notice": return message(command.name, command.properties["title"], command.data)
    case "group": return ["\u{25BE} \(command.data)"]
    case "endgroup", "debug", "save-state", "add-matcher", "remove-matcher": return []
    case "echo":
      switch command.data.lowercased() {
      case "on": isEchoed = true
      case "off": isEchoed = false
      default: return message("error", nil, "Invalid echo command value. Possible values can be: 'on', 'off'.")
      }
      return []
    case "stop-commands":
      let word = command.data
      guard !word.isEmpty, word.lowercased() != "pause-logging", !GitHubCommand.names.contains(word.lowercased()) else {
        return message("error", nil, "::stop-commands:: needs a word of its own that is no command.")
      }
      resumption = word
      if word.utf8.count > 6 { hide(word) }
      return [line]
    case "set-output":
      guard let name = command.properties["name"], !name.isEmpty else {
        return message("error", nil, "Required field 'name' is missing in ##[set-output] command.")
      }
      outputs.append((name, command.data))
      return message("warning", nil, "The `set-output` command is deprecated: write to the file in GITHUB_OUTPUT.")
    default: return message("error", nil, "The `\(command.name)` command is disabled.")
    }
  }

  /// A message in the log, kept for the run's page.
  private mutating func message(_ level: String, _ title: String?, _ text: String) -> [String] {
    messages.append(Message(level: level, title: title, text: text))
    return ["\(level.prefix(1).uppercased())\(level.dropFirst()): \(text)"]
  }

  /// Hides a value, each of its lines, and the forms that the runner knows of them.
  private mutating func hide(_ value: String) {
    for form in Self.forms(of: value) { masks.hide(form) }
    for line in value.split(whereSeparator: \.isNewline) {
      let trimmed = line.drop(while: \.isWhitespace)
      let text = String(trimmed.prefix(trimmed.count - trimmed.reversed().prefix(while: \.isWhitespace).count))
      for form in Self.forms(of: text) { masks.hide(form) }
    }
  }

  /// A value as it is, in base64 from three places on, and as JSON, addresses and XML write it (HostContext.cs).
  private static func forms(of value: String) -> [String] {
    let bytes = Array(value.utf8)
    guard !bytes.isEmpty else { return [] }
    var forms = [value] + (0..<3).filter { $0 < bytes.count }.map { Base64.encode(Array(bytes[$0...])) }
    forms.append(String(JSONText.quoted(value).dropFirst().dropLast()))
    forms.append(
      bytes.map { byte in
        isUnreserved(byte)
          ? String(Unicode.Scalar(byte)) : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
      }.joined())
    forms.append(
      value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;").replacing("'", with: "&apos;"))
    if value.hasPrefix("\""), value.hasSuffix("\""), bytes.count > 8 {
      forms.append(String(value.dropFirst().dropLast()))
    }
    return forms
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
  }

  // MARK: The page

  func page(_ files: [SandboxStepFile]) -> [String] {
    var lines = messages.map { message in
      "the run's page shows \(message.level == "error" ? "an" : "a") \(message.level): "
        + masks.applied(to: (message.title.map { "\($0): " } ?? "") + message.text)
    }
    var all = outputs
    for file in files where !file.content.isEmpty {
      switch file.variable {
      case "GITHUB_OUTPUT":
        let (values, problem) = Self.records(in: file.content)
        all += values
        if let problem { lines.append("the file in GITHUB_OUTPUT cannot be read: \(masks.applied(to: problem))") }
        lines.append("the step's outputs are in \(file.path)")
      default: lines.append("the job's summary (\(file.content.count) bytes) is in \(file.path)")
      }
    }
    return lines + all.map { "step output \($0.name): \(masks.applied(to: $0.value))" }
  }

  /// The records of a step's file: `NAME=VALUE`, and `NAME<<WORD`, lines, and WORD (docs.github.com, "Workflow commands for
  /// GitHub Actions").
  private static func records(in content: [UInt8]) -> (values: [(name: String, value: String)], problem: String?) {
    let lines = String(decoding: content, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var values: [(name: String, value: String)] = []
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      guard !line.isEmpty else { continue }
      let (equals, heredoc) = (line.firstIndex(of: "="), line.firstRange(of: "<<"))
      if let equals, heredoc.map({ equals < $0.lowerBound }) ?? true {
        guard equals > line.startIndex else { return (values, "Invalid format '\(line)'") }
        values.append((String(line[..<equals]), String(line[line.index(after: equals)...])))
      } else if let heredoc {
        let (name, word) = (line[..<heredoc.lowerBound], line[heredoc.upperBound...])
        guard !name.isEmpty, !word.isEmpty else { return (values, "Invalid format '\(line)'") }
        guard let end = lines[index...].firstIndex(of: word) else {
          return (values, "Matching delimiter not found '\(word)'")
        }
        values.append((String(name), lines[index..<end].joined(separator: "\n")))
        index = end + 1
      } else {
        return (values, "Invalid format '\(line)'")
      }
    }
    return (values, nil)
  }
}
