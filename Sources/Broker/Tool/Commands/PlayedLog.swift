import BrokerCore
import BrokerSandbox
import Synchronization

/// What a runner that is played makes of a command's output, on its way to our standard output.
final class PlayedLog: StreamFilter {
  private let runner: Mutex<any SandboxRunner>

  init(_ runner: any SandboxRunner) {
    self.runner = Mutex(runner)
  }

  /// A line that has no end yet is the runner's to keep; it is not shown before its time.
  var isHoldingBack: Bool { false }

  func apply(_ bytes: ArraySlice<UInt8>) -> [UInt8] { runner.withLock { $0.read(bytes) } }

  func flush() -> [UInt8] { runner.withLock { $0.end() } }

  /// The other places where people see the run, a line each.
  func page(_ files: [SandboxStepFile]) -> [String] { runner.withLock { $0.page(files) } }
}
