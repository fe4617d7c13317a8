/// When and how soon a failed step is tried again: a pure value.
public struct RetryPolicy: Sendable, Equatable {
  /// The greatest number of attempts for a step, the first included.
  ///
  /// Time is what limits a run: an outage that passes lasts seconds, and a handful of attempts is over before it passes.
  public var attempts: Int
  /// The wait before the second attempt, before jitter; it doubles each time.
  public var base: Duration
  /// The longest wait, before jitter.
  public var cap: Duration
  /// The time a target may take in all.
  public var total: Duration

  /// A policy; the defaults are as many attempts as 60 s allow, 250 ms apart doubling up to 8 s, with jitter.
  public init(
    attempts: Int = .max, base: Duration = .milliseconds(250), cap: Duration = .seconds(8),
    total: Duration = .seconds(60)
  ) {
    self.attempts = attempts
    self.base = base
    self.cap = cap
    self.total = total
  }

  /// What to do after a failure.
  public enum Decision: Sendable, Equatable {
    /// Try again after a wait.
    case wait(Duration)
    /// Another attempt would not help, or there are none left.
    case stop
    /// The server asks for a longer wait than there is time.
    case stopUntil(Duration)
  }

  /// What to do about a wait that is longer than the time left.
  static func remedy(after wait: Duration) -> Message {
    "Try again in \(wait.components.seconds) s: the server asks for that long a wait."
  }

  /// Carries out work, again and again while that may help, within the total time.
  ///
  /// - Returns: What came of it.
  /// - Throws: The failure after which no other attempt is made.
  func repeating<Value: Sendable>(
    by time: TimeSource, _ work: () async throws(BrokerError) -> Value
  ) async throws(BrokerError) -> Value {
    let started = time.elapsed()
    var attempt = 1
    while true {
      let failure: BrokerError
      do throws(BrokerError) { return try await work() } catch { failure = error }
      let remaining = total - (time.elapsed() - started)
      switch decide(afterAttempt: attempt, recovery: failure.recovery, remaining: remaining, random: time.random()) {
      case .stop: throw failure
      case .stopUntil(let wait): throw failure.with(remedy: Self.remedy(after: wait))
      case .wait(let wait): do { try await time.sleep(wait) } catch { throw failure }
      }
      attempt += 1
    }
  }

  /// Decides what to do.
  ///
  /// - Parameters:
  ///   - attempt: The number of the attempt that failed, from 1.
  ///   - recovery: What may follow the failure.
  ///   - remaining: The time left for the target.
  ///   - random: A random number in `0..<1`, for the jitter.
  /// - Returns: Whether to try again, and when.
  public func decide(
    afterAttempt attempt: Int, recovery: Recovery, remaining: Duration, random: Double
  ) -> Decision {
    guard case .retry(_, let after) = recovery else { return .stop }
    if let after, after >= remaining { return .stopUntil(after) }
    guard attempt < attempts else { return .stop }
    var ceiling = min(base, cap)
    var left = max(1, attempt) - 1
    while left > 0, ceiling > .zero, cap > ceiling {
      ceiling = min(ceiling * 2, cap)
      left -= 1
    }
    // A tenth at least: jitter must not make the attempts follow each other at once.
    let jittered = max(ceiling * random, min(base, cap) / 10)
    let wait = max(after ?? .zero, jittered)
    return wait < remaining ? .wait(wait) : .stop
  }
}
