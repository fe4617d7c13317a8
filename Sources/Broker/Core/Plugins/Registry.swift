/// A plug-in for a package registry: tells which audience it wants, and exchanges an identity token for a credential.
///
/// This file is a registry's contract. A registry is a value: it is made once per run and does no input or output of its
/// own, but through its ``PluginServices``.
public protocol Registry: Sendable {
  /// The name of its entry in the configuration.
  var name: String { get }

  /// The registry's own origin, in a rehearsal too: what the audience rules compare with.
  var home: Origin { get }

  /// Where publishing tools upload to; in a rehearsal, in the sandbox.
  var uploadURL: HTTPURL { get }

  /// How long a credential lives that nobody burns; nil if that is not known.
  var credentialLifetime: Duration? { get }

  /// How the audience is known.
  var audience: AudienceSource { get }

  /// Exchanges an identity token for a credential: one request, never repeated here.
  ///
  /// - Parameters:
  ///   - token: The identity token, which may be sent to this registry alone: a request takes ``IdentityToken/bound``.
  ///   - scope: What the credential is for; a registry whose exchange knows no scope gives one for everything.
  /// - Returns: The credential.
  /// - Throws: If it is refused or there is no whole answer; ``BrokerError/recovery`` says whether the identity token may
  ///   have arrived.
  func exchange(_ token: IdentityToken, for scope: Scope) async throws(BrokerError) -> Credential

  /// What it knows and can beside that.
  var capabilities: RegistryCapabilities { get }
}

/// How the audience of a registry is known.
public enum AudienceSource: Sendable {
  /// Asks the registry.
  ///
  /// - Throws: If it does not say; ``BrokerError/recovery`` says whether another attempt may help.
  public typealias Question = @Sendable () async throws(BrokerError) -> AudienceAnswer

  /// It never changes, and the registry has nothing to ask.
  case known(Audience)
  /// One audience is accepted; the registry is asked to confirm it.
  case pinned(Audience, Question)
  /// The registry is asked; the audience rules judge what it says.
  case asked(Question)

  /// The one audience that is accepted; nil if the registry says which.
  public var expected: Audience? {
    switch self {
    case .known(let audience), .pinned(let audience, _): audience
    case .asked: nil
    }
  }

  /// Asks the registry; nil if there is nothing to ask.
  public var question: Question? {
    switch self {
    case .known: nil
    case .pinned(_, let question), .asked(let question): question
    }
  }
}

/// What a credential is for.
public enum Scope: Sendable, Equatable {
  /// Everything that the publisher may do.
  case everything
  /// One package alone.
  case package(String)
}

/// What a registry knows and can beside an exchange; what is left out is not known, or cannot be done.
public struct RegistryCapabilities: Sendable {
  /// What it compares a job with.
  @Deferred public var publishers: PublisherRules?
  /// What its refusals mean.
  @Deferred public var refusals: RegistryRefusals?
  /// The issuers that it accepts; empty if they are not known.
  @Deferred public var acceptedIssuers: [AcceptedIssuer]
  /// The kinds of issuers that it does not accept, as far as people ask for them.
  @Deferred public var refusedIssuers: [RefusedIssuer]
  /// Burns a credential before it expires.
  ///
  /// - Throws: ``ErrorCode/revokeUnsupported`` if this registry cannot; else what went wrong on the way.
  public var revoke: (@Sendable (BoundSecret) async throws(BrokerError) -> Void)?
  /// The means to make a credential good for less than it was given for.
  public var narrow: CredentialNarrowing?
  /// The means to see what is published already.
  public var releases: (any ReleaseIndex)?
  /// What it can be told of files before they are published.
  public var distributions: (any DistributionFormat)?
  /// The means to see who published last.
  public var history: (any PublisherHistory)?
  /// What publishes to it.
  @Deferred public var tools: PublishingTools
  /// What signs the files that are published to it.
  @Deferred public var attestations: AttestationTool?
  /// The variables that whichever command gets that publishes to it; nothing is known of where that command publishes.
  public var variables: [ToolVariable] = []
  /// Whether it takes identity tokens that are made out to a list of its one audience.
  public var takesAudienceList = false

  /// Capabilities.
  public init(
    publishers: @autoclosure @escaping @Sendable () -> PublisherRules? = nil,
    refusals: @autoclosure @escaping @Sendable () -> RegistryRefusals? = nil,
    acceptedIssuers: @autoclosure @escaping @Sendable () -> [AcceptedIssuer] = [],
    refusedIssuers: @autoclosure @escaping @Sendable () -> [RefusedIssuer] = [],
    revoke: (@Sendable (BoundSecret) async throws(BrokerError) -> Void)? = nil, narrow: CredentialNarrowing? = nil,
    releases: (any ReleaseIndex)? = nil, distributions: (any DistributionFormat)? = nil,
    history: (any PublisherHistory)? = nil, tools: @autoclosure @escaping @Sendable () -> PublishingTools = .none,
    attestations: @autoclosure @escaping @Sendable () -> AttestationTool? = nil
  ) {
    _publishers = Deferred(wrappedValue: publishers())
    _refusals = Deferred(wrappedValue: refusals())
    _acceptedIssuers = Deferred(wrappedValue: acceptedIssuers())
    _refusedIssuers = Deferred(wrappedValue: refusedIssuers())
    self.revoke = revoke
    self.narrow = narrow
    self.releases = releases
    self.distributions = distributions
    self.history = history
    _tools = Deferred(wrappedValue: tools())
    _attestations = Deferred(wrappedValue: attestations())
  }

  /// Nothing is known.
  public static let none = RegistryCapabilities()
}

extension Registry {
  /// Not known.
  public var credentialLifetime: Duration? { nil }
  /// Nothing is known.
  public var capabilities: RegistryCapabilities { .none }

  /// The one audience that is accepted; nil if the registry says which.
  public var expectedAudience: Audience? { audience.expected }

  /// The one origin that identity tokens for this registry and its credentials may be sent to: its own; in a rehearsal, the
  /// sandbox's that stands in for it.
  public func secretOrigin(isRehearsal: Bool) -> Origin { isRehearsal ? uploadURL.origin : home }
}
