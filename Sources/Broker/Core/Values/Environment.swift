/// The variables a run is given: a value, so that tests run side by side and nothing else reads those of the process.
///
/// A variable may hold a secret, so printing an environment gives the number of its variables only.
public struct Environment: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let variables: [String: String]
  private let readFile: @Sendable (String) -> [UInt8]?

  /// An environment of the given variables.
  ///
  /// - Parameters:
  ///   - variables: The variables by name; a name is its bytes, however these may be read.
  ///   - readFile: Reads the file at a path, for variables that name one; nil if that cannot be done.
  public init(_ variables: [String: String] = [:], readFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }) {
    let isExact = variables.keys.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
    self.variables =
      isExact
      ? variables
      : Dictionary(variables.map { (SystemText.exact($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    self.readFile = readFile
  }

  /// The value of a variable, which may be empty; nil if it is not set.
  public subscript(name: String) -> String? { variables[SystemText.exact(name)] }

  /// The value of a variable; nil if it is not set or empty.
  public func nonEmpty(_ name: String) -> String? {
    guard let value = self[name], !value.isEmpty else { return nil }
    return value
  }

  /// The contents of the file whose path a variable holds; nil if it is not set or the file cannot be read.
  public func contentsOfFile(namedBy name: String) -> [UInt8]? {
    nonEmpty(name).flatMap(readFile)
  }

  /// The names of all variables, sorted.
  public var names: [String] { variables.keys.sorted() }

  /// This environment with `other`'s variables set over its own; a nil value removes a variable.
  public func merging(_ other: [String: String?]) -> Environment {
    var merged = variables
    for (name, value) in other { merged[SystemText.exact(name)] = value }
    return Environment(merged, readFile: readFile)
  }

  /// All variables, for starting a child process.
  public func revealAll() -> [String: String] { variables }

  /// The number of variables; never a name or a value.
  public var description: String { "Environment(\(variables.count) variables)" }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
