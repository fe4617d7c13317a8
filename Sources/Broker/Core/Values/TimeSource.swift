/// The clocks and the randomness of a run, as values that tests replace.
public struct TimeSource: Sendable {
  /// The wall clock.
  public let now: @Sendable () -> UnixTime
  /// Time since some fixed moment, from a clock that is never set.
  public let elapsed: @Sendable () -> Duration
  /// Suspends for a duration; ends early by throwing when the task is cancelled.
  public let sleep: @Sendable (Duration) async throws -> Void
  /// A random number from 0 up to, but not including, 1.
  public let random: @Sendable () -> Double

  /// Clocks made of closures.
  ///
  /// - Parameters:
  ///   - now: The wall clock.
  ///   - elapsed: A clock that is never set.
  ///   - sleep: Suspends; throws when the task is cancelled.
  ///   - random: A random number in `0..<1`.
  public init(
    now: @escaping @Sendable () -> UnixTime,
    elapsed: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.elapsed = elapsed
    self.sleep = sleep
    self.random = random
  }
}
