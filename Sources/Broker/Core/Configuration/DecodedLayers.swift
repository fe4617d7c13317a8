/// What the layers say so far: sections decoded, with what a lower layer is compared with.
struct DecodedLayers: Sendable {
  /// A plug-in's entry.
  struct Entry<Product: Sendable>: Sendable {
    let plugin: ConfiguredPlugin<Product>
    /// The entry with what it inherits.
    let object: ConfigurationObject
    /// The entry as each layer wrote it, the highest first.
    let layers: [ConfigurationObject]

    var name: String { plugin.name }
  }

  var providers: [Entry<any IdentityProvider>]
  var registries: [Entry<any Registry>]
  var routes: [Route]
  /// The rules of each layer, the highest first.
  var rules: [RuleSet]
  /// The plug-ins that there are.
  let catalog: PluginCatalog
  /// The registries that are meant where neither a file nor a command line names any.
  let usual: [String]
  /// The programs that entries may select.
  var programs = DeclaredPrograms.none
  var warnings: [ConfigurationWarning] = []

  private var jobs: [JobKind] { catalog.jobs }

  /// The configuration that they amount to.
  func configuration(layers: [ConfigurationLayer]) throws(BrokerError) -> BrokerConfiguration {
    var configured: [ConfiguredRegistry] = []
    for registry in registries {
      configured.append(
        ConfiguredRegistry(
          plugin: registry.plugin,
          settings: try RegistrySettings(from: registry.object, layers: registry.layers, jobs: jobs),
          gates: gates(for: registry.name)))
    }
    return BrokerConfiguration(
      providers: providers.map(\.plugin), registries: configured, usualNames: usual, routes: routes, layers: layers,
      programs: programs, ruleSettings: ruleSettings,
      warnings: warnings + providers.flatMap(\.plugin.warnings) + registries.flatMap(\.plugin.warnings)
        + rules.flatMap { RuleReview(jobs: jobs, providers: reviewed).warnings(for: $0) })
  }

  /// The providers in force, with what is known of their jobs.
  private var reviewed: [RuleReview.Provider] {
    providers.map { entry in
      RuleReview.Provider(
        name: entry.name, kind: catalog.providers.first { $0.plugin.name == entry.plugin.type }?.jobs,
        isNamed: !entry.layers.isEmpty)
    }
  }

  /// The topmost file decides which events are kept out; the rules of every layer hold.
  private func gates(for registry: String) -> [any JobGate] {
    var gates: [any JobGate] = [eventGate(rules.first?.rules(for: registry))]
    for set in rules {
      let own = set.rules(for: registry)
      if !own.isEmpty { gates.append(RuleGate(rules: own, mode: set.mode, jobs: jobs)) }
    }
    return gates
  }

  private func eventGate(_ rules: [JobRule]?) -> EventGate {
    EventGate(EventGate.dangerous(of: jobs), admittedBy: rules ?? [])
  }

  private var ruleSettings: [Setting] {
    var settings: [Setting] = []
    let kept = eventGate(rules.first?.all).refused
    if !kept.isEmpty {
      settings.append(
        Setting(path: "rules.event", value: "all but \(kept.joined(separator: ", "))", origin: .builtIn))
    }
    for set in rules {
      if set.modeOrigin != .builtIn {
        settings.append(Setting(path: "mode", value: set.mode.rawValue, origin: set.modeOrigin))
      }
      let names = registries.map(\.name)
      let entries = names.flatMap { set.byRegistry[$0] ?? [] } + providers.flatMap { set.byProvider[$0.name] ?? [] }
      for rule in set.common + entries {
        let note = set.mode == .audit ? " [audit]" : ""
        settings.append(Setting(path: rule.path, value: rule.value + note, origin: rule.origin))
      }
    }
    return settings
  }
}
