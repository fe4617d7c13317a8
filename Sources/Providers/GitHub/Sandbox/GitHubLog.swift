import BrokerCore
import BrokerSandbox

/// The log of a job as GitHub's runner makes it of what the job prints (actions/runner, ActionCommand.cs,
/// ActionCommandManager.cs and OutputManager.cs), and as the web page shows it.
struct GitHubLog: SandboxRunner {
  private var lines = LogLines(endingWith: .any)
  private var masks = LogMasks("***")
  private var messages: [Message] = []
  private var outputs: [(name: String, value: String)] = []
  private var states: [(name: String, value: String)] = []
  /// The files of problem matchers that the job added.
  private var matchers: [String] = []
  /// Why the runner would call the step failed, whatever its status is.
  private var failures: [String] = []
  private var isEchoed = false
  /// The word that switches commands on again; nil while they are obeyed.
  private var resumption: String?

  /// A message that the run's page shows.
  private struct Message: Sendable {
    let level: String
    let properties: [String: String]
    let text: String

    /// Where it is in a file, and its title.
    var head: String {
      let file = properties["file"].map { file in
        let place = [("line", "line"), ("col", "column")].compactMap { key, word in
          properties[key].map { ", \(word) \($0)" }
        }
        return "\(file)\(place.joined()): "
      }
      return (file ?? "") + (properties["title"].map { "\($0): " } ?? "")
    }
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
        return message("warning", "Can't add secret mask for empty string in ##[add-mask] command.")
      }
      hide(command.data)
      return isEchoed ? ["::add-mask::***"] : []
    case "error", "warning", "notice": return message(command.name, command.data, command.properties)
    case "group": return ["\u{25BE} \(command.data)"]
    // Debugging is off, as it is unless a run is started with it.
    case "endgroup", "debug": return []
    case "add-matcher":
      guard !command.data.isEmpty else { return message("warning", "File path must be specified.") }
      matchers.append(command.data)
      return []
    case "remove-matcher":
      matchers.removeAll { $0 == command.data }
      return []
    case "echo":
      switch command.data.lowercased() {
      case "on": isEchoed = true
      case "off": isEchoed = false
      default:
        return failure("Invalid echo command value. Possible values can be: 'on', 'off'.")
      }
      return []
    case "stop-commands":
      let word = command.data
      guard !word.isEmpty, word.lowercased() != "pause-logging", !GitHubCommand.names.contains(word.lowercased()) else {
        return failure("::stop-commands:: needs a word of its own that is no command.")
      }
      resumption = word
      if word.utf8.count > 6 { hide(word) }
      return [line]
    case "set-output", "save-state":
      guard let name = command.properties["name"], !name.isEmpty else {
        return failure("Required field 'name' is missing in ##[\(command.name)] command.")
      }
      let isState = command.name == "save-state"
      if isState { states.append((name, command.data)) } else { outputs.append((name, command.data)) }
      return message(
        "warning",
        "The `\(command.name)` command is deprecated: write to the file in \(isState ? "GITHUB_STATE" : "GITHUB_OUTPUT")."
      )
    default: return failure("The `\(command.name)` command is disabled.")
    }
  }

  /// A command that the runner cannot carry out: the step fails, whatever its status is.
  private mutating func failure(_ text: String) -> [String] {
    failures.append(text)
    return message("error", text)
  }

  /// A message in the log, kept for the run's page.
  private mutating func message(
    _ level: String, _ text: String, _ properties: [String: String] = [:]
  ) -> [String] {
    messages.append(Message(level: level, properties: properties, text: text))
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
      "the run's page shows \(message.level == "error" ? "an" : "a") \(message.level): \(message.head)\(message.text)"
    }
    var (outputs, states, failures) = (outputs, states, failures)
    var later: [String] = []
    for file in files where !file.content.isEmpty {
      let records = GitHubStepFile(file)
      switch file.variable {
      case "GITHUB_OUTPUT": outputs += records.values
      case "GITHUB_STATE": states += records.values
      case "GITHUB_ENV": later += records.variables.map { "variable of later steps \($0.name): \($0.value)" }
      case "GITHUB_PATH": later += records.folders.map { "before PATH of later steps: \($0)" }
      default: lines.append("the job's summary (\(file.content.count) bytes) is in \(file.path)")
      }
      if let problem = records.problem { failures.append("\(file.variable): \(problem)") }
      if file.variable == "GITHUB_OUTPUT" { lines.append("the step's outputs are in \(file.path)") }
    }
    lines += GitHubStepFile.last(of: outputs).map { "step output \($0.name): \($0.value)" }
    lines += GitHubStepFile.last(of: states).map { "state of the step \($0.name): \($0.value)" }
    lines += later
    lines += matchers.map { "problem matchers are not played, nothing is matched by \($0)" }
    lines += failures.map { "the step would have failed: \($0)" }
    return lines.map(masks.applied)
  }
}
