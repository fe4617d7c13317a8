import BrokerCore
import BrokerSystem

// How the words of a command are read as a tool reads them.

extension PublishingTool {
  /// Whether the address is in its variables alone: it has no option for it, or one that names the variable.
  var findsAddressInVariables: Bool { !address.contains("{url}") }

  /// How it reads the options before its subcommand.
  var globalSyntax: OptionSyntax { OptionSyntax(globalValueOptions, isAbbreviated: isAbbreviated) }

  /// How it reads the options behind its subcommand.
  var syntax: OptionSyntax {
    OptionSyntax(valueOptions + guardedOptions.flatMap(\.names), isAbbreviated: isAbbreviated, switches: switches)
  }

  /// Whether a word before the subcommand is neither an option nor the subcommand.
  func passesOver(_ word: String) -> Bool { prefix.map(word.hasPrefix) ?? false }

  /// Where it looks for files with relative paths.
  ///
  /// - Parameters:
  ///   - start: Where it is started, `""` for the current folder.
  ///   - command: All words of the command.
  ///   - tool: The index of the word that names it.
  ///   - subcommand: The index of its subcommand.
  /// - Returns: The folder; nil if it cannot be told.
  func folder(from start: String?, in command: [String], tool: Int, subcommand: Int) -> String? {
    guard let start else { return nil }
    func value(of options: [String]) -> String?? {
      for index in ((tool + 1)..<command.endIndex).reversed() {
        let syntax = index < subcommand ? globalSyntax : self.syntax
        guard let (_, value) = syntax.match(command[index], options) else { continue }
        return .some(value ?? (index + 1 < command.endIndex ? command[index + 1] : nil))
      }
      return nil
    }
    switch folder {
    case .current(let options):
      guard let given = value(of: options) else { return start }
      return given.map { ToolRunner.joined(start, $0) }
    case .project(let file, let options):
      return value(of: options) == nil && FileReader.isFile(ToolRunner.joined(start, file)) ? start : nil
    }
  }
}
