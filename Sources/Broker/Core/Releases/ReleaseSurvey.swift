/// Asks registries which files of a release they have, trying again as a policy says.
public struct ReleaseSurvey: Sendable {
  /// Clocks and randomness.
  public let time: TimeSource
  /// When to try again, and the time that one registry may take in all.
  public let policy: RetryPolicy

  /// A survey; as many attempts as 30 s allow unless told otherwise.
  public init(time: TimeSource, policy: RetryPolicy = RetryPolicy(total: .seconds(30))) {
    self.time = time
    self.policy = policy
  }

  /// Whether a registry says that it does not have a project; what it does not answer is no.
  public func isUnknown(_ project: String, at target: Target) async -> Bool {
    guard let index = target.registry.capabilities.releases else { return false }
    let outcome = await TimeLimit(policy.total, time: time).run { try? await index.listing(of: project) }
    return switch outcome {
    case .finished(let listing), .cutOff(let listing): listing == .unknownProject
    }
  }

  /// Compares files with what a registry lists.
  ///
  /// - Throws: If the registry gives no answer, within the policy.
  public func compare(
    _ files: [ReleaseComparison.LocalFile], at target: Target
  ) async throws(BrokerError) -> ReleaseComparison {
    let projects = Set(files.map(\.name.project)).sorted()
    guard let index = target.registry.capabilities.releases else {
      let reason = ReleaseListing.unavailable("has no listing of its files")
      return ReleaseComparison(files, with: Dictionary(uniqueKeysWithValues: projects.map { ($0, reason) }))
    }
    let outcome = await TimeLimit(policy.total, time: time).run {
      () async -> Result<[String: ReleaseListing], BrokerError> in
      do throws(BrokerError) {
        var listings: [String: ReleaseListing] = [:]
        for project in projects {
          listings[project] = try await policy.repeating(by: time) { () async throws(BrokerError) in
            try await index.listing(of: project)
          }
        }
        return .success(listings)
      } catch { return .failure(error) }
    }
    switch outcome {
    case .finished(let result): return ReleaseComparison(files, with: try result.get())
    case .cutOff(.success(let listings)): return ReleaseComparison(files, with: listings)
    case .cutOff(.failure):
      throw BrokerError(
        .timedOut,
        "\(Neutralized(target.name)) did not say within \(policy.total.components.seconds) s what is published there.",
        remedy: "Check the network, or try again later.")
    }
  }
}
