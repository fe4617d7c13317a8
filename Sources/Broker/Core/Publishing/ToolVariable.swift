/// A variable of a publishing tool that is made from a credential: `UPLOAD_PASSWORD` with the value `{token}`.
public struct ToolVariable: Sendable, Equatable {
  /// The name; `{REGISTRY}` in it is the registry's name in capitals, hyphens as underscores.
  public let name: String
  /// The value; `{token}`, `{password}`, `{username}`, `{url}` and `{registry}` in it stand for the credential's.
  public let value: String

  /// A variable.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// The variable's name for a registry.
  public func name(for registry: String) -> String {
    name.replacing("{REGISTRY}", with: registry.uppercased().replacing("-", with: "_"))
  }
}
