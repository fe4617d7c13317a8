/// What happens during a run, as it happens.
///
/// An observer is called at once and in order for each target: what it does with an event is done before the engine goes
/// on, so that a secret can be masked before anything derived from it exists.
public enum EngineEvent: Sendable {
  /// The registry is asked for its audience.
  case audienceAsked(registry: String, host: Origin.Authority)
  /// The registry named an audience; it is not accepted yet.
  case audienceAnswered(registry: String, AudienceAnswer)
  /// The audience is the expected one, or names the registry's own host.
  case audienceAccepted(registry: String, Audience, expected: Bool)
  /// An identity token is asked for.
  case identityTokenAsked(registry: String, Audience)
  /// An identity token was received; nothing about it is checked yet.
  case identityTokenReceived(registry: String, IdentityToken, JobIdentity)
  /// A rule that is audited does not admit the job; the identity token is sent all the same.
  case audited(registry: String, BrokerError)
  /// This machine's clock is so many seconds ahead of the registry's (negative: behind).
  case clockIsOff(registry: String, seconds: Int64)
  /// The identity token is sent to the registry.
  case exchangeSent(registry: String, host: Origin.Authority)
  /// The registry gave a credential.
  case credentialReceived(Credential)
  /// A credential was made good for less than it was given for; the one that was received is not used.
  case credentialNarrowed(Credential, CredentialReach?)
  /// A step failed and is tried again after a wait.
  case retrying(registry: String, BrokerError, after: Duration)
  /// No credential will come for this registry.
  case failed(registry: String, BrokerError)
  /// The registry was asked to burn a credential.
  case burned(registry: String)
  /// The registry could not be asked to burn a credential; it expires by itself.
  case burnFailed(registry: String, BrokerError)

  /// The registry that the event is about.
  public var registry: String {
    switch self {
    case .audienceAsked(let registry, _), .audienceAnswered(let registry, _), .audienceAccepted(let registry, _, _),
      .identityTokenAsked(let registry, _), .identityTokenReceived(let registry, _, _), .audited(let registry, _),
      .clockIsOff(let registry, _),
      .exchangeSent(let registry, _), .retrying(let registry, _, _), .failed(let registry, _),
      .burned(let registry), .burnFailed(let registry, _):
      registry
    case .credentialReceived(let credential), .credentialNarrowed(let credential, _): credential.registry
    }
  }
}
