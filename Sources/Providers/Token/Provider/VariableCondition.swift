import BrokerCore

/// What a variable has to hold: a text, or with `*` anything at all.
struct VariableCondition: Sendable, Equatable {
  let name: String
  let value: String

  /// The conditions of an object; a list has to hold in whole.
  static func all(of key: String, in object: ConfigurationObject) throws(BrokerError) -> [VariableCondition] {
    guard let map = try object.child(key) else { return [] }
    var conditions: [VariableCondition] = []
    for name in map.keys {
      guard Template.isVariableName(name) else { throw map.error(name, "is not the name of a variable") }
      conditions.append(VariableCondition(name: name, value: try map.string(name) ?? ""))
    }
    guard !conditions.isEmpty else { throw object.error(key, "names no variable") }
    return conditions
  }

  func holds(in environment: Environment) -> Bool {
    guard let found = environment.nonEmpty(name) else { return false }
    return value == "*" || found == value
  }

  /// `CI_SYSTEM=true`, or `JOB_URL`.
  var text: Message {
    value == "*"
      ? "\(Neutralized(name, limit: 64))" : "\(Neutralized(name, limit: 64))=\(Neutralized(value, limit: 64))"
  }

  /// What is found instead: the variable's value is shown only where the configuration says one.
  func finding(in environment: Environment) -> Message {
    let name = Neutralized(name, limit: 64)
    guard let found = environment.nonEmpty(self.name) else { return "\(name) is not set" }
    return value == "*" ? "\(name) is set" : "\(name) is \(Neutralized.quoted(found, limit: 64))"
  }
}
