/// Judges the time claims of an identity token by two clocks, because either may be wrong.
struct ClockCheck: Sendable {
  /// What the clocks say.
  enum Verdict: Sendable, Equatable {
    /// Valid by this machine's clock, or there is nothing to judge by.
    case valid
    /// Valid by the server's clock only: this machine's clock is so many seconds ahead (negative: behind).
    case clockIsOff(Int64)
    /// Expired so many seconds ago by both clocks.
    case expired(Int64)
    /// Valid in so many seconds by both clocks.
    case notYetValid(Int64)
  }

  /// The difference that registries allow, in seconds (PyPI: 30).
  static let leeway: Int64 = 30

  /// Judges `claims` at `now`, and at the server's time where that is known.
  static func judge(_ claims: Claims, now: UnixTime, serverTime: UnixTime?) -> Verdict {
    let verdict = judge(claims, at: now)
    guard verdict != .valid, let serverTime else { return .valid }
    let second = judge(claims, at: serverTime)
    return second == .valid ? .clockIsOff(now.seconds(since: serverTime)) : second
  }

  private static func judge(_ claims: Claims, at moment: UnixTime) -> Verdict {
    if let expires = claims.time("exp") {
      let late = moment.seconds(since: expires)
      if late > leeway { return .expired(late) }
    }
    for name in ["nbf", "iat"] {
      guard let start = claims.time(name) else { continue }
      let early = start.seconds(since: moment)
      if early > leeway { return .notYetValid(early) }
    }
    return .valid
  }
}
