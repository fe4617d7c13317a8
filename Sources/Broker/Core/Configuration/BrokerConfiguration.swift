/// The configuration of a run, decoded against a catalog.
public struct BrokerConfiguration: Sendable {
  /// The identity providers.
  public let providers: [ConfiguredPlugin<any IdentityProvider>]
  /// The registries.
  public let registries: [ConfiguredRegistry]
  /// The names of those that are meant where neither a file nor a command line names any.
  let usualNames: [String]
  /// The routes.
  public let routes: [Route]
  /// The layers it was made of, the highest first.
  public let layers: [ConfigurationLayer]
  /// The programs that are declared.
  public let programs: DeclaredPrograms
  /// The rules in force, each with its origin.
  public let ruleSettings: [Setting]
  /// What is allowed, and probably not what was meant.
  public let warnings: [ConfigurationWarning]

  /// What rules that are only audited would refuse of the files themselves.
  public var audited: [BrokerError] {
    warnings.filter(\.isAudit).map { warning in
      BrokerError(
        .configurationWidens, warning.sentence, remedy: "Let it admit no more than the organisation's file does.",
        facts: [BrokerError.Fact("rule", warning.path), BrokerError.Fact("origin", "\(warning.origin)")])
    }
  }

  /// Whether there is an organisation's file.
  public var hasOrganisation: Bool { layers.contains { $0.role == .organisation } }

  /// The lowest file it was read from; nil if there was none.
  public var file: Neutralized? { layers.last?.name }

  /// The registries that are meant where a command line names none: those that a file names, else the usual ones.
  public var usualRegistries: [ConfiguredRegistry] {
    let usual = registries.filter { $0.plugin.origin != .builtIn || usualNames.contains($0.name) }
    return usual.isEmpty ? registries : usual
  }

  /// The registries that `targets` (registries or routes) stand for, in order; of repeats the first stays.
  ///
  /// - Throws: ``ErrorCode/unknownTarget`` with the nearest names.
  public func registries(
    for targets: [String]
  ) throws(BrokerError) -> [ConfiguredRegistry] {
    var names: [String] = []
    for target in targets {
      let expanded = routes.first { $0.name == target }?.registries ?? [target]
      for name in expanded where !names.contains(name) { names.append(name) }
    }
    var found: [ConfiguredRegistry] = []
    for name in names {
      guard let registry = registries.first(where: { $0.name == name }) else {
        let known = registries.map(\.name) + routes.map(\.name)
        throw BrokerError(
          .unknownTarget, "There is no registry or route \(Neutralized.quotedName(name)) in \(place).",
          remedy: NearestName.remedy(for: name, among: known))
      }
      found.append(registry)
    }
    return found
  }

  /// The same entries for a job that is played: without what a job is judged by, which nobody's sample job passes.
  public func rehearsed() -> BrokerConfiguration {
    BrokerConfiguration(
      providers: providers,
      registries: registries.map {
        ConfiguredRegistry(plugin: $0.plugin, settings: $0.settings.rehearsed(), gates: [])
      },
      usualNames: usualNames, routes: routes, layers: layers, programs: programs, ruleSettings: [], warnings: [])
  }

  /// Every value in force, with its origin.
  public var settings: [Setting] {
    ruleSettings + programs.settings + providers.flatMap(\.settings)
      + registries.flatMap { $0.plugin.settings + $0.settings.settings }
      + routes.map {
        Setting(path: "routes.\($0.name)", value: $0.registries.joined(separator: ", "), origin: $0.origin)
      }
  }

  /// Where it came from, in words: `token-broker.json below /etc/org.json`.
  public var place: Message {
    let names = layers.compactMap(\.name)
    return names.isEmpty ? "the built-in configuration" : names.reversed().joined(separator: " below ")
  }
}

/// A registry of a configuration, with what its entry and the rules of every layer say.
public struct ConfiguredRegistry: Sendable {
  /// The plug-in.
  public let plugin: ConfiguredPlugin<any Registry>
  /// The settings that every registry may have.
  public let settings: RegistrySettings
  /// What is judged before an identity token is sent there.
  public let gates: [any JobGate]

  /// The entry's name.
  public var name: String { plugin.name }
  /// The plug-in's type.
  public var type: String { plugin.type }

  /// The target of a run, whose registry is made of these services.
  public func target(_ services: PluginServices) -> Target {
    Target(
      plugin.make(services), project: settings.project, expectations: settings.expectations, gates: gates,
      narrowing: settings.narrowing)
  }
}
