import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a process that holds secrets protects itself, and keeps what it takes small.
public enum ProcessHardening {
  /// Switches core files off, and what the Swift runtime says of a crash; closes this process's `/proc` entries to other
  /// processes of the user (Linux); makes sure that no file gets the number of a standard stream; and ignores SIGPIPE and
  /// SIGXFSZ, so that a reader that went away or a file that may not grow is an error and not the end.
  public static func apply() {
    broker_process_harden()
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Has all threads share one heap: each of ours does little and ends soon, and a heap of its own is asked for, filled with
  /// pages and given back for that.
  ///
  /// To be called before other threads start.
  public static func keepOneHeap() { broker_process_keep_one_heap() }

  /// Takes the variables from this process, so that no library that is opened or begun after this reads one: a TLS library
  /// that writes the keys of its connections to `SSLKEYLOGFILE`, or opens modules that `OPENSSL_CONF` names.
  ///
  /// To be called after ``BrokerCore/Environment/process()`` and before other threads start. Children get what they are given.
  public static func hideVariables() { broker_process_hide_environment() }
}
