import Synchronization

/// The attempts of one target within the policy's total time: what is waited for, and when to try again.
final class Attempts: Sendable {
  private let target: Target
  private let policy: RetryPolicy
  private let time: TimeSource
  private let observe: @Sendable (EngineEvent) -> Void
  private let started: Duration
  /// What is being waited for, for the message when time runs out: two steps run side by side.
  private let steps = Mutex<[Message]>([])
  private let clockSaid = Mutex(false)

  init(_ target: Target, engine: Engine) {
    self.target = target
    policy = engine.policy
    time = engine.time
    observe = engine.observe
    started = time.elapsed()
  }

  /// Carries out a step, again and again while that may help.
  ///
  /// - Parameters:
  ///   - words: What is waited for, for the message when time runs out.
  ///   - made: How many attempts have been made before.
  ///   - work: The step; another attempt at it counts once among what is waited for.
  /// - Returns: What came of it, and the number of the attempt.
  /// - Throws: The failure after which no other attempt is made.
  func repeating<Value: Sendable>(
    _ words: Message, after made: Int = 0, _ work: () async throws(BrokerError) -> Value
  ) async throws(BrokerError) -> (value: Value, attempt: Int) {
    var attempt = made + 1
    while true {
      let failure: BrokerError
      enter(words)
      do throws(BrokerError) {
        let value = try await work()
        leave(words)
        return (value, attempt)
      } catch { failure = error }
      try await pause(after: failure, attempt: attempt)
      attempt += 1
    }
  }

  /// Notes what is waited for.
  func enter(_ words: Message) { steps.withLock { if !$0.contains(words) { $0.append(words) } } }

  /// Notes that it is waited for no more.
  func leave(_ words: Message) { steps.withLock { $0.removeAll { $0 == words } } }

  /// Whether this was read before: the difference of the clocks is reported once.
  var isClockSaid: Bool {
    clockSaid.withLock { isSaid in
      defer { isSaid = true }
      return isSaid
    }
  }

  /// Waits before the next attempt.
  ///
  /// - Throws: `failure` if there is no next attempt.
  func pause(after failure: BrokerError, attempt: Int) async throws(BrokerError) {
    guard failure.code != .interrupted else { throw failure }
    let passed = time.elapsed() - started
    let decision = policy.decide(
      afterAttempt: attempt, recovery: failure.recovery, remaining: policy.total - passed, random: time.random())
    switch decision {
    case .stop:
      guard attempt > 1, failure.recovery != .none else { throw failure }
      throw failure.with(
        message: "\(failure.message) That was attempt \(attempt), after \(passed.components.seconds) s.")
    case .stopUntil(let wait): throw failure.with(remedy: RetryPolicy.remedy(after: wait), recovery: Recovery.none)
    case .wait(let wait):
      observe(.retrying(registry: target.name, failure, after: wait))
      do { try await time.sleep(wait) } catch {
        throw failure.with(
          .interrupted, message: "The run was ended before another attempt. \(failure.message)", recovery: Recovery.none
        )
      }
    }
  }

  /// The error that the total time is over; `loss` says what may be left behind.
  func timeIsOver(_ loss: Message?) -> BrokerError {
    BrokerError(
      .timedOut,
      "\(Neutralized(target.name)): the time limit of \(policy.total.components.seconds) s passed while "
        + "\(steps.withLock { $0.joined(separator: " and ") })." + (loss.map { " \($0)" } ?? ""),
      remedy: "Check the network, or give more time with --timeout.")
  }
}
