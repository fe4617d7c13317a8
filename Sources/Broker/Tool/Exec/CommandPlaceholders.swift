import BrokerCore

/// `{registry}` and `{url}` in the command, which stand for each target's name and address.
enum CommandPlaceholders {
  /// The command for a target; `${registry}`, a shell's own variable, stays.
  static func replaced(in command: [String], registry: String, url: HTTPURL) -> [String] {
    let values = ["registry": registry, "url": url.description]
    return command.map { word in
      var result = ""
      var rest = word[...]
      while let found = first(of: values.keys, in: rest) {
        result += rest[..<found.range.lowerBound]
        result += values[found.name] ?? ""
        rest = rest[found.range.upperBound...]
      }
      return result + rest
    }
  }

  /// Refuses placeholders of secrets.
  ///
  /// - Throws: `ErrorCode.usage`: every process of this machine may read a command's arguments.
  static func check(_ command: [String]) throws(BrokerError) {
    for word in command {
      guard let found = first(of: ["token", "password"], in: word[...]) else { continue }
      throw BrokerError(
        .usage, "The command holds {\(Neutralized(found.name))}, but a credential has no place in arguments.",
        remedy: "Write --env NAME={\(Neutralized(found.name))}, and let the command read that variable.")
    }
  }

  /// The first placeholder of one of these names that is no shell's variable.
  private static func first(
    of names: some Collection<String>, in text: Substring
  ) -> (name: String, range: Range<String.Index>)? {
    var start = text.startIndex
    while let open = text[start...].firstIndex(of: "{") {
      start = text.index(after: open)
      guard let close = text[start...].firstIndex(of: "}") else { return nil }
      let name = String(text[start..<close])
      guard text[..<open].last != "$", names.contains(name) else { continue }
      return (name, open..<text.index(after: close))
    }
    return nil
  }
}
