/// A name for several registries in an order.
public struct Route: Sendable, Equatable {
  /// The name.
  public let name: String
  /// The registries, in order.
  public let registries: [String]
  /// Where it came from.
  public let origin: Setting.Origin
}
