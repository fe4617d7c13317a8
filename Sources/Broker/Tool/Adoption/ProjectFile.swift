import BrokerCore

/// The name of the project in a `pyproject.toml`.
enum ProjectFile {
  /// The `name` of `[project]`, or else of `[tool.poetry]`.
  ///
  /// The file is read by its lines; a name that is spread over several, or written in another table, is not seen.
  static func name(in text: String, path: String) -> Sourced<String>? {
    var table = ""
    var names: [String: Sourced<String>] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmed
      if line.hasPrefix("[") {
        table = line.prefix { $0 != "#" }.trimmed.filter { !$0.isWhitespace }
      } else if let equals = line.firstIndex(of: "="), line[..<equals].trimmed.unquoted == "name", names[table] == nil,
        let name = string(line[line.index(after: equals)...].trimmed)
      {
        names[table] = Sourced(name, "\(Neutralized(path)), line \(index + 1)")
      }
    }
    return names["[project]"] ?? names["[tool.poetry]"]
  }

  /// A string on one line that is the name of a distribution (PyPA specifications, "Names and normalization").
  private static func string(_ text: String) -> String? {
    guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
    let name = text.dropFirst().prefix { $0 != quote }
    let isWord = { (character: Character) in character.isASCII && (character.isLetter || character.isNumber) }
    guard name.utf8.count <= 128, name.first.map(isWord) == true, name.last.map(isWord) == true,
      name.allSatisfy({ isWord($0) || "._-".contains($0) })
    else { return nil }
    return String(name)
  }
}
