public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The clocks and the randomness of this machine.
public enum SystemTime {
  /// The wall clock, a clock that is never set, and the system's random number generator.
  public static let source = source { try await Task.sleep(for: $0) }

  /// The same with the timers of `loop`.
  public static func source(on loop: EventLoop) -> TimeSource { source { try await loop.sleep(for: $0) } }

  private static func source(sleep: @escaping @Sendable (Duration) async throws -> Void) -> TimeSource {
    TimeSource(
      now: { UnixTime(Int64(time(nil))) }, elapsed: { ContinuousClock.now - start }, sleep: sleep,
      random: { Double.random(in: 0..<1) })
  }

  private static let start = ContinuousClock.now
}
