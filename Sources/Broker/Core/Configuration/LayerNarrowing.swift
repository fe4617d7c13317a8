/// Puts a repository's file below an organisation's: what it leaves out is inherited, what it says may narrow.
///
/// The result permits no provider, registry, host, audience or job that the higher layer does not permit.
struct LayerNarrowing: Sendable {
  private let decoder: LayerDecoder
  private let upper: DecodedLayers
  private let upperRoot: ConfigurationObject
  private let lowerLayers: LowerLayers

  /// The organisation's file, decoded, with its `lower-layers`.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if that section is wrong.
  init(decoder: LayerDecoder, upper: DecodedLayers, root: ConfigurationObject) throws(BrokerError) {
    self.decoder = decoder
    self.upper = upper
    upperRoot = root
    lowerLayers = try Self.lowerLayers(of: root, decoded: upper)
  }

  /// The section `lower-layers` of a file; without it, lower layers may narrow and nothing is locked.
  static func lowerLayers(
    of root: ConfigurationObject, decoded: DecodedLayers
  ) throws(BrokerError) -> LowerLayers {
    guard let object = try root.child("lower-layers") else { return .narrowing }
    return try LowerLayers(
      from: object,
      names: [
        "providers": decoded.providers.map(\.name), "registries": decoded.registries.map(\.name),
        "routes": decoded.routes.map(\.name),
      ])
  }

  /// The two layers together.
  ///
  /// - Throws: ``ErrorCode/configurationWidens`` with both places, or ``ErrorCode/configurationInvalid``.
  func apply(_ lower: ConfigurationObject) throws(BrokerError) -> DecodedLayers {
    if lower.keys.contains("lower-layers") {
      throw LayerConflict.widening(
        at: lower.nameOrigin(of: "lower-layers"), "lower-layers",
        "belongs into the organisation layer (\(upperRoot.nameOrigin(of: "lower-layers")))", remedy: "Remove it.")
    }
    try checkLocks(lower)
    let providers = try plugins(
      upper.providers, decoder.catalog.providers.map(\.plugin), section: "providers", of: lower
    ) { (entry, section) throws(BrokerError) in throw notThere(entry.name, in: section, "is not a provider") }
    let registries = try plugins(
      upper.registries, decoder.catalog.registries.map(\.plugin), section: "registries", of: lower, adding: judgeAdded)
    try checkNarrowing(of: registries)
    let rules = try RuleSet(from: lower)
    let warnings = try upper.rules.first.map { (set) throws(BrokerError) in
      try RuleNarrowing(upper: set, upperOrigin: upperRoot.nameOrigin(of: "rules"), jobs: upper.catalog.jobs).check(
        rules)
    }
    return DecodedLayers(
      providers: providers, registries: registries,
      routes: try routes(of: lower, registries: registries.map(\.name)), rules: upper.rules + [rules],
      catalog: upper.catalog,
      usual: upper.usual, programs: upper.programs, warnings: upper.warnings + (warnings ?? []))
  }

  // MARK: Plug-ins

  private func plugins<Product>(
    _ higher: [DecodedLayers.Entry<Product>], _ types: [PluginType<Product>], section: String,
    of lower: ConfigurationObject,
    adding judge: (DecodedLayers.Entry<Product>, ConfigurationObject) throws(BrokerError) -> Void
  ) throws(BrokerError) -> [DecodedLayers.Entry<Product>] {
    guard let object = try lower.child(section) else { return higher }
    var entries: [DecodedLayers.Entry<Product>] = []
    for name in object.keys {
      guard let own = try object.child(name) else { continue }
      guard let inherited = higher.first(where: { $0.name == name }) else {
        let plugin = try decoder.plugin(types, name: name, own, in: object)
        let entry = DecodedLayers.Entry(plugin: plugin, object: own, layers: [own])
        try judge(entry, object)
        // The judge has let the entry in by the organisation's file, which has to be one that may declare.
        if !upperRoot.mayDeclare { try decoder.checkDeclared(plugin, types, in: object) }
        for key in types.first(where: { $0.name == plugin.type })?.keys ?? [] where key.layering == .declared {
          try own.refuseUndeclared(key.name, "\(Neutralized(key.summary, limit: 120))")
        }
        entries.append(entry)
        continue
      }
      if let type = try own.string("type"), type != inherited.plugin.type {
        throw changed(
          "type", Message(Neutralized.quoted(type)), Message(Neutralized.quoted(inherited.plugin.type)), own, inherited)
      }
      let merged = own.over(inherited.object)
      let plugin = try decoder.plugin(types, name: name, merged, in: object)
      if let type = types.first(where: { $0.name == plugin.type }) {
        try checkFixedKeys(
          of: plugin, own, inherited,
          keys: type.keys.filter { type.presence == .declared || [.fixed, .declared].contains($0.layering) })
      }
      entries.append(DecodedLayers.Entry(plugin: plugin, object: merged, layers: inherited.layers + [own]))
    }
    return entries
  }

