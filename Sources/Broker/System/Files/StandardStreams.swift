public import BrokerCore
import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The streams that a process is given.
public enum StandardStreams {
  /// One of the three.
  public enum Stream: Int32, Sendable {
    /// Standard input.
    case input = 0
    /// Standard output.
    case output = 1
    /// Standard error.
    case error = 2
  }

  /// Whether a stream is a terminal.
  public static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

  /// How many columns the terminal has that a stream is; nil for any other file, and for a terminal that does not say.
  public static func columns(of stream: Stream) -> Int? {
    let columns = Int(broker_terminal_columns(stream.rawValue))
    return columns > 0 ? columns : nil
  }

  /// Whether two streams are one file, so that the order of what is written to both can be seen.
  static func areSameFile(_ first: Stream, _ second: Stream) -> Bool {
    var (left, right) = (stat(), stat())
    // The C library fills these within the calls.
    guard unsafe fstat(first.rawValue, &left) == 0, unsafe fstat(second.rawValue, &right) == 0 else { return false }
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino
  }

  /// Whether this process group is the one that its terminal's signals go to.
  public static var isForeground: Bool {
    // The descriptor closes with the scope.
    guard let terminal = FileDescriptor("/dev/tty", flags: O_RDONLY | O_NOCTTY) else { return false }
    return tcgetpgrp(terminal.number) == getpgrp()
  }

  /// Writes all bytes to standard output.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if nobody reads it any more, or it cannot be written.
  public static func writeOutput(_ bytes: [UInt8]) throws(BrokerError) {
    guard FileDescriptor.writeAll(bytes, to: Stream.output.rawValue) else {
      throw BrokerError(
        .deliveryFailed, "Cannot write to standard output: \(SystemError.last()).",
        remedy: "Check what reads it.")
    }
  }

  /// Writes to standard error; a failure is ignored.
  public static func writeError(_ bytes: [UInt8]) {
    _ = FileDescriptor.writeAll(bytes, to: Stream.error.rawValue)
  }

  /// Writes to standard error, and fails if that cannot be done.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if it cannot be written.
  public static func writeErrorSurely(_ bytes: [UInt8]) throws(BrokerError) {
    guard FileDescriptor.writeAll(bytes, to: Stream.error.rawValue) else {
      throw BrokerError(
        .deliveryFailed, "Cannot write to standard error: \(SystemError.last()).", remedy: "Check what reads it.")
    }
  }

  /// Some bytes of standard input; empty at its end, or if it cannot be read.
  public static func readSomeInput(atMost count: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      // The C library fills it within the call.
      let length = unsafe buffer.withUnsafeMutableBytes { unsafe read(Stream.input.rawValue, $0.baseAddress, $0.count) }
      if length >= 0 { return Array(buffer[..<length]) }
      guard errno == EINTR else { return [] }
    }
  }

  /// Reads standard input to its end, at most `maximumBytes`; cancelling the task ends the wait for it.
  ///
  /// - Throws: `ErrorCode.usage` if it cannot be read, `ErrorCode.interrupted` if the task was cancelled.
  public static func readInput(maximumBytes: Int) async throws(BrokerError) -> [UInt8] {
    let (results, completion) = AsyncStream<Result<[UInt8], BrokerError>>.makeStream()
    // A blocked read cannot be cancelled; its thread ends with the process.
    DedicatedThread.start {
      if let bytes = FileDescriptor.readAll(from: Stream.input.rawValue, maximum: maximumBytes) {
        completion.yield(.success(bytes))
      } else {
        completion.yield(
          .failure(BrokerError(.usage, "Cannot read standard input: \(SystemError.last()).")))
      }
    }
    for await result in results { return try result.get() }
    throw BrokerError(.interrupted, "The run was ended while it waited for standard input.")
  }
}
