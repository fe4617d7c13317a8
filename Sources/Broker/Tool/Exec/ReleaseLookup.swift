import BrokerCore

/// Looks for files at an index after a tool has said that they are published.
struct ReleaseLookup: Sendable {
  let time: TimeSource
  let console: Console
  /// How long the index is asked again: its list may be behind.
  let limit: Duration

  /// The wait before the second question; it doubles each time.
  private static let shortestWait: Duration = .milliseconds(250)
  /// The longest wait between two questions.
  private static let longestWait: Duration = .seconds(8)

  /// Asks until the index lists all files, or cannot say.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - target: The registry.
  ///   - tool: The tool's name, for the error.
  /// - Throws: `ErrorCode.releaseMissing` if the index does not list them within the limit, and the errors of asking.
  func find(
    _ files: [ReleaseComparison.LocalFile], at target: Target, after tool: String
  ) async throws(BrokerError) {
    let survey = ReleaseSurvey(time: time)
    let started = time.elapsed()
    var wait = Self.shortestWait
    while true {
      let comparison = try await survey.compare(files, at: target)
      switch comparison.verdict {
      case .published, .unknown: return
      case .absent, .partial, .conflict: break
      }
      if wait == Self.shortestWait { console.error("\(target.name): waiting until it lists what was published\n") }
      guard time.elapsed() - started + wait < limit else {
        let missing = comparison.absent + comparison.conflicts.map(\.label)
        throw BrokerError(
          .releaseMissing,
          "\(tool) ended with status 0, but \(target.name) does not list \(Self.text(missing)) with these contents.",
          remedy:
            "Look at what \(tool) printed, and whether upload-url of \(target.name) redirects: some tools then end "
            + "well and publish nothing. Run exec again when the list is right; --no-compare does not look.")
      }
      do { try await time.sleep(wait) } catch { return }
      wait = min(wait * 2, Self.longestWait)
    }
  }

  private static func text(_ names: [String]) -> String {
    names.map { UntrustedText.quoted($0, limit: 120) }.joined(separator: ", ")
  }
}
