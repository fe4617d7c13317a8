/// The configuration of a run, decoded against a catalog.
public struct BrokerConfiguration: Sendable {
  /// The identity providers.
  public let providers: [ConfiguredPlugin<any IdentityProvider>]
  /// The registries.
  public let registries: [ConfiguredPlugin<any Registry>]
  /// The settings that registries share, by the registry's name.
  public let registrySettings: [String: RegistrySettings]
  /// The routes.
  public let routes: [Route]
  /// The layers it was made of, the highest first.
  public let layers: [ConfigurationLayer]
  /// What is judged before an identity token is sent, by the registry's name: the rules and settings of every layer.
  public let gates: [String: [any JobGate]]
  /// The rules in force, each with its origin.
  public let ruleSettings: [Setting]
  /// What is allowed, and probably not what was meant.
  public let warnings: [ConfigurationWarning]

  /// Whether there is an organisation's file.
  public var hasOrganisation: Bool { layers.contains { $0.role == .organisation } }

  /// The lowest file it was read from; nil if there was none.
  public var file: String? { layers.last?.name }

  /// The registries that `targets` (registries or routes) stand for, in order; of repeats the first stays.
  ///
  /// - Throws: ``ErrorCode/unknownTarget`` with the nearest names.
  public func registries(
    for targets: [String]
  ) throws(BrokerError) -> [ConfiguredPlugin<any Registry>] {
    var names: [String] = []
    for target in targets {
      let expanded = routes.first { $0.name == target }?.registries ?? [target]
      for name in expanded where !names.contains(name) { names.append(name) }
    }
    var found: [ConfiguredPlugin<any Registry>] = []
    for name in names {
      guard let registry = registries.first(where: { $0.name == name }) else {
        let known = registries.map(\.name) + routes.map(\.name)
        throw BrokerError(
          .unknownTarget, "There is no registry or route \(UntrustedText.quotedName(name)) in \(place).",
          remedy: NearestName.remedy(for: name, among: known))
      }
      found.append(registry)
    }
    return found
  }

  /// Judges a job by the rules that hold for a registry.
  ///
  /// - Returns: What audited rules would have refused.
  /// - Throws: ``ErrorCode/ruleRefused`` if a rule that is enforced does not admit the job.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) -> [BrokerError] {
    var audited: [BrokerError] = []
    for gate in gates[registry] ?? [] {
      do throws(BrokerError) { try gate.judge(job, for: registry) } catch {
        guard gate.isAudit else { throw error }
        audited.append(error)
      }
    }
    return audited
  }

  /// Every value in force, with its origin.
  public var settings: [Setting] {
    let plugins: [(String, String, [Setting])] =
      providers.map { ("providers", $0.name, $0.settings) } + registries.map { ("registries", $0.name, $0.settings) }
    return ruleSettings + plugins.flatMap { _, name, settings in settings + (registrySettings[name]?.settings ?? []) }
      + routes.map {
        Setting(path: "routes.\($0.name)", value: $0.registries.joined(separator: ", "), origin: $0.origin)
      }
  }

  /// Where it came from, in words: `token-broker.json below /etc/org.json`.
  public var place: String {
    let names = layers.compactMap(\.name)
    return names.isEmpty ? "the built-in configuration" : names.reversed().joined(separator: " below ")
  }
}
