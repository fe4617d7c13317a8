import BrokerCore

// Which program the words of a command run in the end.

extension ToolRunner {
  /// What a runner runs.
  struct Step: Sendable {
    /// The index of the program's name.
    let program: Int
    /// Where the program will be, beside where the runner is; nil if that cannot be told.
    let folder: String?
    /// The runner's name if the project's settings may change the program's variables; nil if they may not.
    var changer: String?
  }

  /// What it runs, if it is the program at an index; nil if it is another one.
  func step(in command: [String], at start: Int) -> Step? {
    guard Self.name(command[start]) == words[0] else { return nil }
    var index = start + 1
    for word in words.dropFirst() {
      guard let found = syntax.operands(in: command, from: index).first, command[found] == word else { return nil }
      index = found + 1
    }
    let operands = syntax.operands(in: command, from: index).drop { takesAssignments && command[$0].contains("=") }
    guard let program = operands.dropFirst(leadingOperands).first else { return nil }
    return Step(
      program: program, folder: folder(in: command, (start + 1)..<program),
      changer: changesVariables ? words.joined(separator: " ") : nil)
  }

  private func folder(in command: [String], _ range: Range<Int>) -> String? {
    guard let hiddenFolderOptions else { return nil }
    var folder = ""
    for index in range {
      if syntax.match(command[index], hiddenFolderOptions) != nil { return nil }
      guard let (_, value) = syntax.match(command[index], folderOptions) else { continue }
      guard let next = value ?? (index + 1 < range.upperBound ? command[index + 1] : nil) else { return nil }
      folder = Self.joined(folder, next)
    }
    return folder
  }

  /// A path seen from a folder; `""` is the current one.
  static func joined(_ folder: String, _ path: String) -> String {
    folder.isEmpty || path.hasPrefix("/") ? path : folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  /// The name of a program without its folder and ending, the version that a runner is given behind it (`NAME@6.1`,
  /// `NAME==6.1`), and the environment before it (`ENVIRONMENT:NAME`).
  static func name(_ word: String) -> String {
    let last = word.lastPathPart ?? word
    let plain = last[..<(last.utf8.firstIndex(where: isBehindName) ?? last.endIndex)]
    let name = plain.utf8.split(separator: UInt8(ascii: ":")).last.map { String(Substring($0)) } ?? String(plain)
    for ending in [".exe", ".__main__"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
    return name
  }

  /// Whether a byte begins what may stand behind a program's name.
  private static func isBehindName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "@"), UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "~"),
      UInt8(ascii: "!"), UInt8(ascii: "["), UInt8(ascii: " "):
      true
    default: false
    }
  }

  /// How it reads its options.
  private var syntax: OptionSyntax { OptionSyntax(valueOptions, isAbbreviated: isAbbreviated) }

  /// The options of `env` with a value (GNU coreutils).
  static let envValues = ["--unset", "-u", "--chdir", "-C", "--argv0", "-a"]

  /// The programs of the system that run others, whatever these are.
  static let ofTheSystem = [
    ToolRunner("env", values: envValues, folderOptions: ["--chdir", "-C"], takesAssignments: true),
    ToolRunner("timeout", values: ["--kill-after", "-k", "--signal", "-s"], leadingOperands: 1),
    ToolRunner("nice", values: ["--adjustment", "-n"]),
    ToolRunner("ionice", values: ["--class", "-c", "--classdata", "-n"]),
    ToolRunner("stdbuf", values: ["--input", "-i", "--output", "-o", "--error", "-e"]),
    ToolRunner("time", values: ["--format", "-f", "--output", "-o"]),
    ToolRunner("nohup"), ToolRunner("setsid"),
  ]
}
