import BrokerCore
import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells of signals that ask the process to end, instead of ending it.
public enum SignalWatcher {
  /// The signals that are watched.
  public enum Signal: Sendable, CaseIterable {
    /// The user interrupted, or the runner cancelled.
    case interrupt
    /// Somebody asked the process to end.
    case terminate
    /// The terminal went away.
    case hangUp
    /// The user quit at the terminal.
    case quit

    /// The number that the system gives it.
    public var number: Int32 {
      switch self {
      case .interrupt: SIGINT
      case .terminate: SIGTERM
      case .hangUp: SIGHUP
      case .quit: SIGQUIT
      }
    }
  }

  /// Starts watching; `receive` is called for each signal, on a thread of its own.
  ///
  /// To be called before the first other thread starts: threads take over which signals do not interrupt them.
  public static func start(_ receive: @escaping @Sendable (Signal) -> Void) {
    // Somebody who starts us with nohup wants us to outlive the terminal.
    let watched = Signal.allCases.filter {
      ![.hangUp, .quit].contains($0) || broker_signal_is_ignored($0.number) == 0
    }
    // The C library fills and reads the set within each call.
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in watched { unsafe sigaddset(&set, signal.number) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    // Where a parent left a signal ignored, some systems do not let us wait for it.
    for watched in watched { signal(watched.number, SIG_DFL) }
    let isWatching = DedicatedThread.startIfPossible { [set] in
      while true {
        var set = set
        var number: Int32 = 0
        guard unsafe sigwait(&set, &number) == 0 else { return }
        if let signal = watched.first(where: { $0.number == number }) { receive(signal) }
      }
    }
    // Where the system has no thread left, a signal does what it does to any program.
    if !isWatching { unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil) }
  }
}
