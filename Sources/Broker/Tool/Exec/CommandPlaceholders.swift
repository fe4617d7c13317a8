import BrokerCore

/// `{registry}` and `{url}` in the command, which stand for each target's name and address.
enum CommandPlaceholders {
  /// The command for a target; `${registry}`, a shell's own variable, stays.
  static func replaced(in command: [String], registry: String, url: HTTPURL) -> [String] {
    command.map { word in
      word.replacing(/(\$?)\{(registry|url)\}/) { match in
        guard match.output.1.isEmpty else { return String(match.output.0) }
        return match.output.2 == "registry" ? registry : url.description
      }
    }
  }

  /// Refuses placeholders of secrets.
  ///
  /// - Throws: `ErrorCode.usage`: every process of this machine may read a command's arguments.
  static func check(_ command: [String]) throws(BrokerError) {
    for word in command {
      guard let match = word.firstMatch(of: /\$?\{(?:token|password)\}/), !match.output.hasPrefix("$") else { continue }
      throw BrokerError(
        .usage, "The command holds \(Neutralized(match.output)), but a credential has no place in arguments.",
        remedy: "Write --env NAME=\(Neutralized(match.output)), and let the command read that variable.")
    }
  }
}
