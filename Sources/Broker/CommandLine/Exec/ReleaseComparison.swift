import BrokerCore
import TokenBroker

/// Compares the files of a command with what the indexes of all targets already have, before anything is published.
struct ReleaseComparison: Sendable {
  let broker: Broker
  let console: Console

  /// What to do for each target, by its name; a target that is not in it is published to.
  ///
  /// - Throws: If a target has a file of the same name with other contents.
  func decide(
    _ files: [DistributionFile], at targets: [any RegistryTarget]
  ) async throws(BrokerError) -> [String: ReleaseDecision] {
    [:]
  }
}
