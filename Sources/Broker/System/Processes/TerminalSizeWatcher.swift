import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells when our terminal has another size.
public final class TerminalSizeWatcher: Sendable {
  // Dispatch sources may be used on any thread (dispatch_source_create(3)); their protocol does not say so in Swift.
  private nonisolated(unsafe) let source: any DispatchSourceSignal

  /// Starts watching; `changed` is called on a queue of its own.
  public init(_ changed: @escaping @Sendable () -> Void) {
    unsafe source = DispatchSource.makeSignalSource(
      signal: SIGWINCH, queue: DispatchQueue(label: "token-broker.terminal-size"))
    unsafe source.setEventHandler(handler: changed)
    // The source sees no signal before its queue has registered it.
    unsafe source.setRegistrationHandler(handler: changed)
    unsafe source.resume()
  }

  /// Stops watching.
  public func stop() { unsafe source.cancel() }
}
