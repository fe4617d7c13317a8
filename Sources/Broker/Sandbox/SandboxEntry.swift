public import BrokerCore

/// An entry of a configuration that describes a CI system or a registry, for the sandbox's side of its type.
public struct SandboxEntry: Sendable {
  /// The entry's name.
  public let name: String
  /// What stands in it.
  public let object: JSONObject
  /// The program that it selects; nil where none stands behind it.
  public let program: DeclaredProgram?

  /// An entry.
  public init(name: String, object: JSONObject, program: DeclaredProgram? = nil) {
    self.name = name
    self.object = object
    self.program = program
  }

  /// The error of an entry that cannot be played.
  ///
  /// - Parameters:
  ///   - reason: Why, as a clause.
  ///   - remedy: What to do instead.
  /// - Returns: The error.
  public func notPlayed(_ reason: Message, remedy: Message) -> BrokerError {
    BrokerError(
      .usage, "\(Neutralized(name)) cannot be played by the sandbox: \(reason).", remedy: remedy)
  }
}

extension JSONObject {
  /// The texts of a member that is an object of texts, in written order.
  public func texts(of name: String) -> [(name: String, value: String)] {
    (self[name]?.object?.members ?? []).compactMap { member in
      member.value.string.map { (member.name, $0) }
    }
  }
}
