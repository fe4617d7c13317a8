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

    /// The number that the system gives it.
    public var number: Int32 { self == .interrupt ? SIGINT : SIGTERM }
  }

  // Dispatch sources may be used on any thread (dispatch_source_create(3)); their protocol does not say so in Swift.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// Starts watching; `receive` is called for each signal, on a queue of its own.
  public init(_ receive: @escaping @Sendable (Signal) -> Void) {
    let queue = DispatchQueue(label: "token-broker.signals")
    unsafe sources = Signal.allCases.map { watched in
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
