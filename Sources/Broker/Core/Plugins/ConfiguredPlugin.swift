/// A plug-in whose settings are decoded, and which can be made when the services exist.
public struct ConfiguredPlugin<Product: Sendable>: Sendable {
  /// The entry's name.
  public let name: String
  /// The plug-in's type.
  public let type: String
  /// Where the type was written; where it goes by the entry's name, the entry.
  public let origin: Setting.Origin
  /// The settings in force, each with its origin.
  public let settings: [Setting]
  /// The values in force by key, as the plug-in gave them.
  let values: [String: String]
  /// Makes the plug-in.
  public let make: @Sendable (PluginServices) -> Product
}
