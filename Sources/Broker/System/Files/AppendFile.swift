public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that somebody else made and that one record is added to, such as a GitHub step's outputs.
public final class AppendFile: Sendable {
  /// Which file it is.
  public let identity: FileIdentity
  private let path: String
  private let file: FileDescriptor

  /// Opens an existing regular file; a symbolic link is refused.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if it is missing, no regular file, or cannot be written.
  public init(_ path: String) throws(BrokerError) {
    let flags = O_APPEND | O_NOFOLLOW | O_NONBLOCK
    // A file that we may write but not read takes its record all the same.
    guard let file = FileDescriptor(path, firstOf: [flags | O_RDWR, flags | O_WRONLY]) else {
      throw StagedFile.failure("open", path, SystemError.last())
    }
    guard let (kind, _) = file.kindAndLength, kind == S_IFREG else {
      throw StagedFile.failure("write", path, "it is not a regular file")
    }
    self.path = path
    self.file = file
    identity = FileIdentity(of: path)
  }

  /// Adds a record with one call, so that no other writer's bytes come between; after a line end, where what is there has
  /// none at its end.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if not all of it was written.
  public func append(_ record: [UInt8]) throws(BrokerError) {
    let bytes = endsWithALine ? record : [UInt8(ascii: "\n")] + record
    let count = unsafe bytes.withUnsafeBytes { unsafe write(file.number, $0.baseAddress, $0.count) }
    guard count == bytes.count else {
      let failure = StagedFile.failure("write", path, count < 0 ? SystemError.last() : "only a part was written")
      if count > 0 { removeLast(count) }
      throw failure
    }
  }

  /// Whether the file is empty or its last byte is a line end; false where that cannot be told.
  private var endsWithALine: Bool {
    guard let (_, length) = file.kindAndLength else { return false }
    guard length > 0 else { return true }
    var last: UInt8 = 0
    // The kernel fills the byte within the call.
    return unsafe pread(file.number, &last, 1, off_t(length - 1)) == 1 && last == UInt8(ascii: "\n")
  }

  /// Takes back what this file's last write added, unless somebody else has written behind it.
  private func removeLast(_ count: Int) {
    let end = lseek(file.number, 0, SEEK_CUR)
    guard end >= count, let (_, length) = file.kindAndLength, length == end else { return }
    _ = ftruncate(file.number, end - off_t(count))
  }
}
