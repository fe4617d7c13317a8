import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The C library's error of the last call.
enum SystemError {
  /// The error in words, such as `Permission denied`.
  static func last() -> Message { text(errno) }

  /// An error number in words.
  static func text(_ number: Int32) -> Message {
    // The text is copied before the next call can change it.
    Message(Neutralized(unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"))
  }
}
