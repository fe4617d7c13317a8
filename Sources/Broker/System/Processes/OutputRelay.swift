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

/// Carries what a child writes to one of our streams, byte for byte.
final class OutputRelay: Sendable {
  /// What the child writes to.
  let childEnd: Int32
  /// Whether that is a terminal.
  let isTerminal: Bool

  private let reading: Int32
  private let destination: Int32
  private let filter: (any StreamFilter)?
  private let tail: OutputTail
  private let isRelaying = Atomic(false)
  /// Written to when the child has ended.
  private let ending: ChildPipe.Ends?
  private let done = Mutex<(isOver: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

  /// How long a process that the child left behind may keep the stream open, in milliseconds.
  private static let patience: Int64 = 1000
  /// How long a beginning of a secret is held back, in milliseconds.
  private static let heldBack: Int64 = 200

  init(from ends: ChildPipe.Ends, to destination: Int32, filter: (any StreamFilter)?, tail: OutputTail) {
    childEnd = ends.writing
    reading = ends.reading
    isTerminal = ends.isTerminal
    self.destination = destination
    self.filter = filter
    self.tail = tail
    ending = ChildPipe.openPipe()
  }

  /// Begins to relay; false if the system has no thread left.
  func start() -> Bool {
    let isStarted = DedicatedThread.startIfPossible { self.relay() }
    if isStarted { isRelaying.store(true, ordering: .relaxed) }
    return isStarted
  }

  /// Closes our copy of the child's end; the child has its own.
  func childStarted() { close(childEnd) }

  /// Gives up a relay whose child did not start.
  func abandon() {
    close(childEnd)
    // Nobody writes to it, so its thread finds the end and closes the rest.
    guard !isRelaying.load(ordering: .relaxed) else { return }
    close(reading)
    closeEnding()
    finish()
  }

  /// Says that the child has ended: the relay passes on what is left, and waits for more for at most a second.
  func childEnded() {
    if let ending { _ = FileDescriptor.writeAll([0], to: ending.writing) }
  }

  /// Gives the child's terminal the size of ours.
  func copySize() {
    guard isTerminal else { return }
    broker_terminal_copy_size(destination, reading)
  }

  /// Waits until everything is relayed.
  func end() async {
    await withCheckedContinuation { continuation in
      let isOver = done.withLock { state in
        if !state.isOver { state.waiting.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  // MARK: The thread

  private func relay() {
    var filter = filter
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    var deadline: Int64?
    var isOpen = true
    while isOpen {
      switch wait(until: deadline, holdingBack: filter?.isHoldingBack ?? false, isChildAlive: deadline == nil) {
      case .childEnded: deadline = Self.now() + Self.patience
      case .timeIsOver: isOpen = false
      case .quiet: isOpen = pass(filter?.flush() ?? [])
      case .readable:
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(reading, $0.baseAddress, $0.count) }
        guard count > 0 else {
          // A terminal answers EIO when nobody has its other end any more.
          isOpen = count < 0 && (errno == EINTR || errno == EAGAIN)
          continue
        }
        isOpen = pass(filter?.apply(buffer[..<count]) ?? Array(buffer[..<count]))
      }
    }
    _ = pass(filter?.flush() ?? [])
    // The child learns from this that nobody reads any more.
    close(reading)
    closeEnding()
    finish()
  }

  private enum Wake {
    case readable
    case childEnded
    case quiet
    case timeIsOver
  }

  private func wait(until deadline: Int64?, holdingBack: Bool, isChildAlive: Bool) -> Wake {
    var files = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
    if isChildAlive, let ending { files.append(pollfd(fd: ending.reading, events: Int16(POLLIN), revents: 0)) }
    while true {
      let left = deadline.map { max(0, $0 - Self.now()) }
      let limit = [left, holdingBack ? Self.heldBack : nil].compactMap { $0 }.min() ?? -1
      // The kernel fills the list within the call.
      let count = unsafe poll(&files, nfds_t(files.count), Int32(limit))
      if count < 0, errno == EINTR { continue }
      if count == 0 { return holdingBack && limit != left ? .quiet : .timeIsOver }
      // What the child wrote goes before its end.
      if files[0].revents != 0 || count < 0 { return .readable }
      return .childEnded
    }
  }

  /// Passes bytes on; false if nobody takes them any more.
  private func pass(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else { return true }
    tail.append(bytes, to: destination)
    return FileDescriptor.writeAll(bytes, to: destination)
  }

  private func closeEnding() {
    guard let ending else { return }
    close(ending.reading)
    close(ending.writing)
  }

  private func finish() {
    let waiting = done.withLock { state in
      state.isOver = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private static func now() -> Int64 {
    var time = timespec()
    // The C library fills it within the call.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
