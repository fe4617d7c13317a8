import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A pipe, or a terminal in its place, between a child and us.
enum ChildPipe {
  /// The two ends; each is closed by its owner.
  struct Ends: Sendable {
    /// What we read.
    let reading: Int32
    /// What the child writes.
    let writing: Int32
    /// Whether it is a terminal.
    let isTerminal: Bool
  }

  /// A pipe; nil if there is none, and `errno` says why.
  static func openPipe() -> Ends? {
    var ends: [Int32] = [-1, -1]
    // The C library fills the two numbers within the call.
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return Ends(reading: ends[0], writing: ends[1], isTerminal: false)
  }

  /// A terminal of the size of another, which passes on what is written to it as it is; nil if there is none, and `errno`
  /// says why.
  static func openTerminal(like terminal: Int32) -> Ends? {
    var (reading, writing) = (Int32(-1), Int32(-1))
    // The two numbers are filled within the call.
    guard unsafe broker_terminal_open(terminal, &reading, &writing) == 0 else { return nil }
    return Ends(reading: reading, writing: writing, isTerminal: true)
  }
}
