/// A plug-in type in the catalog: what it is called, and how an entry of a configuration becomes a plug-in.
public struct CatalogEntry<Product: Sendable>: Sendable {
  /// The type name.
  public let type: String
  /// What it is, in one line.
  public let summary: String
  /// The keys of its settings.
  public let keys: [ConfigurationKey]

  let configure: @Sendable (String, ConfigurationObject) throws(BrokerError) -> ConfiguredPlugin<Product>

  /// The entry for a plug-in type; `erase` puts the plug-in behind its protocol.
  ///
  /// `sharedKeys` are those that every entry of the section may have.
  init<P: Plugin>(
    _ plugin: P.Type, sharedKeys: [ConfigurationKey] = [], erase: @escaping @Sendable (P) -> Product
  ) {
    type = P.type
    summary = P.summary
    keys = P.Configuration.keys
    configure = { (name, object) throws(BrokerError) in
      try object.refuseUnknownKeys(known: ["type"] + (P.Configuration.keys + sharedKeys).map(\.name))
      let configuration = try P.Configuration(from: object)
      return ConfiguredPlugin(
        name: name, type: P.type,
        origin: object.keys.contains("type") ? object.origin(of: "type") : object.origin,
        settings: configuration.effectiveValues.map { object.setting($0.key, $0.value) },
        values: Dictionary(configuration.effectiveValues.map { ($0.key, $0.value) }) { $1 },
        make: { erase(P(name: name, configuration: configuration, services: $0)) })
    }
  }
}
