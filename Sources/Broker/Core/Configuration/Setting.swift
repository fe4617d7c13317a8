/// A value in force, and where it came from.
public struct Setting: Sendable, Equatable {
  /// Where a value came from.
  public enum Origin: Sendable, Equatable, CustomStringConvertible {
    /// The program itself.
    case builtIn
    /// A file.
    case file(String, SourcePosition)

    /// `built in`, or `token-broker.json, line 3, column 7`.
    public var description: String {
      switch self {
      case .builtIn: "built in"
      case .file(let name, let position): "\(name), \(position)"
      }
    }
  }

  /// The key path, such as `registries.pypi.audience`.
  public let path: String
  /// The value as text, neutralised.
  public let value: String
  /// Where it came from.
  public let origin: Origin

  /// A setting; the value is neutralised here.
  public init(path: String, value: String, origin: Origin) {
    self.path = path
    self.value = UntrustedText.neutralized(value)
    self.origin = origin
  }
}
