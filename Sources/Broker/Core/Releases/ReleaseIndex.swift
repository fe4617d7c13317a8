/// The means of a registry to say which files of a project it has; asking takes no credential.
public protocol ReleaseIndex: Sendable {
  /// Asks for the files of a project: one request, never repeated here.
  ///
  /// - Parameter project: The project's name, as ``DistributionName/project`` has it.
  /// - Returns: The files, or why the registry does not say.
  /// - Throws: If there is no answer; ``BrokerError/recovery`` says whether another attempt may help. A registry without
  ///   such an interface is ``ReleaseListing/unavailable(_:)``, not an error.
  func listing(of project: String) async throws(BrokerError) -> ReleaseListing

  /// The address where people find a release; nil if it is not known.
  func page(of release: DistributionName) -> String?

  /// Asks whether there is a project of this name: one request, never repeated here.
  ///
  /// - Parameter project: The project's name, as people write it.
  /// - Returns: Whether there is; nil if the registry does not say.
  /// - Throws: If there is no answer.
  func knows(_ project: String) async throws(BrokerError) -> Bool?
}

extension ReleaseIndex {
  /// Not known.
  public func page(of release: DistributionName) -> String? { nil }

  /// What the listing says.
  public func knows(_ project: String) async throws(BrokerError) -> Bool? { try await listing(of: project).isKnown }
}
