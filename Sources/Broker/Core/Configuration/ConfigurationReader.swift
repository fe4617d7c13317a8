/// Decodes configuration files against a catalog (version 1 of the format).
public struct ConfigurationReader: Sendable {
  /// The greatest length of a file in bytes.
  public static let maximumBytes = 256 * 1024

  private let catalog: PluginCatalog

  /// A reader that knows the plug-ins of `catalog`.
  public init(catalog: PluginCatalog) {
    self.catalog = catalog
  }

  /// The configuration without a file: every plug-in with its defaults.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if a plug-in has no defaults.
  public func builtIn() throws(BrokerError) -> BrokerConfiguration {
    try decode(.empty(path: []))
  }

  /// Reads a file's text.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - file: The file's name for messages.
  /// - Returns: The configuration.
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  public func read(_ bytes: [UInt8], file: String) throws(BrokerError) -> BrokerConfiguration {
    let name = UntrustedText.neutralized(file)
    let node: JSONNode
    do {
      node = try JSONReader(maximumBytes: Self.maximumBytes).read(bytes)
    } catch {
      throw BrokerError(
        .configurationInvalid, "\(name), \(error.position): the configuration cannot be read, \(error.summary).",
        remedy: "Correct the file at this place.")
    }
    guard let object = node.object else {
      throw BrokerError(
        .configurationInvalid, "\(name), \(node.position): the configuration has to be an object, but is \(node.kind).",
        remedy: "Begin with { \"version\": 1 }.")
    }
    let root = ConfigurationObject(file: name, path: [], position: node.position, object: object)
    try root.refuseUnknownKeys(known: ["$schema", "version", "providers", "registries", "routes"])
    guard object["version"]?.integer == 1 else {
      throw root.error("version", "has to be 1", remedy: "Write \"version\": 1.")
    }
    _ = try root.string("$schema")
    return try decode(root)
  }

  private func decode(_ root: ConfigurationObject) throws(BrokerError) -> BrokerConfiguration {
    let providers = try plugins(catalog.providers, section: "providers", of: root)
    let registries = try plugins(catalog.registries, section: "registries", of: root)
    let routes = try routes(of: root, registries: registries.map(\.name))
    var registrySettings: [String: RegistrySettings] = [:]
    for registry in registries {
      guard let object = try root.child("registries")?.child(registry.name) else { continue }
      registrySettings[registry.name] = try RegistrySettings(from: object)
    }
    return BrokerConfiguration(
      providers: providers, registries: registries, registrySettings: registrySettings, routes: routes,
      file: root.file)
  }

  /// The plug-ins of a section; without the section, every plug-in of the catalog under its type's name.
  private func plugins<Product>(
    _ entries: [CatalogEntry<Product>], section: String, of root: ConfigurationObject
  ) throws(BrokerError) -> [ConfiguredPlugin<Product>] {
    guard let object = try root.child(section) else {
      var plugins: [ConfiguredPlugin<Product>] = []
      for entry in entries { plugins.append(try entry.configure(entry.type, .empty(path: [section, entry.type]))) }
      return plugins
    }
    var plugins: [ConfiguredPlugin<Product>] = []
    for name in object.keys {
      try checkName(name, in: object)
      guard let settings = try object.child(name) else { continue }
      let type = try settings.string("type") ?? name
      guard let entry = entries.first(where: { $0.type == type }) else {
        let known = entries.map(\.type)
        let missing = settings.keys.contains("type") ? nil : "Name its type, for example \"type\": \"\(known[0])\"."
        throw (missing == nil ? settings : object).error(
          missing == nil ? "type" : name, "is of no known type",
          remedy: NearestName.suggestion(for: type, among: known).map { "Did you mean \"\($0)\"?" }
            ?? missing ?? "Known types: \(known.joined(separator: ", ")).")
      }
      plugins.append(try entry.configure(name, settings))
    }
    return plugins
  }

  /// The routes; without the section, `release` over TestPyPI and PyPI where both are configured.
  private func routes(of root: ConfigurationObject, registries: [String]) throws(BrokerError) -> [Route] {
    guard let object = try root.child("routes") else {
      let release = ["testpypi", "pypi"]
      return release.allSatisfy(registries.contains)
        ? [Route(name: "release", registries: release, origin: .builtIn)] : []
    }
    var routes: [Route] = []
    for name in object.keys {
      try checkName(name, in: object)
      guard !registries.contains(name) else {
        throw object.error(name, "has the name of a registry", remedy: "Give the route another name.")
      }
      let targets = try object.strings(name) ?? []
      for target in targets where !registries.contains(target) {
        throw object.error(
          name, "lists \(UntrustedText.quoted(target)), which is not a registry of this configuration",
          remedy: NearestName.remedy(for: target, among: registries))
      }
      routes.append(Route(name: name, registries: targets, origin: object.setting(name, "").origin))
    }
    return routes
  }

  private func checkName(_ name: String, in object: ConfigurationObject) throws(BrokerError) {
    guard EntryName.isValid(name) else {
      throw object.error(name, "is not a name", remedy: "Use \(EntryName.rule).")
    }
  }
}
