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

/// Runs a command in a child process.
///
/// The child starts with every signal at its default and no descriptor above 2, and stays in our process group, so that a
/// terminal's signals reach it as they reach us. On Linux it is killed when we die.
public final class ChildProcess: Sendable {
  private enum State {
    case notStarted(signals: [Int32])
    case running(pid_t)
    case ended
  }

  private let command: [String]
  private let environment: Environment
  private let streams: ChildStreams
  private let state = Mutex(State.notStarted(signals: []))
  private let relays = Mutex<[OutputRelay]>([])

  /// A command and its arguments, not started yet; the command is looked for in `environment`'s `PATH`.
  public init(_ command: [String], environment: Environment, streams: ChildStreams = .inherited) {
    self.command = command
    self.environment = environment
    self.streams = streams
  }

  /// Starts the child and waits for its end; some of its output may still be on its way then.
  ///
  /// - Returns: How it ended.
  /// - Throws: ``CommandNotStarted``.
  public func run() async throws(CommandNotStarted) -> ChildExit {
    let result = await withCheckedContinuation { completion in
      // The thread that starts the child has to live as long as it does: its end is what kills the child on Linux.
      let isStarted = DedicatedThread.startIfPossible {
        completion.resume(returning: self.runOnThisThread())
      }
      if !isStarted {
        completion.resume(returning: .failure(CommandNotStarted(name: self.command.first ?? "", failure: EAGAIN)))
      }
    }
    return try result.get()
  }

  /// Waits until what the child wrote has been relayed, and at most a second for what it left running.
  public func outputRelayed() async {
    for relay in relays.withLock({ $0 }) { await relay.end() }
  }

  /// Sends a signal to the child, at its start if it has not started; does nothing if it has ended.
  public func send(_ number: Int32) {
    state.withLock { state in
      switch state {
      case .notStarted(let signals): state = .notStarted(signals: signals + [number])
      case .running(let child): Self.signal(child, number)
      case .ended: break
      }
    }
  }

  /// Ends the child at once; it cannot refuse.
  public func kill() { send(SIGKILL) }

  /// Gives the child's terminals the size of ours, and tells the child.
  public func terminalChanged() {
    let terminals = relays.withLock { $0.filter(\.isTerminal) }
    guard !terminals.isEmpty else { return }
    for terminal in terminals { terminal.copySize() }
    send(SIGWINCH)
  }

  private static func signal(_ child: pid_t, _ number: Int32) {
    #if canImport(Glibc)
      _ = Glibc.kill(child, number)
    #elseif canImport(Musl)
      _ = Musl.kill(child, number)
    #else
      _ = Darwin.kill(child, number)
    #endif
  }

  private func runOnThisThread() -> Result<ChildExit, CommandNotStarted> {
    let name = command.first ?? ""
    guard let (output, error) = streams.relays() else {
      return .failure(CommandNotStarted(name: name, failure: errno))
    }
    let all = output === error ? [output].compactMap { $0 } : [output, error].compactMap { $0 }
    guard all.allSatisfy({ $0.start() }) else {
      for relay in all { relay.abandon() }
      return .failure(CommandNotStarted(name: name, failure: EAGAIN))
    }
    // They are known before the child starts: the terminal's size may change at once.
    relays.withLock { $0 = all }
    var failure: Int32 = 0
    let child = start(output?.childEnd ?? 1, error?.childEnd ?? 2, &failure)
    guard child > 0 else {
      relays.withLock { $0 = [] }
      for relay in all { relay.abandon() }
      return .failure(CommandNotStarted(name: name, failure: failure))
    }
    for relay in all { relay.childStarted() }
    state.withLock { state in
      if case .notStarted(let signals) = state { for number in signals { Self.signal(child, number) } }
      state = .running(child)
    }
    waitUntilEnded(child)
    // A child that has been reaped gets no signal: another process may have its number.
    let exit = state.withLock { state in
      state = .ended
      var isSignal: Int32 = 0
      var value: Int32 = 0
      _ = unsafe broker_process_wait(child, &isSignal, &value)
      return isSignal != 0 ? ChildExit.signalled(value) : .exited(value)
    }
    for relay in all { relay.childEnded() }
    return .success(exit)
  }

  /// Waits without taking the child's status, so that its number stays its own.
  private func waitUntilEnded(_ child: pid_t) {
    // The C library fills it within the call.
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
  }

  private func start(_ output: Int32, _ error: Int32, _ failure: inout Int32) -> pid_t {
    ChildStart(
      paths: CommandSearch(command.first ?? "", in: environment).candidates, words: command,
      variables: environment.revealAll(), input: 0, output: output, error: error, apart: nil
    ).start(&failure)
  }
}

/// How a child process ended.
public enum ChildExit: Sendable, Equatable {
  /// By itself, with a status.
  case exited(Int32)
  /// By a signal.
  case signalled(Int32)

  /// The status a shell would give: the child's own, or 128 and the signal's number.
  public var status: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let number): 128 + number
    }
  }
}

/// Why a command could not be started.
public struct CommandNotStarted: Error, Sendable, Equatable {
  /// The command's name.
  public let name: String
  /// The system's reason in words.
  public let reason: Message
  /// The exit status that env(1) gives: 127 if there is no such command, 126 if it cannot be run.
  public let status: Int32

  init(name: String, failure: Int32) {
    self.name = name
    reason = SystemError.text(failure)
    status = failure == ENOENT ? 127 : 126
  }

  /// The failure in the reader's words.
  public var asBrokerError: BrokerError {
    BrokerError(
      status == 127 ? .commandNotFound : .commandNotRunnable,
      "Cannot run \(Neutralized.quoted(name)): \(reason).",
      remedy: "Check the command behind -- and the PATH.")
  }
}
