import BrokerCore
import Synchronization

/// What the engine's events showed, by registry.
final class CheckNotes: Sendable {
  /// What was seen of one target.
  struct Seen: Sendable {
    var audience: (Audience, isExpected: Bool)?
    var clockSkew: Int64?
    var token: TokenFacts?
    var job: JobIdentity?
    /// What audited rules would have refused.
    var audited: [BrokerError] = []
  }

  private let all = Mutex<[String: Seen]>([:])

  /// Takes an event down.
  func note(_ event: EngineEvent, now: UnixTime) {
    all.withLock { all in
      var seen = all[event.registry] ?? Seen()
      switch event {
      case .audienceAnswered(_, let answer): seen.clockSkew = answer.serverTime.map { now.seconds(since: $0) }
      case .audienceAccepted(_, let audience, let expected): seen.audience = (audience, expected)
      case .identityTokenReceived(_, let token, let job): (seen.token, seen.job) = (TokenFacts(token.claims), job)
      case .audited(_, let error): seen.audited.append(error)
      default: return
      }
      all[event.registry] = seen
    }
  }

  /// What was seen of a registry.
  subscript(registry: String) -> Seen { all.withLock { $0[registry] } ?? Seen() }
}
