/// A value in force, and where it came from.
public struct Setting: Sendable, Equatable {
  /// Where a value came from.
  public enum Origin: Sendable, Equatable, MessageValue {
    /// The program itself.
    case builtIn
    /// A file.
    case file(Neutralized, SourcePosition)

    /// `built in`, or `token-broker.json, line 3, column 7`.
    public var description: String {
      switch self {
      case .builtIn: "built in"
      case .file(let name, let position): "\(name), \(position)"
      }
    }
  }

  /// The key path, such as `registries.pypi.audience`.
  public let path: Message
  /// The value as text, neutralised.
  public let value: Message
  /// Where it came from.
  public let origin: Origin

  /// A setting; the value is neutralised here.
  public init(path: String, value: String, origin: Origin) {
    self.path = Message(Neutralized(path, limit: 160))
    self.value = Message(Neutralized(value))
    self.origin = origin
  }
}
