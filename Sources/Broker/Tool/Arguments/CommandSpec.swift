import BrokerCore

/// A command of the tool, as `--help` shows it and the parser reads it.
struct CommandSpec: Sendable {
  /// The name.
  let name: String
  /// What it does, in one line.
  let summary: String
  /// What follows the options, as the usage line shows it.
  let operands: String
  /// The least and greatest number of operands.
  let operandCount: ClosedRange<Int>
  /// The operands that are known beforehand.
  @Deferred var operandChoices: [String]
  /// The options beside `--help`.
  let options: [OptionSpec]
  /// Whether `-- COMMAND ARGS` may follow.
  let takesCommand: Bool
  /// Paragraphs below the options.
  @Deferred var notes: [String]

  init(
    _ name: String, _ summary: String, operands: String = "", operandCount: ClosedRange<Int> = 0...0,
    operandChoices: @escaping @Sendable @autoclosure () -> [String] = [], options: [OptionSpec] = [],
    takesCommand: Bool = false, notes: @autoclosure @escaping @Sendable () -> [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.operandCount = operandCount
    _operandChoices = Deferred(wrappedValue: operandChoices())
    self.options = options
    self.takesCommand = takesCommand
    _notes = Deferred(wrappedValue: notes())
  }

  /// The usage line: `token-broker mint [OPTIONS] TARGET...`.
  var usage: String {
    (["token-broker", name] + (options.isEmpty ? [] : ["[OPTIONS]"]) + (operands.isEmpty ? [] : [operands]))
      .joined(separator: " ")
  }
}
