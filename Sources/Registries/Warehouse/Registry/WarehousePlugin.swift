public import BrokerCore

/// A registry that is an index speaking PyPI's protocol: conforming takes a type name and the index.
public protocol WarehousePlugin: Registry {
  /// The index that does the work.
  var index: WarehouseClient { get }
}

extension WarehousePlugin {
  /// The entry's name.
  public var name: String { index.name }
  /// Where publishing tools upload to.
  public var uploadURL: HTTPURL { index.uploadURL }
  /// The index's own origin.
  public var home: Origin { index.home }
  /// The audience that is built in or configured.
  public var expectedAudience: Audience? { index.expectedAudience }
  /// The fields of PyPI's publisher forms.
  public var publisherRules: PublisherRules? { index.publisherRules }
  /// PyPI's `burn-token`.
  public var revoker: (any CredentialRevoker)? { index }
  /// 15 minutes.
  public var credentialLifetime: Duration? { .seconds(WarehouseClient.usualLifetime) }
  /// PyPI's simple index.
  public var releaseIndex: (any ReleaseIndex)? { index.simpleIndex }
  /// PyPI's Integrity API.
  public var publisherHistory: (any PublisherHistory)? { index.history }

  /// Asks the index for its audience.
  public func audience() async throws(BrokerError) -> AudienceAnswer { try await index.audience() }

  /// Exchanges an identity token at the index.
  public func exchange(_ token: IdentityToken) async throws(BrokerError) -> Credential {
    try await index.exchange(token)
  }
}
