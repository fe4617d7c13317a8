import BrokerCore
import BrokerSystem
import Synchronization

/// Runs a child and passes on the signals that only we were sent.
final class Supervisor: Sendable {
  private let child: ChildProcess
  private let surroundings: Surroundings
  private let signalled: @Sendable () -> Void
  /// Ends the child that does not end by itself after a signal.
  private let ending = Mutex<Task<Void, Never>?>(nil)

  /// The time that a child has to end after a signal was passed on.
  private static let patience: Duration = .seconds(10)

  /// - Parameters:
  ///   - child: The child, not started yet.
  ///   - surroundings: Where signals and timers come from.
  ///   - signalled: Called for each signal while the child runs.
  init(_ child: ChildProcess, in surroundings: Surroundings, signalled: @escaping @Sendable () -> Void = {}) {
    self.child = child
    self.surroundings = surroundings
    self.signalled = signalled
  }

  /// Runs the child to its end.
  ///
  /// A terminal sends its signals to the whole process group, so that an interrupt from there has reached the child
  /// already.
  func run() async throws(BrokerError) -> ChildExit {
    surroundings.console.waits?.childRuns(true)
    defer { surroundings.console.waits?.childRuns(false) }
    let result = await surroundings.signals.passing { [self] signal in
      signalled()
      if [.interrupt, .quit].contains(signal), StandardStreams.isForeground { return }
      child.send(signal.number)
      killLater()
    } during: { () async -> Result<ChildExit, CommandNotStarted> in
      do throws(CommandNotStarted) { return .success(try await child.run()) } catch { return .failure(error) }
    }
    ending.withLock { $0?.cancel() }
    do throws(CommandNotStarted) { return try result.get() } catch { throw error.asBrokerError }
  }

  private func killLater() {
    ending.withLock { ending in
      guard ending == nil else { return }
      ending = Task(executorPreference: surroundings.loop) { [child, loop = surroundings.loop] in
        do { try await loop.sleep(for: Self.patience) } catch { return }
        child.kill()
      }
    }
  }
}
