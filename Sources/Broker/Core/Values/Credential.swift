/// A short-lived API token for a registry, and what a publishing tool has to know to use it.
public struct Credential: Sendable {
  /// The registry's name in the configuration.
  public let registry: String
  /// The API token.
  public let secret: Secret
  /// The user name that goes with it: `__token__` on PyPI.
  public let username: String
  /// When it expires.
  public let expires: UnixTime
  /// Where publishing tools upload to.
  public let uploadURL: HTTPURL

  /// The greatest length of an API token in bytes.
  public static let maximumBytes = 4 * 1024

  /// A credential; nil if the token is empty, too long, has a character outside `!` to `~`, or holds `::` or `##[`, which
  /// would make a printed credential a workflow command.
  public init?(registry: String, secret: Secret, username: String, expires: UnixTime, uploadURL: HTTPURL) {
    let text = secret.reveal()
    guard !text.isEmpty, text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !text.contains("::"), !text.contains("##[")
    else { return nil }
    self.registry = registry
    self.secret = secret
    self.username = username
    self.expires = expires
    self.uploadURL = uploadURL
  }
}
