/// Configuration files.
enum ConfigurationTarget {
  nonisolated(unsafe) private static let reader = ConfigurationReader(
    catalog: (try? PluginCatalog.builtIn()) ?? PluginCatalog())

  static func run(_ bytes: [UInt8]) {
    do throws(BrokerError) {
      let configuration = try reader.read(bytes, file: "token-broker.json")
      for registry in configuration.registries { requirePlain(registry.name) }
    } catch {
      require(error.status == .configuration || error.status == .rule, "\(error)")
      requirePlain(error)
    }
  }
}
