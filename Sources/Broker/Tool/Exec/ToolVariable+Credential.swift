import BrokerCore

extension ToolVariable {
  /// The placeholders that a value may have.
  static let placeholders = ["{token}", "{password}", "{username}", "{url}", "{registry}"]

  /// Reads `NAME=TEMPLATE`.
  ///
  /// - Throws: `ErrorCode.usage` if the name is no variable's, or the value has no placeholder or an unknown one.
  init(parsing text: String) throws(BrokerError) {
    func wrong(_ reason: Message) -> BrokerError {
      BrokerError(
        .usage, "--env \(Neutralized.quoted(text)) \(reason).",
        remedy:
          "Write --env NAME={token}; there are \(Self.placeholders.map { Neutralized($0) }.joined(separator: ", ")).")
    }
    guard let equals = text.firstIndex(of: "=") else { throw wrong("has no =") }
    let name = String(text[..<equals])
    let value = String(text[text.index(after: equals)...])
    guard VariableName.isValid(name) else { throw wrong("does not begin with the name of a variable") }
    guard Self.placeholders.contains(where: value.contains) else { throw wrong("has no placeholder") }
    for part in value.split(separator: "{", omittingEmptySubsequences: false).dropFirst() {
      guard let end = part.firstIndex(of: "}") else { continue }
      let placeholder = "{\(part[...end])"
      guard Self.placeholders.contains(placeholder) else {
        throw wrong("has the unknown placeholder \(Neutralized(placeholder, limit: 40))")
      }
    }
    self.init(name, value)
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

  /// The variable's value where there is no credential; nil if it needs one.
  func value(registry: String, url: HTTPURL) -> String? {
    guard !["{token}", "{password}", "{username}"].contains(where: value.contains) else { return nil }
    return value.replacing("{url}", with: url.description).replacing("{registry}", with: registry)
  }
}
