/// The means of a registry to end a credential before it expires.
public protocol CredentialRevoker: Sendable {
  /// Asks the registry to burn a credential.
  ///
  /// - Throws: ``ErrorCode/revokeUnsupported`` if this registry cannot; else what went wrong on the way.
  func revoke(_ credential: Secret) async throws(BrokerError)
}
