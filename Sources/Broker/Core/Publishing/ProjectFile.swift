/// A file in TOML that names the project of a checkout.
public struct ProjectFile: Sendable, Equatable {
  /// The name and its line, from 1.
  public typealias Name = (text: String, line: Int)

  /// The file's path in the project's folder.
  public let path: String
  /// The tables whose `name` it is, such as `project`; the first that has one counts.
  public let tables: [String]

  /// A file.
  public init(_ path: String, tables: String...) {
    self.path = path
    self.tables = tables
  }

  /// The project's name in the text of such a file.
  ///
  /// The file is read by its lines; a name that is spread over several, or written in another table, is not seen.
  public func name(in text: String) -> Name? {
    var table = ""
    var names: [String: Name] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmed
      if line.hasPrefix("[") {
        table = line.prefix { $0 != "#" }.trimmed.filter { !$0.isWhitespace }
      } else if let equals = line.firstIndex(of: "="), line[..<equals].trimmed.unquoted == "name", names[table] == nil,
        let name = Self.string(line[line.index(after: equals)...].trimmed)
      {
        names[table] = (name, index + 1)
      }
    }
    return tables.lazy.compactMap { names["[\($0)]"] }.first
  }

  /// A string on one line that is a project's name (PyPA specifications, "Names and normalization", whose characters are the
  /// most that registries take).
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
