/// Looks for who published a project last: best effort, within a short time, and only when that helps.
public struct EvidenceSearch: Sendable {
  private let time: TimeSource

  /// The time that the search may take.
  public static let limit: Duration = .seconds(3)

  /// A search by these clocks.
  public init(time: TimeSource) {
    self.time = time
  }

  /// The last attested release of a target's project; nil if there is none, or it cannot be told in time.
  public func lastRelease(of target: Target) async -> PublishedRelease? {
    guard let name = target.project, let history = target.registry.capabilities.history else { return nil }
    let outcome = await TimeLimit(Self.limit, time: time).run { () async -> PublishedRelease? in
      do throws(BrokerError) { return try await history.lastRelease(of: name) } catch { return nil }
    }
    switch outcome {
    case .finished(let release), .cutOff(let release): return release
    }
  }
}
