import BrokerCore

/// Completions for fish.
enum FishCompletions {
  /// The script.
  static func script(_ commands: [CommandSpec]) -> String {
    var lines = [
      "# fish completion for token-broker",
      "complete -c token-broker -f",
      "complete -c token-broker -n __fish_use_subcommand -l version -d 'show the version'",
      "complete -c token-broker -l help -d 'show help'",
    ]
    for spec in commands {
      let words = spec.name.split(separator: " ")
      let others = commands.filter { $0.name.hasPrefix("\(spec.name) ") }.map { $0.name.split(separator: " ")[1] }
      let place =
        words.count == 1
        ? "__fish_use_subcommand" : quoted("__fish_seen_subcommand_from \(words[0]); and not \(seen(words[1...]))")
      lines.append("complete -c token-broker -n \(place) -a \(words[words.count - 1]) -d \(quoted(spec.summary))")
      let inside = quoted(
        words.map { seen([$0]) }.joined(separator: "; and ")
          + (others.isEmpty ? "" : "; and not \(seen(others[...]))"))
      for option in spec.options {
        let value =
          option.value == nil
          ? ""
          : option.takesFile
            ? " -r -F"
            : option.choices.isEmpty
              ? " -x" : " -x -a \(quoted(option.choices.joined(separator: " ")))"
        lines.append(
          "complete -c token-broker -n \(inside) -l \(option.name.dropFirst(2))\(value) -d \(quoted(option.summary))")
      }
      let operands = spec.operandChoices
      if !operands.isEmpty {
        lines.append("complete -c token-broker -n \(inside) -a \(quoted(operands.joined(separator: " ")))")
      } else if !spec.operands.isEmpty {
        lines.append("complete -c token-broker -n \(inside) -F")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func seen(_ words: ArraySlice<Substring>) -> String {
    "__fish_seen_subcommand_from \(words.joined(separator: " "))"
  }

  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}
