import BrokerCore
import BrokerSystem

/// Compares the files of a command with what the registries of all targets already have, before anything is published.
struct ReleaseCheck: Sendable {
  let broker: Broker
  let console: Console

  /// What to do for each target, by its name; a target that is not in it is published to.
  ///
  /// - Parameters:
  ///   - files: The distribution files that the command names.
  ///   - isWhole: Whether the command names nothing else that could be published.
  ///   - targets: The registries.
  /// - Returns: The decisions.
  /// - Throws: `ErrorCode.releaseConflict` if a registry has a file of the same name with other contents, and the errors
  ///   of asking.
  func decide(
    _ files: [DistributionFile], isWhole: Bool, at targets: [any Registry]
  ) async throws(BrokerError) -> [String: ReleaseDecision] {
    var local: [ReleaseComparison.LocalFile] = []
    for file in files {
      guard let name = DistributionName(path: file.path) else {
        say("\(UntrustedText.neutralized(file.path)) names no project and is not compared with what is published")
        continue
      }
      local.append(.init(name, sha256: try FileDigest(of: file.path, code: .usage).sha256))
    }
    guard !local.isEmpty else { return [:] }
    let comparisons = try await compare(local, at: targets)
    try refuseConflicts(comparisons)
    var decisions: [String: ReleaseDecision] = [:]
    for (name, comparison) in comparisons {
      decisions[name] = decision(comparison, for: name, isWhole: isWhole && local.count == files.count)
    }
    return decisions
  }

  /// Asks the registries side by side; the results are in the order of the targets.
  private func compare(
    _ files: [ReleaseComparison.LocalFile], at targets: [any Registry]
  ) async throws(BrokerError) -> [(String, ReleaseComparison)] {
    let survey = ReleaseSurvey(time: broker.time)
    let results = await SideBySide.values(of: targets) { target -> Result<ReleaseComparison, BrokerError> in
      do throws(BrokerError) { return .success(try await survey.compare(files, at: target)) } catch {
        return .failure(error)
      }
    }
    var comparisons: [(String, ReleaseComparison)] = []
    for (target, result) in zip(targets, results) {
      do throws(BrokerError) { comparisons.append((target.name, try result.get())) } catch {
        let remedy = "\(error.remedy.map { "\($0) " } ?? "")--no-compare publishes without asking what is there."
        throw error.with(facts: error.facts, remedy: remedy)
      }
    }
    return comparisons
  }

  private func refuseConflicts(_ comparisons: [(String, ReleaseComparison)]) throws(BrokerError) {
    let facts = comparisons.flatMap { name, comparison in
      comparison.conflicts.map { BrokerError.Fact("\(name): \($0.label)", $0.value) }
    }
    guard let (name, comparison) = comparisons.first(where: { $0.1.verdict == .conflict }),
      let conflict = comparison.conflicts.first
    else { return }
    throw BrokerError(
      .releaseConflict, "\(name) has \(UntrustedText.quoted(conflict.label)) already, with other contents.",
      remedy: "A published file is never replaced: publish the very files that are there, or build a new version. "
        + "Nothing was published.",
      facts: facts)
  }

  private func decision(_ comparison: ReleaseComparison, for name: String, isWhole: Bool) -> ReleaseDecision {
    switch comparison.verdict {
    case .absent, .conflict: return .publish
    case .unknown(let reason):
      say("\(name): not compared with what is published: \(name) \(reason)")
      return .publish
    case .published where isWhole: return .alreadyPublished
    case .published, .partial:
      let names = comparison.published.map { UntrustedText.neutralized($0, limit: 120) }.joined(separator: ", ")
      say("\(name): already has \(names)")
      return .publishRest(published: Set(comparison.published))
    }
  }

  private func say(_ text: String) { console.error("\(text)\n") }
}
