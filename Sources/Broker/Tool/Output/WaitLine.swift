import BrokerCore
import BrokerSystem
import Synchronization

/// Says what is waited for once that takes more than two seconds: on a terminal in a line that goes away, in a log once.
///
/// The line belongs to nobody: whatever is written meanwhile takes its place, and it comes back below.
final class WaitLine: Sendable {
  private struct State {
    /// What is waited for, the oldest first.
    var waits: [(number: Int, text: Message, began: ContinuousClock.Instant)] = []
    var next = 0
    var isDrawn = false
    /// How many children write to the terminal now, between whose lines nothing of ours belongs.
    var children = 0
    var said: Set<Message> = []
  }

  private let state = Mutex(State())
  private let isTerminal: Bool
  private let columns: Int
  private let loop: EventLoop
  private let logGuard: LogGuard

  /// What takes no longer is not worth a line.
  private static let patience: Duration = .seconds(2)

  /// A line on standard error.
  init(_ style: TextStyle, _ logGuard: LogGuard, on loop: EventLoop) {
    isTerminal = StandardStreams.isTerminal(.error)
    columns = style.layout.columns
    self.logGuard = logGuard
    self.loop = loop
  }

  /// Does something that may take long.
  ///
  /// - Parameters:
  ///   - text: What is waited for, behind "waiting for".
  ///   - body: What takes long.
  /// - Returns: What that gives.
  /// - Throws: What that throws.
  func during<Value, Failure: Error>(
    _ text: Message, _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let number = state.withLock { state in
      defer { state.next += 1 }
      state.waits.append((state.next, text, .now))
      return state.next
    }
    let notice = Task(executorPreference: loop) { await self.show(number) }
    defer {
      notice.cancel()
      state.withLock { state in
        state.waits.removeAll { $0.number == number }
        clear(&state)
      }
    }
    return try await body()
  }

  /// Writes to a stream while the line is not there.
  func without<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    // A failure is carried out of the lock, whose closure throws nothing.
    let result = state.withLock { (state) -> Result<Value, Failure> in
      clear(&state)
      do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// A child begins to write to our streams, or has ended.
  func childRuns(_ runs: Bool) {
    state.withLock { state in
      clear(&state)
      state.children += runs ? 1 : -1
    }
  }

  private func show(_ number: Int) async {
    do { try await loop.sleep(for: Self.patience) } catch { return }
    while true {
      state.withLock { state in
        guard let wait = state.waits.first(where: { $0.number == number }), !Task.isCancelled, state.children == 0
        else {
          return
        }
        if isTerminal { draw(&state) } else { say(wait.text, &state) }
      }
      guard isTerminal else { return }
      do { try await loop.sleep(for: .seconds(1)) } catch { return }
    }
  }

  private func say(_ text: Message, _ state: inout State) {
    guard state.said.insert(text).inserted else { return }
    StandardStreams.writeError(Array(logGuard.harmless("waiting for \(text)\n" as Message).utf8))
  }

  /// The wait that began first, in one line of the terminal.
  private func draw(_ state: inout State) {
    guard let wait = state.waits.first else { return }
    let seconds = (ContinuousClock.now - wait.began).components.seconds
    let line: Message = "waiting for \(wait.text) (\(seconds) s)"
    let shown = String(logGuard.harmless(line).prefix(max(20, columns - 1)))
    StandardStreams.writeError(Array("\r\u{1B}[K\(shown)".utf8))
    state.isDrawn = true
  }

  private func clear(_ state: inout State) {
    guard state.isDrawn else { return }
    state.isDrawn = false
    StandardStreams.writeError(Array("\r\u{1B}[K".utf8))
  }
}

/// Sends requests, and says for which host's answer it waits long.
struct PatientTransport: HTTPTransport {
  let base: any HTTPTransport
  let waits: WaitLine

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    try await waits.during("\(request.url.origin.authority) to answer") { () async throws(HTTPFailure) in
      try await base.send(request)
    }
  }

  func cutShort() { base.cutShort() }
}
