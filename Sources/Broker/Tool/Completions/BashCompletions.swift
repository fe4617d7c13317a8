/// Completions for bash 3.2 and later.
enum BashCompletions {
  /// The script.
  static func script(_ commands: [CommandSpec]) -> String {
    """
    # bash completion for token-broker
    _token_broker() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' index words=''
      COMPREPLY=()
      # bash makes --option=value three words.
      if [[ $current == = ]]; then
        current=''
      elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
      fi
      for ((index = 1; index < COMP_CWORD; index++)); do
        if [[ ${COMP_WORDS[index]} == -- ]]; then
          # Another command's line begins here.
          if declare -F _command_offset >/dev/null; then _command_offset $((index + 1)); fi
          return
        fi
      done
      case "${COMP_WORDS[1]} ${COMP_WORDS[2]-}" in
    \(commands.filter { $0.name.contains(" ") }.map { "    \(quoted($0.name))) ((COMP_CWORD > 2)) && command=\(quoted($0.name)) ;;\n" }.joined())\
      esac
      if [[ -z $command ]] && ((COMP_CWORD > 1)); then command=${COMP_WORDS[1]}; fi
      case "$command $previous" in
    \(commands.flatMap(values).joined())\
      esac
      case $command in
        '') words=\(quoted((first(commands) + ["--help", "--version"]).joined(separator: " "))) ;;
    \(commands.map(words(commands)).joined())\
      esac
      COMPREPLY=($(compgen -W "$words" -- "$current"))
    }
    complete -o default -F _token_broker token-broker

    """
  }

  /// What completes the values of a command's options; files are the shell's own default.
  private static func values(_ spec: CommandSpec) -> [String] {
    spec.options.filter { $0.value != nil }.map { option in
      let words = quoted(option.choices.joined(separator: " "))
      let action = option.choices.isEmpty ? "" : "COMPREPLY=($(compgen -W \(words) -- \"$current\")); "
      return "    \(quoted("\(spec.name) \(option.name)"))) \(action)return ;;\n"
    }
  }

  /// What may follow a command: commands below it, operands, options.
  private static func words(_ commands: [CommandSpec]) -> (CommandSpec) -> String {
    { spec in
      let below = commands.map(\.name).filter { $0.hasPrefix("\(spec.name) ") }.map {
        $0.dropFirst(spec.name.count + 1)
      }
      let words = below.map(String.init) + spec.operandChoices + spec.options.map(\.name) + ["--help"]
      return "    \(quoted(spec.name))) words=\(quoted(words.joined(separator: " "))) ;;\n"
    }
  }

  private static func first(_ commands: [CommandSpec]) -> [String] {
    commands.map(\.name).filter { !$0.contains(" ") }
  }

  private static func quoted(_ text: String) -> String { CompletionShell.quoted(text) }
}
