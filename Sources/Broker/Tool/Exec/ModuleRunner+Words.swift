import BrokerCore

extension ModuleRunner {
  /// The index of the word with the module's name, if it is the program at an index: `-m NAME`, `-ImNAME`.
  func module(in command: [String], at start: Int) -> Int? {
    var index = start + 1
    while index < command.endIndex {
      let word = command[index]
      guard word.hasPrefix("-"), word != "-", word != "--", syntax.match(word, [codeOption]) == nil else { return nil }
      if let (_, value) = syntax.match(word, [moduleOption]) {
        return value != nil ? index : index + 1 < command.endIndex ? index + 1 : nil
      }
      index += syntax.takesNext(word) ? 2 : 1
    }
    return nil
  }

  /// Whether it is the program of this name.
  func isCalled(_ program: String) -> Bool { PublishingTool.names(programs, include: program) }

  /// The module's name in a word that holds it behind the option: `-mNAME`.
  func module(in word: String) -> String? { syntax.match(word, [moduleOption])?.value }

  /// How it reads its options.
  private var syntax: OptionSyntax { OptionSyntax([moduleOption, codeOption] + valueOptions) }
}