  /// A key that decides where an identity token goes may be repeated, not changed.
  private func checkFixedKeys<Product>(
    of plugin: ConfiguredPlugin<Product>, _ own: ConfigurationObject, _ inherited: DecodedLayers.Entry<Product>,
    keys: [ConfigurationKey]
  ) throws(BrokerError) {
    for key in keys {
      let value = plugin.values.first { $0.key == key.name }
      let before = inherited.plugin.values.first { $0.key == key.name }
      // A key whose value the plug-in does not tell is compared as it was written.
      let isRepeated = own.object[key.name].map { node in
        inherited.object.object[key.name].map(node.hasSameValue) ?? false
      }
      guard value?.compared != before?.compared || (value == nil && isRepeated == false) else { continue }
      throw changed(
        key.name, value.map { Message(Neutralized.quoted($0.text)) } ?? "another value",
        before.map { Message(Neutralized.quoted($0.text)) } ?? "not set", own, inherited)
    }
  }

  /// Whether credentials are narrowed may be made stricter, by what is in force where a layer does not say.
  private func checkNarrowing(of registries: [DecodedLayers.Entry<any Registry>]) throws(BrokerError) {
    for entry in registries {
      guard let inherited = upper.registries.first(where: { $0.name == entry.name }), let own = entry.layers.last,
        entry.layers.count > inherited.layers.count, let mode = try RegistrySettings.narrowing(in: own)
      else { continue }
      let before =
        try RegistrySettings.narrowing(in: inherited.object)
        ?? (Self.reach(of: inherited).capabilities.narrow?.isUsual == true ? .on : .off)
      guard mode < before else { continue }
      throw changed(
        "narrow", RegistrySettings.text(of: mode), RegistrySettings.text(of: before), own, inherited)
    }
  }

  private func changed<Product>(
    _ key: String, _ value: Message, _ before: Message, _ own: ConfigurationObject,
    _ inherited: DecodedLayers.Entry<Product>
  ) -> BrokerError {
    var origin = inherited.object.origin(of: key)
    if origin == .builtIn { origin = inherited.object.origin }
    if origin == .builtIn { origin = upperRoot.origin }
    let own = own.keys.contains(key) ? own.origin(of: key) : own.origin
    return LayerConflict.widening(
      at: own, (inherited.object.path + [key]).joined(separator: "."),
      "is \(value), but \(before) in the organisation layer (\(origin))")
  }

  // MARK: Registries of the lower layer's own

  private func judgeAdded(
    _ entry: DecodedLayers.Entry<any Registry>, _ section: ConfigurationObject
  ) throws(BrokerError) {
    let registry = Self.reach(of: entry)
    guard lowerLayers.addedOrigins.contains(registry.home) else {
      throw notThere(entry.name, in: section, "adds the host \(registry.home.authority), which is not one")
    }
    let type = decoder.catalog.registries.first { $0.plugin.name == entry.plugin.type }?.plugin
    // A type that needs settings has no addresses by itself.
    let usual = type.flatMap { try? $0.configured($0.name, .empty(path: ["registries", $0.name])) }
    let keys = (type?.keys ?? []) + RegistrySettings.keys(decoder.catalog.jobs)
    try judgeAddresses(of: entry, keys, usual)
    try judgeRegistryName(of: entry, keys, usual, section)
    let path = "registries.\(entry.name)"
    for higher in upper.registries {
      let known = Self.reach(of: higher)
      let place = higher.object.origin == .builtIn ? upperRoot.origin : higher.object.origin
      if known.home.host == registry.home.host || known.uploadURL.origin.host == registry.uploadURL.origin.host {
        throw LayerConflict.widening(
          at: section.nameOrigin(of: entry.name), path,
          "is on the host of registries.\(Neutralized(higher.name)) in the organisation layer (\(place))",
          remedy: "Use registries.\(Neutralized(higher.name)), whose rules hold for that host.")
      }
      if Self.overlap(registry, known) {
        throw LayerConflict.widening(
          at: section.nameOrigin(of: entry.name), path,
          "would accept the audience of registries.\(Neutralized(higher.name)) in the organisation layer (\(place))",
          remedy: "Give it an audience of its own.")
      }
    }
  }

