/// The variables a run is given: a value, so that tests run side by side and nothing reads the process behind our back.
///
/// A variable may hold a secret, so printing an environment gives the number of its variables only.
public struct Environment: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let variables: [String: String]

  /// An environment of the given variables.
  public init(_ variables: [String: String] = [:]) {
    self.variables = variables
  }

  /// The value of a variable, which may be empty; nil if it is not set.
  public subscript(name: String) -> String? { variables[name] }

  /// The value of a variable; nil if it is not set or empty.
  public func nonEmpty(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// The names of all variables, sorted.
  public var names: [String] { variables.keys.sorted() }

  /// This environment with `other`'s variables set over its own; a nil value removes a variable.
  public func merging(_ other: [String: String?]) -> Environment {
    var merged = variables
    for (name, value) in other { merged[name] = value }
    return Environment(merged)
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
