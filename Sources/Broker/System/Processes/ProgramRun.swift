import BrokerCore
import CProcess
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One run of a program: writes its input and reads its output until it ends or is ended.
final class ProgramRun: Sendable {
  /// What came of the run.
  enum Ending: Sendable {
    /// The program ended by itself, or by a signal of somebody else's.
    case ended(ProgramResult)
    /// It was not started: its file is not what it is held to.
    case refused(RunnableFile.Refusal)
    /// It did not start, for this error number.
    case notStarted(Int32)
    /// We ended it.
    case stopped(Stop)
  }

  /// Why we ended it.
  enum Stop: Sendable {
    /// It did not end in time.
    case late
    /// It wrote more than it may.
    case tooMuch(_ stream: Message)
    /// The task was cancelled.
    case cancelled
  }

  /// How long a program may take to end when it is asked to, and the system when it has to.
  private static let grace = Duration.seconds(1)

  private enum Child {
    case none
    case running(pid_t)
    case ended(ChildExit, isHeld: Bool)
  }

  private let program: Program
  private let child = Mutex(Child.none)
  private let isCancelled = Atomic(false)
  private let (input, output, error): (Pipe, Pipe, Pipe)
  /// Gets a byte when something other than output happens.
  private let news: Pipe

  /// A run; nil if the system has no more pipes, and `errno` says why.
  init?(_ program: Program) {
    guard let input = Pipe(), let output = Pipe(), let error = Pipe(), let news = Pipe() else { return nil }
    self.program = program
    (self.input, self.output, self.error, self.news) = (input, output, error, news)
    for number in [input.writing, output.reading, error.reading, news.reading] {
      _ = fcntl(number, F_SETFL, O_NONBLOCK)
    }
  }

  /// Runs the program to its end.
  func end() async -> Ending {
    await withTaskCancellationHandler {
      await withCheckedContinuation { completion in
        // The program is killed on Linux when the thread that started it ends.
        let isStarted = DedicatedThread.startIfPossible { completion.resume(returning: self.carryOut()) }
        if !isStarted { completion.resume(returning: .notStarted(EAGAIN)) }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .sequentiallyConsistent)
      tell()
    }
  }

  // MARK: The thread

  private func carryOut() -> Ending {
    if isCancelled.load(ordering: .sequentiallyConsistent) { return .stopped(.cancelled) }
    blockBrokenPipes()
    var failure: Int32 = 0
    let number: pid_t
    do throws(RunnableFile.Refusal) {
      // Kept until the program has started.
      let file = try RunnableFile(of: program)
      number = ChildStart(
        paths: [file.path], file: file.descriptor, words: program.words, variables: program.environment,
        input: input.reading, output: output.writing, error: error.writing, apart: program.folder
      ).start(&failure)
      file.close()
    } catch {
      return .refused(error)
    }
    guard number > 0 else { return .notStarted(failure) }
    child.withLock { $0 = .running(number) }
    input.closeReading()
    output.closeWriting()
    error.closeWriting()
    guard DedicatedThread.startIfPossible({ self.waitForEnd(of: number) }) else {
      signal(SIGKILL)
      reap(number)
      return .notStarted(EAGAIN)
    }
    return converse()
  }

