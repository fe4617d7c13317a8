/// The means of a registry to say who published a project's last attested release; asking takes no credential.
public protocol PublisherHistory: Sendable {
  /// Asks for the publisher of the newest attested file.
  ///
  /// - Parameter project: The project's name, as people write it.
  /// - Returns: The release; nil if no file is attested, or the registry does not say.
  /// - Throws: If there is no answer.
  func lastRelease(of project: String) async throws(BrokerError) -> PublishedRelease?
}
