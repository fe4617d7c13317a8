import BrokerCore

/// Looks for files at an index after a tool has said that they are published.
struct ReleaseLookup: Sendable {
  let time: TimeSource
  let console: Console

  /// What was found.
  enum Finding: Sendable {
    /// What the index lists in the end.
    case compared(ReleaseComparison)
    /// The index does not say; the reason follows its name.
    case silent(Message)
    /// There was no answer.
    case failed(BrokerError)
  }

  /// The longest time that a run waits for lists, for all targets together.
  static let limit: Duration = .seconds(30)
  /// The time for one look after a command that failed.
  private static let glance: Duration = .seconds(5)
  /// The wait before the second question; it doubles each time.
  private static let shortestWait: Duration = .milliseconds(250)
  /// The longest wait between two questions.
  private static let longestWait: Duration = .seconds(8)

  /// Asks until the index lists all files, lists one with other contents, or cannot say.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - target: The registry.
  ///   - limit: How long it is asked again, since its list may be behind.
  /// - Returns: What was found in the end.
  func find(_ files: [ReleaseComparison.LocalFile], at target: Target, within limit: Duration) async -> Finding {
    await console.waiting(for: "\(Neutralized(target.name)) to list what was published") {
      await findAgain(files, at: target, within: limit)
    }
  }

  private func findAgain(
    _ files: [ReleaseComparison.LocalFile], at target: Target, within limit: Duration
  ) async -> Finding {
    let started = time.elapsed()
    var wait = Self.shortestWait
    var last: Finding?
    while true {
      let left = limit - (time.elapsed() - started)
      guard left > .zero else { return last ?? .silent("was not asked: the time for that was over") }
      let finding = await ask(files, at: target, RetryPolicy(total: left))
      // What was seen before counts more than a second look that failed.
      if case .failed = finding, let last { return last }
      last = finding
      guard case .compared(let comparison) = finding, [.absent, .partial].contains(comparison.verdict) else {
        return finding
      }
      guard time.elapsed() - started + wait < limit else { return finding }
      do { try await time.sleep(wait) } catch { return finding }
      wait = min(wait * 2, Self.longestWait)
    }
  }

  /// Asks once, after a command that failed: some of its files may have come.
  func glance(at target: Target, for files: [ReleaseComparison.LocalFile], within limit: Duration) async -> Finding {
    await ask(files, at: target, RetryPolicy(attempts: 1, total: min(limit, Self.glance)))
  }

  private func ask(
    _ files: [ReleaseComparison.LocalFile], at target: Target, _ policy: RetryPolicy
  ) async -> Finding {
    do throws(BrokerError) {
      let comparison = try await ReleaseSurvey(time: time, policy: policy).compare(files, at: target)
      if case .unknown(let reason) = comparison.verdict { return .silent(reason) }
      return .compared(comparison)
    } catch { return .failed(error) }
  }
}