  /// A program need not read its input; without this, SIGPIPE would end our process.
  private func blockBrokenPipes() {
    var signals = sigset_t()
    // The C library fills and reads the set within each call.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Writes and reads until the program has ended.
  private func converse() -> Ending {
    var rest = program.input[...]
    var written = (output: [UInt8](), error: [UInt8]())
    var stop: Stop?
    var isKilled = false
    var isCut = false
    var next = ContinuousClock.now + program.limit
    if rest.isEmpty { input.closeWriting() }

    func end(_ reason: Stop, with number: Int32) {
      stop = reason
      isKilled = number == SIGKILL
      signal(number)
      next = .now + Self.grace
      // From here on, its output does not count.
      input.closeWriting()
      output.closeReading()
      error.closeReading()
    }
    /// Takes what the program wrote, within its limit.
    func take(_ pipe: Pipe, _ bytes: inout [UInt8], _ name: Message) {
      guard !pipe.receive(into: &bytes, maximum: program.maximumBytes) else { return }
      end(.tooMuch(name), with: SIGKILL)
    }

    while true {
      let isNews = wait(until: next)
      if !rest.isEmpty { input.send(&rest) }
      take(output, &written.output, "standard output")
      take(error, &written.error, "standard error")
      if isNews { news.drain() }
      if case .ended(let exit, let isHeld) = child.withLock({ $0 }) {
        // The program may have written more between the last read and its end.
        if stop == nil { take(output, &written.output, "standard output") }
        if stop == nil { take(error, &written.error, "standard error") }
        if let stop { return .stopped(stop) }
        let (status, signal): (Int32?, Int32?) =
          switch exit {
          case .exited(let status): (status, nil)
          case .signalled(let number): (nil, number)
          }
        return .ended(
          ProgramResult(
            status: status, signal: signal, output: written.output, diagnostics: written.error, isHeld: isHeld))
      }
      if stop == nil, !isCut, isCancelled.load(ordering: .sequentiallyConsistent) {
        isCut = true
        next = min(next, .now + program.grace)
      }
      guard ContinuousClock.now >= next else { continue }
      switch stop {
      case nil: end(isCut ? .cancelled : .late, with: SIGTERM)
      case let reason? where !isKilled: end(reason, with: SIGKILL)
      // The system cannot end it now; it is reaped when it can.
      case let reason?: return .stopped(reason)
      }
    }
  }

  /// Waits until a pipe is ready, there is news, or the time has come; true if there may be news.
  private func wait(until end: ContinuousClock.Instant) -> Bool {
    // The system skips what is closed, a negative number.
    var files = [
      pollfd(fd: input.writing, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: error.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: news.reading, events: Int16(POLLIN), revents: 0),
    ]
    let left = end - .now
    let limit = left > .zero ? min(left.milliseconds, Int(Int32.max)) : 0
    // The kernel fills the list within the call.
    _ = unsafe poll(&files, nfds_t(files.count), Int32(limit))
    return files[3].revents != 0
  }

  // MARK: The child

  /// Waits for the program's end on a thread of its own, ends what is left of its group, and says so.
  private func waitForEnd(of number: pid_t) {
    // Its number stays its own until it is reaped; the C library fills the information within the call.
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    reap(number, isHeld: output.isHeld || error.isHeld)
    tell()
  }

  private func reap(_ number: pid_t, isHeld: Bool = false) {
    child.withLock { child in
      // Nobody else can have this group's number before the program is reaped.
      _ = kill(-number, SIGKILL)
      var isSignal: Int32 = 0
      var value: Int32 = 0
      _ = unsafe broker_process_wait(number, &isSignal, &value)
      child = .ended(isSignal != 0 ? .signalled(value) : .exited(value), isHeld: isHeld)
    }
  }

  /// Sends a signal to the program's group, unless the program has ended.
  private func signal(_ number: Int32) {
    child.withLock { child in
      if case .running(let leader) = child { _ = kill(-leader, number) }
    }
  }

  private func tell() { _ = FileDescriptor.writeAll([0], to: news.writing) }
}

/// A pipe whose ends are closed one by one, and at the latest when nobody has it any more.
private final class Pipe: Sendable {
  private let ends: Mutex<(reading: Int32, writing: Int32)>
  /// How long somebody has to have an end that is written to count, in milliseconds.
  private static let patience: Int32 = 100

  /// A pipe; nil if there is none, and `errno` says why.
  init?() {
    guard let ends = ChildPipe.openPipe() else { return nil }
    self.ends = Mutex((ends.reading, ends.writing))
  }

  deinit {
    closeReading()
    closeWriting()
  }

  /// The end that is read; negative when it is closed.
  var reading: Int32 { ends.withLock { $0.reading } }
  /// The end that is written; negative when it is closed.
  var writing: Int32 { ends.withLock { $0.writing } }

  /// Whether somebody has the end that is written; false if the end that is read is closed.
  var isHeld: Bool {
    ends.withLock { ends in
      guard ends.reading >= 0 else { return false }
      var file = pollfd(fd: ends.reading, events: 0, revents: 0)
      // The kernel fills it within the call, and says that nobody writes whatever is left to read. A child that this process
      // is about to start has a copy for some moments.
      return unsafe poll(&file, 1, Self.patience) == 0
    }
  }

  func closeReading() {
    ends.withLock { ends in
      if ends.reading >= 0 { close(ends.reading) }
      ends.reading = -1
    }
  }

  func closeWriting() {
    ends.withLock { ends in
      if ends.writing >= 0 { close(ends.writing) }
      ends.writing = -1
    }
  }

  /// Adds what there is to read, and closes the pipe at its end; false if there is more than `maximum` in all.
  func receive(into bytes: inout [UInt8], maximum: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let number = reading
      guard number >= 0 else { return true }
      // The kernel fills the buffer within the call.
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes += buffer[..<count]
        if bytes.count > maximum { return false }
      } else if count < 0, errno == EAGAIN {
        return true
      } else if count == 0 || errno != EINTR {
        closeReading()
      }
    }
  }

  /// Writes as much as is taken now, and closes the pipe behind the last byte or when nobody reads.
  func send(_ bytes: inout ArraySlice<UInt8>) {
    while !bytes.isEmpty {
      let number = writing
      guard number >= 0 else { return }
      // The kernel reads the bytes within the call.
      let count = unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        break
      }
    }
    closeWriting()
  }

  /// Throws away what there is to read.
  func drain() {
    var bytes: [UInt8] = []
    _ = receive(into: &bytes, maximum: .max)
  }
}
