public import BrokerCore

/// The settings of GitLab CI: `variables`, which names the variables to read for an audience.
public struct GitLabSettings: PluginSettings {
  /// The variables by audience, in the order they are used; each is used at most once.
  public let variables: [(audience: String, names: [String])]

  /// The key `variables`.
  static let keys = [
    ConfigurationKey(
      "variables", summary: "by audience, the variables that hold its identity tokens, each used at most once",
      kind: .map(.texts), layering: .free)
  ]

  /// Decodes the settings.
  public init(from object: ConfigurationObject) throws(BrokerError) {
    var variables: [(audience: String, names: [String])] = []
    if let map = try object.child("variables") {
      for audience in map.keys {
        guard Audience(audience) != nil else { throw map.error(audience, "is not an audience") }
        let names = try map.strings(audience) ?? []
        for name in names where !VariableName.isValid(name) {
          throw map.error(
            audience, "names \(Neutralized.quoted(name)), which is not a variable name",
            remedy: "Use \(VariableName.rule).")
        }
        variables.append((audience, names))
      }
    }
    self.variables = variables
  }

  /// The variables of each audience.
  public var values: [SettingValue] {
    let shown = variables.map { "\($0.audience): \($0.names.joined(separator: ", "))" }.joined(separator: "; ")
    return [
      SettingValue(
        "variables", shown: variables.isEmpty ? "AUDIENCE_ID_TOKEN for each audience" : shown,
        comparing: .object(variables.map { ($0.audience, .array($0.names.map { .string($0) })) }))
    ]
  }
}
