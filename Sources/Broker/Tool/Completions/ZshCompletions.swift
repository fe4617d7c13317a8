import BrokerCore

/// Completions for zsh.
enum ZshCompletions {
  /// The script: sourced behind compinit, or a file of `fpath`.
  static func script(_ commands: [CommandSpec]) -> String {
    """
    #compdef token-broker
    _token-broker() {
      local -a commands
      local command=$words[2]
      local -i behind=${words[(i)--]}
      if ((behind < CURRENT)); then
        # Another command's line begins here.
        words=("${(@)words[behind + 1,-1]}")
        ((CURRENT -= behind))
        _normal
        return
      fi
      if ((CURRENT == 2)); then
        commands=(
    \(described(commands.filter { !$0.name.contains(" ") }.map { ($0.name, $0.summary) }))
          '--version:show the version'
          '--help:show the commands'
        )
        _describe -t commands command commands
        return
      fi
      shift words
      ((CURRENT--))
      case $command in
    \(commands.filter { !$0.name.contains(" ") }.map { branch($0, among: commands) }.joined())\
      esac
    }
    if [ "$funcstack[1]" = _token-broker ]; then
      _token-broker "$@"
    else
      compdef _token-broker token-broker
    fi

    """
  }

  private static func branch(_ spec: CommandSpec, among commands: [CommandSpec]) -> String {
    let below = commands.filter { $0.name.hasPrefix("\(spec.name) ") }
    guard !below.isEmpty else { return "    \(spec.name))\n\(arguments(spec, indent: 6))      ;;\n" }
    func word(_ spec: CommandSpec) -> String { String(spec.name.drop { $0 != " " }.dropFirst()) }
    return """
          \(spec.name))
            case $words[2] in
      \(below.map { "        \(word($0)))\n          shift words\n          ((CURRENT--))\n\(arguments($0, indent: 10))          ;;\n" }.joined())\
              *)
                commands=(
      \(described(below.map { (word($0), $0.summary) }))
                )
                ((CURRENT == 2)) && _describe -t commands command commands
      \(arguments(spec, indent: 10))\
                ;;
            esac
            ;;

      """
  }

  /// The call of `_arguments` for a command's options and operands.
  private static func arguments(_ spec: CommandSpec, indent: Int) -> String {
    var rows = spec.options.map { option in
      let action =
        option.takesFile ? "_files" : option.choices.isEmpty ? "" : "(\(option.choices.joined(separator: " ")))"
      let value = option.value.map { ":\($0):\(action)" } ?? ""
      return
        "\(option.isRepeatable ? "*" : "")\(option.name)\(value.isEmpty ? "" : "=")[\(bracketed(option.summary))]\(value)"
    }
    rows.append("(- *)--help[show help]")
    let operands = spec.operandChoices.joined(separator: " ")
    if !operands.isEmpty || !spec.operands.isEmpty && !spec.takesCommand {
      let name = bracketed(spec.operands).replacing(":", with: "\\:")
      rows.append("*:\(name):\(operands.isEmpty ? "_files" : "(\(operands))")")
    }
    let margin = String(repeating: " ", count: indent)
    return "\(margin)_arguments \\\n"
      + rows.map { "\(margin)  \(CompletionShell.quoted($0))" }.joined(separator: " \\\n") + "\n"
  }

  private static func described(_ rows: [(String, String)]) -> String {
    rows.map { "      \(CompletionShell.quoted("\($0.replacing(":", with: "\\:")):\($1)"))" }.joined(separator: "\n")
  }

  private static func bracketed(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
  }
}
