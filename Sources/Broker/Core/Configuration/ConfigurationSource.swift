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
  /// Whether it may declare entries of types that ask for that (``PluginPresence/declared``).
  ///
  /// The organisation's may, and one that the job names; a file that was merely found may not.
  public let mayDeclare: Bool
  /// The text as it was read, without what is known to be wrong in it; nil for the text itself.
  var corrected: JSONNode?

  /// A layer's text; unless told otherwise, it may declare if it does not lie in the checkout.
  public init(
    name: String, bytes: [UInt8], foundBy: Message? = nil, isRepositoryControlled: Bool, mayDeclare: Bool? = nil
  ) {
    self.name = Neutralized(name)
    self.bytes = bytes
    self.foundBy = foundBy
    self.isRepositoryControlled = isRepositoryControlled
    self.mayDeclare = mayDeclare ?? !isRepositoryControlled
  }
}
