import BrokerCore

extension PublishingTools {
  /// What the program at an index runs in its turn; nil if it is no runner.
  func step(in command: [String], at index: Int) -> ToolRunner.Step? {
    let program = name(command[index])
    if let interpreter = interpreters.first(where: { $0.isCalled(program) }) {
      return interpreter.module(in: command, at: index).map { ToolRunner.Step(program: $0, folder: "") }
    }
    for runner in runners + ToolRunner.ofTheSystem {
      if let step = runner.step(in: command, at: index) { return step }
    }
    return nil
  }

  /// The name of the program or of the module that a word names.
  func name(_ word: String) -> String {
    for interpreter in interpreters {
      if let module = interpreter.module(in: word) { return name(module) }
    }
    return ToolRunner.name(word)
  }

  /// The tools and what may stand before them, in a sentence; nil if no tool is known.
  var summary: String? {
    guard !tools.isEmpty else { return nil }
    let interpreters = interpreters.map { "\($0.programs[0]) \($0.moduleOption)" }
    let before = interpreters + Self.spellings(of: runners) + ["env and timeout"]
    return "Recognised: " + tools.map { "\($0.name) \($0.subcommands[0])" }.joined(separator: ", ")
      + ", also behind \(before.joined(separator: ", "))."
  }

  /// How the runners are written that give a tool the variables that they have.
  var plainRunners: [String] { Self.spellings(of: runners.filter { !$0.changesVariables }) }

  /// The shortest spelling of each program.
  private static func spellings(of runners: [ToolRunner]) -> [String] {
    var spellings: [[String]] = []
    for words in runners.map(\.words) {
      guard let index = spellings.firstIndex(where: { $0[0] == words[0] }) else {
        spellings.append(words)
        continue
      }
      if words.count < spellings[index].count { spellings[index] = words }
    }
    return spellings.map { $0.joined(separator: " ") }
  }

  /// `a, b or c`.
  static func choice(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : "\(names.dropLast().joined(separator: ", ")) or \(names[names.count - 1])"
  }
}
