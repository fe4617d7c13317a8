import BrokerSystem
import Synchronization

/// Ends the run when a signal asks for it: in order at the first, at once at the next.
final class RunEnding: Sendable {
  private let work: Task<Void, Never>
  private let signals: SignalRelay
  private let began = Mutex<ContinuousClock.Instant?>(nil)

  /// The time that the work has to end in order, in seconds: more than an exchange that was sent and burning what comes of
  /// it may take.
  private static let orderlyLimit: UInt32 = 5
  /// The time that it has at a second signal, in seconds.
  private static let urgentLimit: UInt32 = 1
  /// The same signal from a terminal and from a program in between counts once.
  private static let sameSignal: Duration = .milliseconds(250)

  init(of work: Task<Void, Never>, _ signals: SignalRelay) {
    self.work = work
    self.signals = signals
  }

  /// A signal came.
  func signalled(_ signal: SignalRelay.Signal) {
    let first = began.withLock { began in
      defer { began = began ?? .now }
      return began
    }
    // Whatever is stuck, such as a write to a stream that nobody reads, must not keep the process.
    guard let first else {
      work.cancel()
      return ProcessEnd.later(128 + signal.number, seconds: Self.orderlyLimit)
    }
    guard .now - first > Self.sameSignal else { return }
    signals.cutShort()
    ProcessEnd.later(128 + signal.number, seconds: Self.urgentLimit)
  }
}
