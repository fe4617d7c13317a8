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
  /// Switches core files off, and what the Swift runtime says of a crash; closes this process's `/proc` entries to other
  /// processes of the user (Linux); makes sure that no file gets the number of a standard stream; and ignores SIGPIPE and
  /// SIGXFSZ, so that a reader that went away or a file that may not grow is an error and not the end.
  public static func apply() {
    broker_process_harden()
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}
