/// An identity provider that was recognised and can be asked.
public protocol IdentityTokenSource: Sendable {
  /// The names of the variables that carry the job's identity: a command that has no business with it is run without
  /// them.
  var identityVariables: [String] { get }

  /// How many identity tokens there are for an audience.
  func supply(for audience: Audience) -> IdentityTokenSupply

  /// An identity token for an audience that this source has not handed out before.
  ///
  /// A source may be asked for several tokens at the same time. Cancelling the task ends the request.
  ///
  /// - Throws: If there is none; ``BrokerError/recovery`` says whether another attempt may help.
  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken

  /// The identity tokens for an audience that the job already holds, without handing them out; none where each request
  /// makes a new one.
  ///
  /// - Throws: If the job should hold one and does not.
  func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken]

  /// Who the claims of a token say the job is.
  func job(from claims: Claims) -> JobIdentity

  /// What is written into the provider's files.
  var guide: ProviderGuide { get }

  /// What the environment shows that makes a registry refuse the job.
  var suspicions: [Cause] { get }
}

extension IdentityTokenSource {
  /// None.
  public func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken] { [] }
  /// Nothing is known.
  public var guide: ProviderGuide { .none }
  /// None.
  public var suspicions: [Cause] { [] }
}
