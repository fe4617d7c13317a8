#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file, closed when it goes out of scope.
struct FileDescriptor: ~Copyable, Sendable {
  let number: Int32

  /// Opens a path; nil if that fails, and `errno` says why.
  init?(_ path: String, flags: Int32, mode: mode_t = 0) {
    let path = path.systemBytes
    var number: Int32
    repeat { number = unsafe open(path, flags | O_CLOEXEC, mode) } while number < 0 && errno == EINTR
    guard number >= 0 else { return nil }
    self.number = number
  }

  /// Opens a path in the first of several ways that works; nil if none does, and `errno` says why the last did not.
  init?(_ path: String, firstOf ways: [Int32]) {
    var number: Int32 = -1
    for flags in ways where number < 0 {
      repeat { number = unsafe open(path, flags | O_CLOEXEC) } while number < 0 && errno == EINTR
    }
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }

  /// Closes a descriptor that nobody else closes; false if that fails.
  static func closed(_ number: Int32) -> Bool { close(number) == 0 }

  /// The kind of file (`S_IFREG` and others) and its length in bytes; nil if that cannot be told.
  var kindAndLength: (kind: mode_t, length: Int)? {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { return nil }
    return (status.st_mode & S_IFMT, Int(status.st_size))
  }

  /// Writes all bytes; false if that fails, and `errno` says why.
  func writeAll(_ bytes: [UInt8]) -> Bool { Self.writeAll(bytes, to: number) }

  /// Writes all bytes to an open file, waiting where it does not take them yet.
  static func writeAll(_ bytes: [UInt8], to number: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&waiting, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Reads to the end, at most `maximum` bytes; nil if that fails, and `errno` says why.
  static func readAll(from number: Int32, maximum: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while bytes.count < maximum {
      let wanted = min(buffer.count, maximum - bytes.count)
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, wanted) }
      if count == 0 { break }
      if count > 0 { bytes += buffer[..<count] } else if errno != EINTR { return nil }
    }
    return bytes
  }
}
