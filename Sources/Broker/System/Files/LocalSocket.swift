public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A socket of this machine that has a path, closed when nobody refers to it.
public final class LocalSocket: Sendable {
  private let number: Int32

  /// The greatest length of a path in bytes that every system takes.
  private static let longestPath = 100

  private init(_ number: Int32) {
    self.number = number
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      var on: Int32 = 1
      // The C library copies it within the call.
      _ = unsafe setsockopt(number, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  deinit { close(number) }

  /// A socket that listens at a path where nothing is.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails.
  public static func listening(at path: String) throws(BrokerError) -> LocalSocket {
    guard let made = unsafe make(path, { unsafe bind($0, $1, $2) == 0 && listen($0, 16) == 0 }) else {
      throw BrokerError(
        .deliveryFailed, "Cannot listen at \(Neutralized.quoted(path)): \(SystemError.last()).",
        remedy: "Set TMPDIR to a folder with a short path that this job may write to.")
    }
    return made
  }

  /// A connection to the socket at a path; nil if nobody listens there.
  public static func connected(to path: String) -> LocalSocket? {
    unsafe make(path) { unsafe connect($0, $1, $2) == 0 }
  }

  private static func make(
    _ path: String, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) -> LocalSocket? {
    let bytes = Array(path.utf8)
    guard bytes.count <= longestPath, !bytes.contains(0) else {
      errno = ENAMETOOLONG
      return nil
    }
    #if canImport(Glibc)
      let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let number = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    guard number >= 0 else { return nil }
    let result = LocalSocket(number)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    // The C library reads the address within the call.
    let isUsed = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe use(number, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return isUsed ? result : nil
  }

  /// The next connection; nil once the socket is shut down.
  public func accept() -> LocalSocket? {
    while true {
      #if canImport(Glibc)
        let accepted = Glibc.accept(number, nil, nil)
      #elseif canImport(Musl)
        let accepted = Musl.accept(number, nil, nil)
      #else
        let accepted = Darwin.accept(number, nil, nil)
      #endif
      if accepted >= 0 { return LocalSocket(accepted) }
      guard [EINTR, ECONNABORTED].contains(errno) else { return nil }
    }
  }

  /// Some bytes; empty at the end, after a failure, and where none come within the time.
  public func receive(within milliseconds: Int32 = -1) -> [UInt8] {
    var waiting = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      // The C library fills both within the calls.
      let ready = unsafe poll(&waiting, 1, milliseconds)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return [] }
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
      if count >= 0 { return Array(buffer[..<count]) }
      guard errno == EINTR else { return [] }
    }
  }

  /// Sends all bytes; false if the other side does not take them.
  @discardableResult public func send(_ bytes: [UInt8]) -> Bool {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        #if canImport(Glibc)
          return unsafe Glibc.send(number, bytes.baseAddress, bytes.count, flags)
        #elseif canImport(Musl)
          return unsafe Musl.send(number, bytes.baseAddress, bytes.count, flags)
        #else
          return unsafe Darwin.send(number, bytes.baseAddress, bytes.count, flags)
        #endif
      }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return false }
    }
    return true
  }

  /// Says that nothing more is sent; what the other side sends is still received.
  public func endSending() { _ = shutdown(number, Int32(SHUT_WR)) }

  /// Ends both directions: whoever waits on the socket is woken.
  public func shutDown() { _ = shutdown(number, Int32(SHUT_RDWR)) }
}
