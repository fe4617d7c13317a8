/// A kind of identity issuer whose tokens carry the same claims, wherever it is hosted.
///
/// Providers and registries that mean the same kind give it the same name.
public struct IssuerFamily: Sendable, Hashable, MessageValue {
  /// The name as people write it.
  public let name: String

  /// A family.
  public init(_ name: String) {
    self.name = name
  }

  /// The name.
  public var description: String { Neutralized(name, limit: 64).text }
}
