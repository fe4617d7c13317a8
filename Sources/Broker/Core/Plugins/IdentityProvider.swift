/// A plug-in that recognises a CI system and gets identity tokens from it.
public protocol IdentityProvider: Plugin {
  /// What it looks for in the environment, and how much that says.
  var clue: ProviderClue { get }

  /// Looks whether the job runs at this provider: pure, without input or output.
  ///
  /// - Returns: ``Detection/absent(_:)`` if it does not.
  /// - Throws: If it does, but the job may not ask for an identity token: a permission is missing, the run is for a fork.
  func detect(in environment: Environment) throws(BrokerError) -> Detection
}
