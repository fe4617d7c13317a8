public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes programs that are text.
public enum RunnableText {
  /// Makes a new file that its owner may write and everybody may run, as far as the process's mask allows.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails, or there is one already.
  public static func write(_ path: String, _ bytes: [UInt8]) throws(BrokerError) {
    guard let file = FileDescriptor(path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o755),
      file.writeAll(bytes)
    else { throw StagedFile.failure("write", path, SystemError.last()) }
  }
}
