/// Something in a configuration that is allowed, and probably not what was meant.
public struct ConfigurationWarning: Sendable, Equatable, CustomStringConvertible {
  /// Where it was written.
  public let origin: Setting.Origin
  /// The key path.
  public let path: String
  /// What is odd about it: the rest of the sentence after the key path.
  public let text: String
  /// Whether an audited rule would have refused the configuration.
  public let isAudit: Bool

  init(at origin: Setting.Origin, _ path: String, _ text: String, isAudit: Bool = false) {
    self.origin = origin
    self.path = path
    self.text = UntrustedText.neutralized(text, limit: 1024)
    self.isAudit = isAudit
  }

  /// `token-broker.json, line 3, column 7: rules.ref ...`.
  public var description: String { "\(origin): \(path) \(text)." }
}