  /// Whatever holds an address leads to where the organisation lets registries be added; what the type has by itself
  /// was not the repository's to choose.
  private func judgeAddresses(
    of entry: DecodedLayers.Entry<any Registry>, _ keys: [ConfigurationKey],
    _ usual: ConfiguredPlugin<any Registry>?
  ) throws(BrokerError) {
    for key in keys {
      let written = entry.object.object[key.name]
      let value = key.kind == .address ? Self.value(of: key, entry.plugin) : nil
      if written == nil, value == usual.flatMap({ Self.value(of: key, $0) }) { continue }
      // An address that the plug-in does not tell counts as it was written.
      for text in value.map({ [$0] }) ?? written.map(key.kind.addresses) ?? [] {
        let origin = (try? HTTPURL(text))?.origin
        if let origin, lowerLayers.addedOrigins.contains(origin) { continue }
        var place = entry.object.origin(of: key.name)
        if place == .builtIn { place = entry.object.origin }
        throw LayerConflict.widening(
          at: place, (entry.object.path + [key.name]).joined(separator: "."),
          "leads to \(origin.map { "\($0)" } ?? Message(Neutralized.quoted(text))), which is not one of the origins where "
            + "the organisation layer lets registries be added (\(upperRoot.nameOrigin(of: "lower-layers")))",
          remedy: "Leave it out, or have its origin added to lower-layers.add-registries-at.")
      }
    }
    let registry = Self.reach(of: entry)
    guard lowerLayers.addedOrigins.contains(registry.uploadURL.origin) else {
      throw LayerConflict.widening(
        at: entry.object.origin, entry.object.path.joined(separator: "."),
        "leads to \(registry.uploadURL.origin), which is not one of the origins where the organisation layer lets "
          + "registries be added (\(upperRoot.nameOrigin(of: "lower-layers")))")
    }
  }

  /// A name that the organisation or the program has given to something is not given to something else: what is called
  /// by it elsewhere would publish to another place.
  private func judgeRegistryName(
    of entry: DecodedLayers.Entry<any Registry>, _ keys: [ConfigurationKey],
    _ usual: ConfiguredPlugin<any Registry>?, _ section: ConfigurationObject
  ) throws(BrokerError) {
    if let route = upper.routes.first(where: { $0.name == entry.name }) {
      let origin = route.origin == .builtIn ? upperRoot.origin : route.origin
      throw nameTaken(entry.name, in: section, "has the name of a route of the organisation layer (\(origin))")
    }
    if decoder.catalog.routes.contains(where: { $0.name == entry.name }) {
      throw nameTaken(entry.name, in: section, "has the name of the built-in route")
    }
    guard decoder.catalog.registries.contains(where: { $0.plugin.name == entry.name }) else { return }
    let isUsual =
      entry.plugin.type == entry.name
      && keys.allSatisfy { key in
        key.kind != .address || Self.value(of: key, entry.plugin) == usual.flatMap { Self.value(of: key, $0) }
      }
    guard !isUsual else { return }
    throw LayerConflict.widening(
      at: section.nameOrigin(of: entry.name), "registries.\(entry.name)",
      "has the name of a built-in registry, and is another one",
      remedy: "Give it another name: \(Neutralized(entry.name)) means the built-in registry wherever it is named.")
  }

  private static func value(of key: ConfigurationKey, _ plugin: ConfiguredPlugin<any Registry>) -> String? {
    plugin.values.first { $0.key == key.name }?.compared
  }

  private func nameTaken(_ name: String, in section: ConfigurationObject, _ text: Message) -> BrokerError {
    LayerConflict.widening(
      at: section.nameOrigin(of: name), (section.path + [name]).joined(separator: "."), text,
      remedy: "Give it another name.")
  }

  /// The plug-in, made without any means to send something: for its host and audience.
  private static func reach(of entry: DecodedLayers.Entry<any Registry>) -> any Registry {
    entry.plugin.make(.none)
  }

  /// Whether there is an audience that both accept.
  private static func overlap(_ one: any Registry, _ other: any Registry) -> Bool {
    func accepts(_ registry: any Registry, _ audience: Audience) -> Bool {
      let policy = AudiencePolicy(
        registry: registry.name, home: registry.home, expected: registry.expectedAudience, isRehearsal: false)
      return (try? policy.judge(audience)) != nil
    }
    // Two that name none accept forms of their own hosts alone, which differ.
    if let audience = one.expectedAudience, accepts(other, audience) { return true }
    if let audience = other.expectedAudience, accepts(one, audience) { return true }
    return false
  }

