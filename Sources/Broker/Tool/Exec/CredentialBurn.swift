import BrokerCore
import BrokerSystem
import Synchronization

/// Burns the credentials of a target, once each, as soon as nobody needs them or time is running out.
final class CredentialBurn: Sendable {
  private struct State {
    var held: [Credential] = []
    var work: [Task<Void, Never>] = []
    var isSignalled = false
  }

  private let engine: Engine
  private let target: Target
  private let loop: EventLoop
  private let state = Mutex(State())

  /// How long after a signal the command is waited for.
  private static let patience: Duration = .seconds(4)

  init(engine: Engine, target: Target, on loop: EventLoop) {
    self.engine = engine
    self.target = target
    self.loop = loop
  }

  /// Adds a credential to those that are to be burned.
  func add(_ credential: Credential) { state.withLock { $0.held.append(credential) } }

  /// Says that a signal asked us to end: what is held is burned after 4 seconds, whether the command has ended or not.
  func signalled() {
    let isFirst = state.withLock { state in
      defer { state.isSignalled = true }
      return !state.isSignalled
    }
    guard isFirst else { return }
    Task(executorPreference: loop) { [self] in
      try? await engine.time.sleep(Self.patience)
      begin()
    }
  }

  /// Burns what is held, and waits for that.
  func finish() async {
    begin()
    for task in state.withLock({ $0.work }) { await task.value }
  }

  /// Burns what is held when the last of the output has been relayed, and a second after the command has ended if nobody
  /// takes that.
  func finish(after rest: () async -> Void) async {
    let timer = Task(executorPreference: loop) { [self] in
      guard (try? await engine.time.sleep(.seconds(1))) != nil else { return }
      begin()
    }
    await rest()
    timer.cancel()
    await finish()
  }

  private func begin() {
    state.withLock { state in
      guard !state.held.isEmpty else { return }
      let credentials = state.held
      let limit = state.isSignalled ? Engine.burnLimitAtEnd : Engine.burnLimit
      state.held = []
      state.work.append(
        Task(executorPreference: loop) { [engine, target] in
          await engine.burn(credentials, at: [target], within: limit)
        })
    }
  }
}
