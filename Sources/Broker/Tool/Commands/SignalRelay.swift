import BrokerSystem
import Synchronization

/// Passes the signals that ask us to end to whoever has to act on them.
final class SignalRelay: Sendable {
  typealias Signal = SignalWatcher.Signal

  private struct State {
    var receivers: [@Sendable (Signal) -> Void] = []
    var received: Signal?
    var act: (@Sendable (Signal) -> Void)?
    var cutShort: [@Sendable () -> Void] = []
    var isCutShort = false
  }

  private let state = Mutex(State())

  /// Starts watching.
  func start() {
    SignalWatcher.start { [self] signal in
      let receiver = state.withLock { state in
        state.received = signal
        return state.receivers.last ?? state.act
      }
      receiver?(signal)
    }
  }

  /// Sets what a signal does while no command has asked for signals; one that came before does it now.
  func otherwise(_ act: @escaping @Sendable (Signal) -> Void) {
    let missed = state.withLock { state in
      state.act = act
      return state.received
    }
    if let missed { act(missed) }
  }

  /// The last signal; nil if there was none.
  var received: Signal? { state.withLock { $0.received } }

  /// Sets what ends a request at once, for whoever asks a second time.
  func atUrgency(_ act: @escaping @Sendable () -> Void) {
    let isCutShort = state.withLock { state in
      state.cutShort.append(act)
      return state.isCutShort
    }
    if isCutShort { act() }
  }

  /// Ends every request at once.
  func cutShort() {
    let acts = state.withLock { state in
      state.isCutShort = true
      return state.cutShort
    }
    for act in acts { act() }
  }

  /// Sends signals to `receiver` while `body` runs; one that came before is sent at once.
  func passing<Value>(
    to receiver: @escaping @Sendable (Signal) -> Void, during body: () async -> Value
  ) async -> Value {
    let missed = state.withLock { state in
      state.receivers.append(receiver)
      return state.received
    }
    if let missed { receiver(missed) }
    defer { state.withLock { _ = $0.receivers.popLast() } }
    return await body()
  }
}
