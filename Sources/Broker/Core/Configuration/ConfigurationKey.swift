/// A key that a plug-in's settings may have.
public struct ConfigurationKey: Sendable, Hashable {
  /// The name, in kebab case.
  public let name: String
  /// What it sets, in one line.
  public let summary: String

  /// A key.
  public init(_ name: String, summary: String) {
    self.name = name
    self.summary = summary
  }
}
