/// A plug-in for a package registry: tells which audience it wants, and exchanges an identity token for a credential.
public protocol Registry: Plugin {
  /// Where publishing tools upload to; in a rehearsal, in the sandbox.
  var uploadURL: HTTPURL { get }
  /// The registry's own origin, in a rehearsal too: what the audience rules compare with.
  var home: Origin { get }
  /// The audience that this registry is known or configured to ask for; nil if neither.
  var expectedAudience: Audience? { get }
  /// What it compares a job with; nil if that is not known.
  var publisherRules: PublisherRules? { get }
  /// The means to burn a credential early; nil if the registry has none.
  var revoker: (any CredentialRevoker)? { get }
  /// How long a credential lives that nobody burns; nil if that is not known.
  var credentialLifetime: Duration? { get }
  /// The means to see what is published already; nil if the registry has none.
  var releaseIndex: (any ReleaseIndex)? { get }

  /// The means to see who published last; nil if the registry has none.
  var publisherHistory: (any PublisherHistory)? { get }

  /// Asks the registry which audience it wants.
  ///
  /// - Throws: If it does not say; ``BrokerError/recovery`` says whether another attempt may help.
  func audience() async throws(BrokerError) -> AudienceAnswer

  /// Exchanges an identity token for a credential: one request, never repeated here.
  ///
  /// - Throws: If it is refused or there is no whole answer; ``BrokerError/recovery`` says whether the identity token may
  ///   have arrived.
  func exchange(_ token: IdentityToken) async throws(BrokerError) -> Credential
}

extension Registry {
  /// Not known.
  public var publisherRules: PublisherRules? { nil }
  /// None.
  public var revoker: (any CredentialRevoker)? { nil }
  /// Not known.
  public var credentialLifetime: Duration? { nil }
  /// None.
  public var releaseIndex: (any ReleaseIndex)? { nil }
  /// None.
  public var publisherHistory: (any PublisherHistory)? { nil }
}
