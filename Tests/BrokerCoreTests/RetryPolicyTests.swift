import BrokerCore
import Testing

struct RetryPolicyTests {
  private let policy = RetryPolicy()

  @Test func waitsLongerEachTime() {
    let retry = Recovery.retry(.nothingSent, after: nil)
    let waits = (1...3).map {
      policy.decide(afterAttempt: $0, recovery: retry, remaining: .seconds(60), random: 0.5)
    }
    #expect(waits == [.wait(.milliseconds(125)), .wait(.milliseconds(250)), .wait(.milliseconds(500))])
    let few = RetryPolicy(attempts: 4)
    #expect(few.decide(afterAttempt: 4, recovery: retry, remaining: .seconds(60), random: 0.5) == .stop)
  }

  /// Jitter or not, a run that is answered at once asks neither a handful of times nor without a pause.
  @Test(arguments: [0, 0.001, 0.5, 0.999]) func endsWithItsTimeAlone(_ random: Double) {
    var (remaining, attempts) = (policy.total, 0)
    while case .wait(let wait) = policy.decide(
      afterAttempt: attempts + 1, recovery: .retry(.refusedUnread, after: nil), remaining: remaining, random: random)
    {
      #expect(wait >= .milliseconds(25))
      remaining -= wait
      attempts += 1
    }
    #expect((10...2400).contains(attempts) && remaining <= .seconds(8), "\(attempts), \(remaining)")
  }

  /// Attempts, waits and times at the ends of what there is.
  @Test(
    "no number of attempts, wait or time overflows", arguments: [1, 2, 63, 64, 65, Int.max - 1, Int.max],
    [Duration.zero, .seconds(Int64.max), .seconds(Int64.min)])
  func survivesExtremes(_ attempt: Int, _ time: Duration) {
    for policy in [
      RetryPolicy(), RetryPolicy(base: .zero), RetryPolicy(cap: .zero), RetryPolicy(base: time, cap: time, total: time),
    ] {
      for after in [nil, Duration.zero, time] {
        let decision = policy.decide(
          afterAttempt: attempt, recovery: .retry(.mayHaveArrived, after: after), remaining: time, random: 0.999)
        if case .wait(let wait) = decision { #expect(wait < time) }
      }
    }
  }

  @Test func neverWaitsLongerThanTheCap() {
    let patient = RetryPolicy(attempts: 100)
    for attempt in 1..<100 {
      guard
        case .wait(let wait) = patient.decide(
          afterAttempt: attempt, recovery: .retry(.mayHaveArrived, after: nil), remaining: .seconds(600), random: 0.999)
      else {
        Issue.record("stopped at \(attempt)")
        return
      }
      #expect(wait <= .seconds(8))
    }
  }

  @Test func stopsWhereNothingHelps() {
    #expect(policy.decide(afterAttempt: 1, recovery: .none, remaining: .seconds(60), random: 0) == .stop)
  }

  @Test func honoursTheServersWish() {
    let wish = Recovery.retry(.mayHaveArrived, after: .seconds(5))
    #expect(policy.decide(afterAttempt: 1, recovery: wish, remaining: .seconds(60), random: 0.1) == .wait(.seconds(5)))
    #expect(
      policy.decide(afterAttempt: 1, recovery: wish, remaining: .seconds(5), random: 0.1) == .stopUntil(.seconds(5)))
  }

  @Test func staysWithinTheTimeLeft() {
    let retry = Recovery.retry(.nothingSent, after: nil)
    #expect(
      policy.decide(afterAttempt: 3, recovery: retry, remaining: .milliseconds(400), random: 0.9) == .stop)
  }
}
