public import BrokerCore
import Synchronization

/// Clocks for tests: a wait passes at once and moves them on.
public final class FakeTime: Sendable {
  private struct State {
    var now: UnixTime
    var elapsed: Duration = .zero
    var waits: [Duration] = []
  }

  private let state: Mutex<State>
  private let held: Set<Duration>

  /// Clocks that begin at `now`.
  ///
  /// - Parameters:
  ///   - now: The wall clock.
  ///   - held: Waits of these lengths end only when they are cancelled; those of the engine's time limits, so that a limit
  ///     does not pass while something else waits.
  public init(now: UnixTime = UnixTime(1_795_000_000), holding held: Set<Duration> = [.seconds(60), .seconds(3)]) {
    state = Mutex(State(now: now))
    self.held = held
  }

  /// The waits that have passed, in order.
  public var waits: [Duration] { state.withLock { $0.waits } }

  /// The wall clock.
  public var now: UnixTime { state.withLock { $0.now } }

  /// Sets the wall clock, as somebody may do while a run goes on; the other clock does not follow.
  public func setWallClock(_ now: UnixTime) { state.withLock { $0.now = now } }

  /// Clocks for a run; the random number is always the same.
  public func source(random: Double = 0.5) -> TimeSource {
    TimeSource(
      now: { self.state.withLock { $0.now } },
      elapsed: { self.state.withLock { $0.elapsed } },
      sleep: { duration in
        guard !self.held.contains(duration) else { return try await Task.sleep(for: .seconds(3600)) }
        try Task.checkCancellation()
        self.state.withLock { state in
          state.waits.append(duration)
          state.elapsed += duration
          state.now = state.now.advanced(by: duration.components.seconds)
        }
      },
      random: { random })
  }
}
