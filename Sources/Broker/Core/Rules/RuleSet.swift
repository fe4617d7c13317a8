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

  /// Reads the rules of a file: its own, and those of its registries.
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
    var byRegistry: [String: [JobRule]] = [:]
    if let registries = try root.child("registries") {
      for name in registries.keys {
        guard let object = try registries.child(name)?.child("rules") else { continue }
        byRegistry[name] = try JobRule.read(from: object)
      }
    }
    self.byRegistry = byRegistry
  }

  /// The rules that hold for a registry.
  func rules(for registry: String) -> [JobRule] { common + (byRegistry[registry] ?? []) }

  /// All of them.
  var all: [JobRule] { common + byRegistry.sorted { $0.key < $1.key }.flatMap(\.value) }
}

/// What the rules of a file do with a job that they do not admit.
public enum RuleMode: String, Sendable, CaseIterable {
  /// They refuse it.
  case enforce
  /// They say that they would refuse it, and let it pass.
  case audit
}
