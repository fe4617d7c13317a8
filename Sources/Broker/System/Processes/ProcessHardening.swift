import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a process that holds secrets does about itself.
public enum ProcessHardening {
  /// Switches core files off, closes this process's `/proc` entries to other processes of the user (Linux), and ignores
  /// SIGPIPE, so that a reader that went away is an error and not the end.
  public static func apply() {
    broker_process_harden()
    signal(SIGPIPE, SIG_IGN)
  }
}
