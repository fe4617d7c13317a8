import BrokerCore
import Synchronization

/// A transport whose answer is held back until the request is cancelled, or given up.
final class HeldTransport: HTTPTransport {
  private struct State {
    var hasArrived = false
    var wasCancelled = false
    var isGivenUp = false
    var waiting: CheckedContinuation<Void, Never>?
    var watching: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let respond: @Sendable (HTTPRequest) -> Result<HTTPResponse, HTTPFailure>

  /// A transport; `respond` answers a request that was given up: so that who did not end it gets what it asked for.
  init(_ respond: @escaping @Sendable (HTTPRequest) -> Result<HTTPResponse, HTTPFailure>) { self.respond = respond }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (isOver, watcher) = state.withLock { state in
          state.hasArrived = true
          let isOver = state.wasCancelled || state.isGivenUp
          if !isOver { state.waiting = continuation }
          defer { state.watching = nil }
          return (isOver, state.watching)
        }
        watcher?.resume()
        if isOver { continuation.resume() }
      }
    } onCancel: {
      end { $0.wasCancelled = true }
    }
    guard !state.withLock({ $0.wasCancelled }) else { throw HTTPFailure(.cancelled, arrival: .mayHaveArrived) }
    return try respond(request).get()
  }

  private func end(_ change: (inout State) -> Void) {
    let continuations = state.withLock { state in
      change(&state)
      defer { (state.waiting, state.watching) = (nil, nil) }
      return [state.waiting, state.watching]
    }
    for continuation in continuations { continuation?.resume() }
  }

  /// Cancels a call as soon as its request is under way.
  ///
  /// - Parameters:
  ///   - patience: How long the request may take to come, and to end after that.
  ///   - call: The call, which should send one request.
  /// - Returns: What was wrong; nil if the request ended with the call, and the call gave nothing.
  func cancelled<Value: Sendable>(
    within patience: Duration, _ call: @escaping @Sendable () async throws(BrokerError) -> Value
  ) async -> String? {
    let work = Task { () -> Bool in
      do throws(BrokerError) { _ = try await call() } catch { return false }
      return true
    }
    let timer = Task {
      try? await Task.sleep(for: patience)
      if !Task.isCancelled { end { $0.isGivenUp = true } }
    }
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        let isThere = state.hasArrived || state.isGivenUp
        if !isThere { state.watching = continuation }
        return isThere
      }
      if isThere { continuation.resume() }
    }
    guard state.withLock({ $0.hasArrived }) else {
      work.cancel()
      return "no request was sent"
    }
    work.cancel()
    let hasGiven = await work.value
    timer.cancel()
    guard state.withLock({ $0.wasCancelled }) else { return "a cancelled request goes on" }
    return hasGiven ? "a cancelled call gave something all the same" : nil
  }
}
