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
}
