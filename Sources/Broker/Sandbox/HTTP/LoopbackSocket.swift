#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A TCP socket on loopback, closed when nobody refers to it.
final class LoopbackSocket: Sendable {
  fileprivate let number: Int32

  private init(_ number: Int32) {
    self.number = number
    #if canImport(Darwin)
      var on: Int32 = 1
      _ = unsafe setsockopt(number, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  deinit { close(number) }

  /// A socket that listens on 127.0.0.1, and its port; nil if that fails.
  static func listening(port: UInt16 = 0) -> (socket: LoopbackSocket, port: Int)? {
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #else
      let kind = Int32(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue))
    #endif
    let number = socket(AF_INET, kind, 0)
    guard number >= 0 else { return nil }
    let result = LoopbackSocket(number)
    var on: Int32 = 1
    // The C library copies what these pointers refer to within each call.
    _ = unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(number, pointer, length) == 0 && listen(number, 128) == 0
          && getsockname(number, pointer, &length) == 0
      }
    }
    return isBound ? (result, Int(UInt16(bigEndian: address.sin_port))) : nil
  }

  /// The next connection; nil once the socket is shut down.
  func accept() -> LoopbackSocket? {
    while true {
      #if canImport(Darwin)
        let accepted = Darwin.accept(number, nil, nil)
      #else
        let accepted = Glibc.accept(number, nil, nil)
      #endif
      if accepted >= 0 {
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        var on: Int32 = 1
        _ = unsafe setsockopt(
          accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return LoopbackSocket(accepted)
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      // There are too many connections: the next one can be had when another has ended.
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: _ = poll(nil, 0, 20)
      default: return nil
      }
    }
  }

  /// Some bytes; empty at the end or after a failure.
  func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
      if count >= 0 { return Array(buffer[..<count]) }
      guard errno == EINTR else { return [] }
    }
  }

  /// Sends all bytes; false if the other side does not take them.
  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      #if canImport(Darwin)
        let count = unsafe rest.withUnsafeBytes { unsafe Darwin.send(number, $0.baseAddress, $0.count, flags) }
      #else
        let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(number, $0.baseAddress, $0.count, flags) }
      #endif
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return false }
    }
    return true
  }

  /// Ends both directions: whoever waits on the socket is woken.
  func shutDown() { _ = shutdown(number, Int32(SHUT_RDWR)) }
}

extension LoopbackSocket {
  /// Waits so many milliseconds; true if the other side, or ``shutDown()``, ends the connection meanwhile.
  func hasEnded(within milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&waiting, 1, milliseconds) > 0 && receive().isEmpty
  }
}
