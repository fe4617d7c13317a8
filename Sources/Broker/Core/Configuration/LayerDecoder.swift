/// Decodes the sections of a file that stands alone, or above another.
struct LayerDecoder: Sendable {
  let catalog: PluginCatalog
  /// The programs that entries may select.
  var programs = DeclaredPrograms.none

  /// Decodes `root`.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  func decode(_ root: ConfigurationObject) throws(BrokerError) -> DecodedLayers {
    let providers = try plugins(catalog.providers.map(\.plugin), section: "providers", of: root)
    let registries = try plugins(catalog.registries.map(\.plugin), section: "registries", of: root)
    return DecodedLayers(
      providers: providers, registries: registries,
      routes: try routes(of: root, registries: registries.map(\.name)), rules: [try RuleSet(from: root)],
      catalog: catalog, usual: catalog.routes.flatMap(\.registries), programs: programs)
  }

  /// The plug-ins of a section; without the section, every plug-in of the catalog under its type's name.
  private func plugins<Product>(
    _ entries: [PluginType<Product>], section: String, of root: ConfigurationObject
  ) throws(BrokerError) -> [DecodedLayers.Entry<Product>] {
    var plugins: [DecodedLayers.Entry<Product>] = []
    guard let object = try root.child(section) else {
      for entry in entries where entry.presence == .usual {
        let defaults = ConfigurationObject.empty(path: [section, entry.name])
        plugins.append(
          DecodedLayers.Entry(plugin: try entry.configured(entry.name, defaults), object: defaults, layers: []))
      }
      // Whoever names a program on the command line means it to be asked; a registry has to say where it is first.
      guard section == "providers", programs.areNamed,
        let type = entries.first(where: { $0.name == DeclaredPrograms.type })
      else { return plugins }
      for program in programs.all {
        let defaults = ConfigurationObject.empty(path: [section, program.name])
        let plugin = try type.configured(program.name, defaults, programs: programs)
        plugins.append(DecodedLayers.Entry(plugin: plugin, object: defaults, layers: []))
      }
      return plugins
    }
    for name in object.keys {
      guard let settings = try object.child(name) else { continue }
      let plugin = try plugin(entries, name: name, settings, in: object)
      try checkDeclared(plugin, entries, in: object)
      plugins.append(DecodedLayers.Entry(plugin: plugin, object: settings, layers: [settings]))
    }
    return plugins
  }

  /// One entry of a section.
  func plugin<Product>(
    _ entries: [PluginType<Product>], name: String, _ settings: ConfigurationObject, in object: ConfigurationObject
  ) throws(BrokerError) -> ConfiguredPlugin<Product> {
    try checkName(name, in: object)
    let isType = entries.contains { $0.name == name }
    let type =
      try settings.string("type") ?? (!isType && programs.program(named: name) != nil ? DeclaredPrograms.type : name)
    guard let entry = entries.first(where: { $0.name == type }) else {
      let known = entries.map(\.name)
      let missing: Message? =
        settings.keys.contains("type")
        ? nil : "Name its type, for example \"type\": \(Neutralized.quoted(known.first ?? ""))."
      throw (missing == nil ? settings : object).error(
        missing == nil ? "type" : name, "is of no known type",
        remedy: NearestName.suggestion(for: type, among: known).map { "Did you mean \(Neutralized.quoted($0))?" }
          ?? missing ?? "Known types: \(known.map { Neutralized($0) }.joined(separator: ", ")).")
    }
    return try entry.configured(
      name, settings,
      sharedKeys: object.path == ["registries"] ? RegistrySettings.names : RuleSet.providerKeys.map(\.name),
      programs: programs)
  }

  /// Refuses an entry, or a key of one, that has to be declared, in a file that was found.
  func checkDeclared<Product>(
    _ plugin: ConfiguredPlugin<Product>, _ entries: [PluginType<Product>], in object: ConfigurationObject
  ) throws(BrokerError) {
    guard let type = entries.first(where: { $0.name == plugin.type }) else { return }
    if type.presence == .declared {
      try object.refuseUndeclared(plugin.name, "an entry of type \(Neutralized(plugin.type))")
    }
    guard let entry = try object.child(plugin.name) else { return }
    for key in type.keys where key.layering == .declared {
      try entry.refuseUndeclared(key.name, "what only a file that may declare can say")
    }
  }

  /// The routes; without the section, those of the catalog whose registries are all configured, and whose name no
  /// registry has.
  private func routes(of root: ConfigurationObject, registries: [String]) throws(BrokerError) -> [Route] {
    guard let object = try root.child("routes") else {
      return catalog.routes.filter { usual in
        usual.registries.allSatisfy(registries.contains) && !registries.contains(usual.name)
      }.map { Route(name: $0.name, registries: $0.registries, origin: .builtIn) }
    }
    return try routes(in: object, registries: registries)
  }

  /// The routes of a section.
  func routes(in object: ConfigurationObject, registries: [String]) throws(BrokerError) -> [Route] {
    var routes: [Route] = []
    for name in object.keys {
      try checkName(name, in: object)
      guard !registries.contains(name) else {
        throw object.error(name, "has the name of a registry", remedy: "Give the route another name.")
      }
      let targets = try object.strings(name) ?? []
      for target in targets where !registries.contains(target) {
        throw object.error(
          name, "lists \(Neutralized.quoted(target)), which is not a registry of this configuration",
          remedy: NearestName.remedy(for: target, among: registries))
      }
      routes.append(Route(name: name, registries: targets, origin: object.origin(of: name)))
    }
    return routes
  }

  private func checkName(_ name: String, in object: ConfigurationObject) throws(BrokerError) {
    guard EntryName.isValid(name) else {
      throw object.error(name, "is not a name", remedy: "Use \(EntryName.rule).")
    }
  }
}
