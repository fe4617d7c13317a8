import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The end of this process.
public enum ProcessEnd {
  /// Ends at once, with a status; what other threads do is not waited for.
  public static func now(_ status: Int32) -> Never {
    _exit(status)
  }

  /// Ends after so many seconds, unless the process has ended by then.
  public static func later(_ status: Int32, seconds: UInt32) {
    let isWatched = DedicatedThread.startIfPossible {
      sleep(seconds)
      now(status)
    }
    // If there is no thread left, an alarm ends the process with a status of its own.
    if !isWatched { alarm(seconds) }
  }
}
