import CProcess
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells of signals that ask the process to end, instead of ending it.
public final class SignalWatcher: Sendable {
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

  // Dispatch sources may be used on any thread (dispatch_source_create(3)); their protocol does not say so in Swift.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// Starts watching; `receive` is called for each signal, on a queue of its own.
  public init(_ receive: @escaping @Sendable (Signal) -> Void) {
    let queue = DispatchQueue(label: "token-broker.signals")
    // Whoever started us with nohup, or behind a script's back, wants us to outlive the terminal.
    let watched = Signal.allCases.filter {
      ![.hangUp, .quit].contains($0) || broker_signal_is_ignored($0.number) == 0
    }
    unsafe sources = watched.map { watched in
      // The source hears of an ignored signal, too.
      signal(watched.number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: watched.number, queue: queue)
      source.setEventHandler { receive(watched) }
      source.resume()
      return source
    }
  }

  /// Stops watching; the signals stay ignored.
  public func stop() {
    for source in unsafe sources { source.cancel() }
  }
}
