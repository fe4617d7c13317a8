/// A request that the sandbox received; it holds no secret.
public struct SandboxRequest: Sendable, Equatable {
  /// Who received it: `directory`, `issuer`, or a registry's name.
  public let listener: String
  /// The number of the connection it came over, from 1 for each listener.
  public let connection: Int
  /// The method.
  public let method: String
  /// Path and query.
  public let target: String
  /// The status that was answered; 0 if the connection was closed or stalled instead.
  public let status: Int
  /// The `jti` of the identity token that came with it; nil if none did.
  public let identityTokenID: String?

  /// The path without the query.
  public var path: String { String(target.prefix { $0 != "?" }) }
}
