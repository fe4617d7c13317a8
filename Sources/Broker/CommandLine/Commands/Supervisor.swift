import BrokerCore
import BrokerSystem

/// Runs a child and passes on the signals that only we were sent.
struct Supervisor: Sendable {
  private let child: ChildProcess
  private let signals: SignalRelay

  init(_ child: ChildProcess, signals: SignalRelay) {
    self.child = child
    self.signals = signals
  }

  /// Runs the child to its end.
  ///
  /// A terminal sends its signals to the whole process group, so that an interrupt from there has reached the child
  /// already.
  func run() async throws(BrokerError) -> ChildExit {
    let child = child
    let result = await signals.passing { signal in
      if signal == .interrupt, StandardStreams.isForeground { return }
      child.send(signal.number)
    } during: { () async -> Result<ChildExit, CommandNotStarted> in
      do throws(CommandNotStarted) { return .success(try await child.run()) } catch { return .failure(error) }
    }
    do throws(CommandNotStarted) { return try result.get() } catch { throw error.asBrokerError }
  }
}
