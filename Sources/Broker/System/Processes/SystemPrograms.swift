public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs programs of this machine for plug-ins.
public struct SystemPrograms: ProgramRunning {
  /// The machine's programs.
  public init() {}

  /// Runs a program to its end, or to its deadline.
  ///
  /// A process that made a session of its own is not in the program's group any more, and outlives it.
  ///
  /// - Throws: `ErrorCode.programRefused` if its file is not what it is held to; `ErrorCode.programFailed` if it cannot be started, is to read or writes more than it may, or does not end in
  ///   time; `ErrorCode.interrupted` if the task was cancelled.
  public func run(_ program: Program) async throws(BrokerError) -> ProgramResult {
    let name = Neutralized.quoted(program.words.first ?? "")
    func failure(_ reason: Message, _ remedy: Message) -> BrokerError {
      BrokerError(.programFailed, reason, remedy: remedy)
    }
    if let obstacle = Self.obstacle(to: program) {
      throw failure("Cannot run \(name): \(obstacle).", "Change how the plug-in calls the program.")
    }
    guard let run = ProgramRun(program) else {
      throw failure("Cannot run \(name): \(SystemError.last()).", "Run fewer programs at the same time.")
    }
    switch await run.end() {
    case .ended(let result): return result
    case .refused(let refusal):
      throw BrokerError(.programRefused, "\(name) is not run: \(refusal.reason).", remedy: refusal.remedy)
    case .notStarted(let number):
      throw failure(
        "Cannot run \(name): \(SystemError.text(number)).", "Check that the file is there and may be run.")
    case .stopped(.late):
      throw failure(
        "\(name) did not end within \(program.limit.milliseconds) milliseconds.",
        "Give it more time, or find out what it waits for.")
    case .stopped(.tooMuch(let stream)):
      throw failure(
        "\(name) wrote more than \(program.maximumBytes) bytes to \(stream).", "Have it write its answer alone.")
    case .stopped(.cancelled):
      throw BrokerError(.interrupted, "The run was ended while it waited for \(name).")
    }
  }

  /// Why a program is not started at all; nil if it may be.
  private static func obstacle(to program: Program) -> Message? {
    guard let path = program.words.first, path.hasPrefix("/") else { return "its path is not absolute" }
    let texts = program.words + program.environment.values
    guard !texts.contains(where: { $0.utf8.contains(0) }) else { return "a word or variable holds a zero byte" }
    let areNamed = program.environment.keys.allSatisfy { name in
      !name.isEmpty && !name.utf8.contains { [0, UInt8(ascii: "=")].contains($0) }
    }
    guard areNamed else { return "a variable's name is empty, or holds = or a zero byte" }
    guard program.input.count <= program.maximumBytes else {
      return "its input is longer than \(program.maximumBytes) bytes"
    }
    return nil
  }
}
