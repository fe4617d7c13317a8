/// The plug-in types a program has: a value, filled in one place, without global state.
public struct PluginCatalog: Sendable {
  /// The identity providers, in the order they were added.
  public private(set) var providers: [CatalogEntry<any IdentityProvider>] = []
  /// The registries, in the order they were added.
  public private(set) var registries: [CatalogEntry<any Registry>] = []

  /// An empty catalog.
  public init() {}

  /// Adds an identity provider.
  ///
  /// - Throws: ``ErrorCode/pluginContract`` if its type name is taken or malformed.
  public mutating func add<P: IdentityProvider>(provider: P.Type) throws(BrokerError) {
    try Self.check(P.type, against: providers.map(\.type))
    providers.append(CatalogEntry(provider) { $0 })
  }

  /// Adds a registry.
  ///
  /// - Throws: ``ErrorCode/pluginContract`` if its type name is taken or malformed.
  public mutating func add<R: Registry>(registry: R.Type) throws(BrokerError) {
    try Self.check(R.type, against: registries.map(\.type))
    registries.append(CatalogEntry(registry, sharedKeys: RegistrySettings.keys) { $0 })
  }

  private static func check(_ type: String, against taken: [String]) throws(BrokerError) {
    guard EntryName.isValid(type) else {
      throw BrokerError(
        .pluginContract, "The plug-in type \(UntrustedText.quoted(type)) is not a name.",
        remedy: "Use \(EntryName.rule).")
    }
    guard !taken.contains(type) else {
      throw BrokerError(
        .pluginContract, "Two plug-ins are of type \(UntrustedText.quoted(type)).",
        remedy: "Give one of them another type name.")
    }
  }
}
