public import BrokerCore
import CProcess
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs a command in a child process that owns our standard streams.
///
/// The child starts with every signal at its default and no descriptor above 2, and stays in our process group, so that a
/// terminal's signals reach it as they reach us. On Linux it is killed when we die.
public final class ChildProcess: Sendable {
  private let command: [String]
  private let environment: Environment
  private let identifier = Mutex<pid_t?>(nil)

  /// A command and its arguments, not started yet; the command is looked for in `environment`'s `PATH`.
  public init(_ command: [String], environment: Environment) {
    self.command = command
    self.environment = environment
  }

  /// Starts the child and waits for its end.
  ///
  /// - Returns: How it ended.
  /// - Throws: ``CommandNotStarted``.
  public func run() async throws(CommandNotStarted) -> ChildExit {
    let result = await withCheckedContinuation { completion in
      // The thread that starts the child has to live as long as it does: its end is what kills the child on Linux.
      DedicatedThread.start {
        completion.resume(returning: self.runOnThisThread())
      }
    }
    return try result.get()
  }

  /// Sends a signal to the child; does nothing if it is not running.
  public func send(_ number: Int32) {
    identifier.withLock { identifier in
      if let identifier { kill(identifier, number) }
    }
  }

  private func runOnThisThread() -> Result<ChildExit, CommandNotStarted> {
    var failure: Int32 = 0
    let child = start(&failure)
    guard child > 0 else {
      let name = command.first ?? ""
      return .failure(CommandNotStarted(name: name, failure: failure))
    }
    identifier.withLock { $0 = child }
    waitUntilEnded(child)
    // Nobody signals a child that has been waited for: its number may be another process's.
    return identifier.withLock { identifier in
      identifier = nil
      var isSignal: Int32 = 0
      var value: Int32 = 0
      _ = unsafe broker_process_wait(child, &isSignal, &value)
      return .success(isSignal != 0 ? .signalled(value) : .exited(value))
    }
  }

  /// Waits without taking the child's status, so that its number stays its own.
  private func waitUntilEnded(_ child: pid_t) {
    // The C library fills it within the call.
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
  }

  private func start(_ failure: inout Int32) -> pid_t {
    let paths = CommandSearch(command.first ?? "", in: environment).candidates
    let variables = environment.revealAll().map { "\($0)=\($1)" }
    // The pointers are used within these closures alone.
    return unsafe Self.withCStrings(paths) { paths in
      unsafe Self.withCStrings(command) { arguments in
        unsafe Self.withCStrings(variables) { variables in
          let constantPaths = unsafe UnsafeRawPointer(paths).assumingMemoryBound(to: UnsafePointer<CChar>?.self)
          return unsafe broker_process_start(constantPaths, arguments, variables, 0, 1, 2, &failure)
        }
      }
    }
  }

  /// Calls `body` with the texts as a C array that a null pointer ends.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe (copies + [nil]).withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("an array with an element has a start") }
      return unsafe body(start)
    }
  }
}
