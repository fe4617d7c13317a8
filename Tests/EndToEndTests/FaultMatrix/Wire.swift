#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One TCP connection, byte by byte; closed when nobody refers to it.
final class Wire: Sendable {
  private let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// A connection to a port of 127.0.0.1; `isAsked` only: the answer is not waited for.
  static func connect(to port: Int, isAsked: Bool = false) -> Wire? {
    guard let number = makeSocket() else { return nil }
    if isAsked { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
    let result = unsafe withLoopback(port) { unsafe systemConnect(number, $0, $1) }
    guard result == 0 || isAsked else {
      close(number)
      return nil
    }
    return Wire(number)
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
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe systemSend(number, $0.baseAddress, $0.count, noSignal) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return false }
    }
    return true
  }

  @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Ends both directions in order.
  func end() { _ = shutdown(number, Int32(SHUT_RDWR)) }

  /// Makes the connection end with a reset instead of in order, once it is closed.
  func resetAtEnd() {
    var now = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }

  /// Waits so many milliseconds; true if the other side ends the connection meanwhile.
  func hasEnded(within milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&waiting, 1, milliseconds) > 0 && receive().isEmpty
  }

  /// Waits until the other side ends the connection.
  func waitForEnd() { while !receive().isEmpty {} }

  /// Passes on what comes from the other connection until that has ended.
  func copy(from other: Wire) {
    while case let bytes = other.receive(), !bytes.isEmpty, send(bytes) {}
    _ = shutdown(number, Int32(SHUT_WR))
  }
}

/// A port of 127.0.0.1 that no other test gets while this lives; a program that shares ports may listen on it.
final class HeldPort: Sendable {
  let port: Int
  /// Bound, without listening: a port that became free would be another test's at once.
  private let holder: Int32

  init?() {
    guard let holder = makeSocket() else { return nil }
    self.holder = holder
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isHeld = unsafe share(holder) && withLoopback(0) { unsafe bind(holder, $0, $1) } == 0
    let isNamed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(holder, $0, &length) == 0 }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    guard isHeld, isNamed else { return nil }
  }

  deinit { close(holder) }
}

/// A port of 127.0.0.1 that is listened on; once that has ended, nobody else gets it as long as this lives.
final class WireListener: Sendable {
  private let held: HeldPort
  private let number: Int32

  /// Listens; `backlog` connections wait while nobody accepts.
  init?(backlog: Int32 = 64) {
    guard let held = HeldPort(), let number = makeSocket() else { return nil }
    self.held = held
    self.number = number
    let isBound = unsafe share(number) && withLoopback(held.port) { unsafe bind(number, $0, $1) } == 0
    guard isBound, listen(number, backlog) == 0 else { return nil }
  }

  deinit { close(number) }

  var port: Int { held.port }

  /// The next connection; nil once the listener has ended.
  func accept() -> Wire? {
    while true {
      let accepted = systemAccept(number)
      if accepted >= 0 {
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Wire(accepted)
      }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }

  /// Refuses connections from here on.
  func end() { _ = shutdown(number, Int32(SHUT_RDWR)) }
}

/// Lets others listen on the socket's port, too.
private func share(_ socket: Int32) -> Bool {
  var on: Int32 = 1
  return unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size)) == 0
}

private func makeSocket() -> Int32? {
  #if canImport(Darwin)
    let number = socket(AF_INET, SOCK_STREAM, 0)
  #else
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
  #endif
  return number >= 0 ? number : nil
}

private func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

#if canImport(Darwin)
  private let noSignal: Int32 = 0
  private func systemConnect(_ number: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    unsafe Darwin.connect(number, address, length)
  }
  private func systemSend(_ number: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    unsafe Darwin.send(number, bytes, count, flags)
  }
  private func systemAccept(_ number: Int32) -> Int32 { Darwin.accept(number, nil, nil) }
#else
  private let noSignal = Int32(MSG_NOSIGNAL)
  private func systemConnect(_ number: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    unsafe Glibc.connect(number, address, length)
  }
  private func systemSend(_ number: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    unsafe Glibc.send(number, bytes, count, flags)
  }
  private func systemAccept(_ number: Int32) -> Int32 { Glibc.accept(number, nil, nil) }
#endif
