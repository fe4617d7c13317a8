/// A plug-in that recognises a CI system and gets identity tokens from it.
public protocol IdentityProvider: Plugin {
  /// What it looks for in the environment, and how much that says.
  var clue: ProviderClue { get }

  /// Looks whether the job runs at this provider: pure, without input or output.
  ///
  /// - Returns: ``Detection/absent(_:)`` if it does not.
  /// - Throws: If it does, but the job may not ask for an identity token: a permission is missing, the run is for a fork.
  func detect(in environment: Environment) throws(BrokerError) -> Detection

  /// What is written into the provider's files.
  var guide: ProviderGuide { get }

  /// Who claims say a job is, if they look like this provider's; for claims that were read from a log.
  func job(from claims: Claims) -> JobIdentity?

  /// Why a job got no identity token, by what a log says; empty if it says nothing about that.
  func recognise(_ log: String) -> [Cause]
}

extension IdentityProvider {
  /// Nothing is known.
  public var guide: ProviderGuide { .none }
  /// Not this provider's.
  public func job(from claims: Claims) -> JobIdentity? { nil }
  /// Nothing is known.
  public func recognise(_ log: String) -> [Cause] { [] }
}
