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
    #expect(policy.decide(afterAttempt: 4, recovery: retry, remaining: .seconds(60), random: 0.5) == .stop)
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
