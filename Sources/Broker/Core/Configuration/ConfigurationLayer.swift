/// A layer that a configuration was made of.
public struct ConfigurationLayer: Sendable, Equatable {
  /// The layers, from the highest to the lowest; a lower one may narrow what a higher one allows.
  public enum Role: String, Sendable, MessageValue {
    /// What the program knows by itself.
    case builtIn = "built-in"
    /// One file for many repositories.
    case organisation
    /// The repository's own file.
    case repository

    /// The word for people.
    public var description: String { rawValue }
  }

  /// Which layer it is.
  public let role: Role
  /// The file's name, or the variable's; nil for the built-in layer.
  public let name: Neutralized?
  /// What led to it; nil if it was simply there.
  public let foundBy: Message?
  /// The SHA-256 of its text in hexadecimal digits; nil for the built-in layer.
  public let digest: String?
  /// Whether it lies in the checkout, so that whoever can change the repository can change it.
  public let isRepositoryControlled: Bool

  static let builtIn = ConfigurationLayer(
    role: .builtIn, name: nil, foundBy: nil, digest: nil, isRepositoryControlled: false)

  init(role: Role, name: Neutralized?, foundBy: Message?, digest: String?, isRepositoryControlled: Bool) {
    self.role = role
    self.name = name
    self.foundBy = foundBy
    self.digest = digest
    self.isRepositoryControlled = isRepositoryControlled
  }

  init(_ role: Role, _ source: ConfigurationSource) {
    self.init(
      role: role, name: source.name, foundBy: source.foundBy, digest: SHA256.hexadecimal(of: source.bytes),
      isRepositoryControlled: source.isRepositoryControlled)
  }
}
