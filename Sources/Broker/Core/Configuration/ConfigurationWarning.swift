/// Something in a configuration that is allowed, and probably not what was meant.
public struct ConfigurationWarning: Sendable, Equatable, MessageValue {
  /// Where it was written.
  public let origin: Setting.Origin
  /// The key path.
  public let path: Message
  /// What is odd about it: the rest of the sentence after the key path.
  public let text: Message
  /// Whether an audited rule would have refused the configuration.
  public let isAudit: Bool

  init(at origin: Setting.Origin, _ path: String, _ text: Message, isAudit: Bool = false) {
    self.origin = origin
    self.path = Message(Neutralized(path, limit: 160))
    self.text = text
    self.isAudit = isAudit
  }

  /// `token-broker.json, line 3, column 7: rules.ref ...`.
  public var description: String { sentence.text }

  /// Place, path and text as one sentence.
  public var sentence: Message { "\(origin): \(path) \(text)." }
}
