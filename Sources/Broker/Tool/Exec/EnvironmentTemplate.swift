import BrokerCore

/// A variable of the child that is made from a credential: `TWINE_PASSWORD={token}`.
struct EnvironmentTemplate: Sendable, Equatable {
  /// The name; `{REGISTRY}` in it is the registry's name in capitals, hyphens as underscores.
  let name: String
  /// The value, with placeholders.
  let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// The placeholders that a value may have.
  static let placeholders = ["{token}", "{password}", "{username}", "{url}", "{registry}"]

  /// Reads `NAME=TEMPLATE`.
  ///
  /// - Throws: `ErrorCode.usage` if the name is no variable's, or the value has no placeholder or an unknown one.
  init(parsing text: String) throws(BrokerError) {
    func wrong(_ reason: String) -> BrokerError {
      BrokerError(
        .usage, "--env \(UntrustedText.quoted(text)) \(reason).",
        remedy: "Write --env NAME={token}; there are \(Self.placeholders.joined(separator: ", ")).")
    }
    guard let equals = text.firstIndex(of: "=") else { throw wrong("has no =") }
    name = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
    guard Self.isVariableName(name) else { throw wrong("does not begin with the name of a variable") }
    guard Self.placeholders.contains(where: value.contains) else { throw wrong("has no placeholder") }
    for match in value.matches(of: /\{[^{}]*\}/) where !Self.placeholders.contains(String(match.output)) {
      throw wrong("has the unknown placeholder \(UntrustedText.neutralized(String(match.output), limit: 40))")
    }
  }

  /// The variable's name for a registry.
  func name(for registry: String) -> String {
    name.replacing("{REGISTRY}", with: registry.uppercased().replacing("-", with: "_"))
  }

  /// The variable's value for a credential.
  func value(for credential: Credential) -> String {
    value
      .replacing("{token}", with: credential.secret.reveal())
      .replacing("{password}", with: credential.secret.reveal())
      .replacing("{username}", with: credential.username)
      .replacing("{url}", with: credential.uploadURL.description)
      .replacing("{registry}", with: credential.registry)
  }

  private static func isVariableName(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,254}/) != nil
  }
}
