/// The rules of one file.
struct RuleSet: Sendable {
  /// What they do with a job that they do not admit.
  let mode: RuleMode
  /// Where `mode` was written; built in if it is left out.
  let modeOrigin: Setting.Origin
  /// Those for every registry.
  let common: [JobRule]
  /// Those for one registry, by its name.
  let byRegistry: [String: [JobRule]]
  /// Those for the jobs of one provider, by its name.
  let byProvider: [String: [JobRule]]

  /// The keys that every entry of `providers` may have.
  static let providerKeys = [
    ConfigurationKey(
      "rules", summary: "what a job of this provider has to be, beside the file's own rules",
      kind: .object(RuleClaim.all.map(\.key)))
  ]

  /// Reads the rules of a file: its own, and those of its registries and providers.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  init(from root: ConfigurationObject) throws(BrokerError) {
    let modes = RuleMode.allCases.map(\.rawValue)
    let word = try root.string("mode") ?? RuleMode.enforce.rawValue
    guard let mode = RuleMode(rawValue: word) else {
      throw root.error("mode", "is no mode", remedy: NearestName.remedy(for: word, among: modes))
    }
    self.mode = mode
    modeOrigin = root.origin(of: "mode")
    common = if let object = try root.child("rules") { try JobRule.read(from: object) } else { [] }
    byRegistry = try Self.entries("registries", of: root, areProviders: false)
    byProvider = try Self.entries("providers", of: root, areProviders: true)
  }

  private static func entries(
    _ section: String, of root: ConfigurationObject, areProviders: Bool
  ) throws(BrokerError) -> [String: [JobRule]] {
    var rules: [String: [JobRule]] = [:]
    guard let entries = try root.child(section) else { return rules }
    for name in entries.keys {
      guard let object = try entries.child(name)?.child("rules") else { continue }
      rules[name] = try JobRule.read(from: object, of: areProviders ? name : nil)
    }
    return rules
  }

  /// The rules that hold for a registry, those about the jobs of one provider among them.
  func rules(for registry: String) -> [JobRule] {
    common + (byRegistry[registry] ?? []) + Self.sorted(byProvider).flatMap(\.rules)
  }

  /// All of them.
  var all: [JobRule] { common + (Self.sorted(byRegistry) + Self.sorted(byProvider)).flatMap(\.rules) }

  /// Rules of entries, by the entries' names.
  static func sorted(_ entries: [String: [JobRule]]) -> [(name: String, rules: [JobRule])] {
    entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// What the rules of a file do with a job that they do not admit.
public enum RuleMode: String, Sendable, CaseIterable {
  /// They refuse it.
  case enforce
  /// They say that they would refuse it, and let it pass.
  case audit
}
