import BrokerCore

/// `token-broker completions`: what a shell needs to complete command lines.
enum CompletionsCommand: Command {
  static let name = "completions"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "print completions for a shell",
      operands: "bash|zsh|fish", operandCount: 1...1, operandChoices: CompletionShell.allCases.map(\.rawValue),
      notes: [
        "bash: source <(token-broker completions bash) in ~/.bashrc, or the output as "
          + "~/.local/share/bash-completion/completions/token-broker.",
        "zsh: source <(token-broker completions zsh) behind compinit in ~/.zshrc, or the output as _token-broker in a "
          + "folder of fpath.",
        "fish: the output as ~/.config/fish/completions/token-broker.fish.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let name = arguments.operands[0]
    guard let shell = CompletionShell(rawValue: name) else {
      throw BrokerError(
        .usage, "There are no completions for \(Neutralized.quoted(name)).",
        remedy: NearestName.remedy(for: name, among: CompletionShell.allCases.map(\.rawValue)))
    }
    return surroundings.console.write(data: shell.script(CommandTable.specs(for: surroundings.catalog)))
  }
}
