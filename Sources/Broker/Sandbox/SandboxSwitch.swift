/// Something that the administrators of an index can switch, or that can be broken behind it.
public struct SandboxSwitch: Sendable, Hashable {
  /// The name in kebab case.
  public let name: String

  /// A switch.
  public init(_ name: String) {
    self.name = name
  }
}