  private func notThere(_ name: String, in section: ConfigurationObject, _ text: Message) -> BrokerError {
    LayerConflict.widening(
      at: section.nameOrigin(of: name), (section.path + [name]).joined(separator: "."),
      "\(text) of the organisation layer (\(upperRoot.nameOrigin(of: section.path[0])))",
      remedy: "Remove it, or have it added to the organisation's file.")
  }

  // MARK: Routes

  /// A route of the higher layer may become shorter; a new one is a name for registries that are there anyway.
  private func routes(of lower: ConfigurationObject, registries: [String]) throws(BrokerError) -> [Route] {
    guard let object = try lower.child("routes") else { return inheritedRoutes(registries, lower) }
    let routes = try decoder.routes(in: object, registries: registries)
    for route in routes {
      // The organisation's own route may have a built-in name.
      let isOwn = upper.routes.contains { $0.name == route.name }
      if let higher = upper.registries.first(where: { $0.name == route.name }) {
        let place = higher.object.origin == .builtIn ? upperRoot.origin : higher.object.origin
        throw nameTaken(
          route.name, in: object, "has the name of a registry of the organisation layer (\(place))")
      }
      if !isOwn, decoder.catalog.registries.contains(where: { $0.plugin.name == route.name }) {
        throw nameTaken(route.name, in: object, "has the name of a built-in registry")
      }
      guard let higher = upper.routes.first(where: { $0.name == route.name }) else { continue }
      guard Self.isPart(route.registries, of: higher.registries) else {
        let place = higher.origin == .builtIn ? upperRoot.origin : higher.origin
        throw LayerConflict.widening(
          at: route.origin, "routes.\(route.name)",
          "is \(route.registries.map { Neutralized($0) }.joined(separator: ", ")), which is not a part, in order, of "
            + "\(higher.registries.map { Neutralized($0) }.joined(separator: ", ")) in the organisation layer (\(place))"
        )
      }
    }
    return routes
  }

  /// The routes of the higher layer over the registries that are left.
  private func inheritedRoutes(_ registries: [String], _ lower: ConfigurationObject) -> [Route] {
    upper.routes.compactMap { route in
      let left = route.registries.filter(registries.contains)
      guard left != route.registries else { return route }
      return left.isEmpty
        ? nil : Route(name: route.name, registries: left, origin: lower.nameOrigin(of: "registries"))
    }
  }

  private static func isPart(_ part: [String], of whole: [String]) -> Bool {
    var rest = whole[...]
    for name in part {
      guard let index = rest.firstIndex(of: name) else { return false }
      rest = rest[rest.index(after: index)...]
    }
    return true
  }

  // MARK: Locks

  /// A locked key may not be mentioned, except as an empty object, and a section may not leave it out.
  private func checkLocks(_ lower: ConfigurationObject) throws(BrokerError) {
    for (path, origin) in lowerLayers.locked {
      var object = lower
      for (depth, key) in path.enumerated() {
        guard object.keys.contains(key) else {
          let isEntry = depth == 1 && ["providers", "registries", "routes"].contains(path[0])
          if isEntry { throw lockBroken(path, origin, at: object.origin, "leaves out \(Neutralized(key))", depth) }
          break
        }
        let node = object.object[key]
        if depth == path.count - 1 {
          if let inner = node?.object, inner.members.isEmpty, depth > 0 { break }
          throw lockBroken(path, origin, at: object.nameOrigin(of: key), "is set again", depth + 1)
        }
        guard let inner = try object.child(key) else { break }
        object = inner
      }
      try checkLockedRoute(path, origin, lower)
    }
  }

  /// A route becomes shorter, too, when a registry that it lists is dropped.
  private func checkLockedRoute(
    _ path: [String], _ origin: Setting.Origin, _ lower: ConfigurationObject
  ) throws(BrokerError) {
    guard path[0] == "routes", let section = try lower.child("registries") else { return }
    for route in upper.routes where path.count == 1 || path[1] == route.name {
      guard let missing = route.registries.first(where: { !section.keys.contains($0) }) else { continue }
      throw LayerConflict.widening(
        at: section.origin, "registries",
        "leaves out \(Neutralized(missing)), which routes.\(Neutralized(route.name)) lists: that is locked by the organisation layer (\(origin))"
      )
    }
  }

  private func lockBroken(
    _ path: [String], _ origin: Setting.Origin, at place: Setting.Origin, _ text: Message, _ depth: Int
  ) -> BrokerError {
    LayerConflict.widening(
      at: place, path.prefix(depth).joined(separator: "."),
      "\(text), but \(Neutralized(path.joined(separator: "."))) is locked by the organisation layer (\(origin))",
      remedy: "Leave it as the organisation's file has it.")
  }
}
