/// The text of one layer of the configuration, and how it was found.
public struct ConfigurationSource: Sendable {
  /// The name for messages: a path, or the variable that holds the text.
  public let name: Neutralized
  /// The text.
  public let bytes: [UInt8]
  /// What led to it, such as `--config`; nil if it was simply there.
  public let foundBy: Message?
  /// Whether it lies in the checkout, so that whoever can change the repository can change it.
  public let isRepositoryControlled: Bool

  /// A layer's text.
  public init(name: String, bytes: [UInt8], foundBy: Message? = nil, isRepositoryControlled: Bool) {
    self.name = Neutralized(name)
    self.bytes = bytes
    self.foundBy = foundBy
    self.isRepositoryControlled = isRepositoryControlled
  }
}
