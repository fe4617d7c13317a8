import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a process that holds secrets protects itself.
public enum ProcessHardening {
  /// Switches core files off, and what the Swift runtime says of a crash; closes this process's `/proc` entries to other
  /// processes of the user (Linux); makes sure that no file gets the number of a standard stream; and ignores SIGPIPE and
  /// SIGXFSZ, so that a reader that went away or a file that may not grow is an error and not the end.
  public static func apply() {
    broker_process_harden()
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Takes the variables from this process, so that no library that is opened or begun after this reads one: a TLS library
  /// that writes the keys of its connections to `SSLKEYLOGFILE`, or opens modules that `OPENSSL_CONF` names.
  ///
  /// To be called after ``BrokerCore/Environment/process()`` and before other threads start. Children get what they are given.
  public static func hideVariables() { broker_process_hide_environment() }
}
