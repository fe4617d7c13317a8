public import BrokerCore

/// A site that runs PyPI's server software, as it is when nothing is configured.
public struct WarehouseSite: Sendable {
  /// The name of the plug-in type.
  public let type: String
  /// What it is, in one line.
  public let summary: String
  /// The address that publishing tools upload to.
  public let uploadURL: HTTPURL
  /// The address of its simple index, which ends with `/`.
  public let simpleURL: HTTPURL
  /// The audience it asks for.
  public let audience: Audience
  /// Where projects and their publishers are managed.
  public let management: Origin
  /// Hosts that people configure by mistake.
  public let mistakenHosts: [String]
  /// Whether tools publish here where they name no index.
  public let isUsual: Bool

  /// A site.
  public init(
    _ type: String, summary: String, uploadURL: HTTPURL, simpleURL: HTTPURL, audience: Audience, management: Origin,
    mistakenHosts: [String], isUsual: Bool = false
  ) {
    self.type = type
    self.summary = summary
    self.uploadURL = uploadURL
    self.simpleURL = simpleURL
    self.audience = audience
    self.management = management
    self.mistakenHosts = mistakenHosts
    self.isUsual = isUsual
  }
}

extension RegistryType {
  /// A site that runs PyPI's server software, or an own index that speaks its protocol.
  public static func warehouse(_ site: WarehouseSite) -> RegistryType {
    RegistryType(
      PluginType(
        site.type, summary: site.summary, keys: WarehouseSettings.keys,
        decode: { (object) throws(BrokerError) in try WarehouseSettings(from: object, of: site) },
        make: { Warehouse(name: $0, settings: $1, services: $2) }),
      tools: .python)
  }
}
