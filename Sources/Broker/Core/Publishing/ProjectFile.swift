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

  /// The project's name in the text of such a file; nil if none of the tables has one that can be a project's.
  public func name(in text: String) -> Name? {
    let entries = TOMLReader.entries(of: text).filter { !$0.isListed && $0.path.last == "name" }
    return tables.lazy.compactMap { table in
      let path = table.split(separator: ".").map(String.init) + ["name"]
      guard let entry = entries.first(where: { $0.path == path }), let name = entry.value.string, Self.isName(name)
      else { return nil }
      return (name, entry.line)
    }.first
  }

  /// Whether a text can be a project's name (PyPA specifications, "Names and normalization", whose characters are the most
  /// that registries take).
  private static func isName(_ name: String) -> Bool {
    let isWord = { (character: Character) in character.isASCII && (character.isLetter || character.isNumber) }
    return name.utf8.count <= 128 && name.first.map(isWord) == true && name.last.map(isWord) == true
      && name.allSatisfy { isWord($0) || "._-".contains($0) }
  }
}
