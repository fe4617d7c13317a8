public import BrokerCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written beside its destination and takes its place as a whole.
///
/// It is opened before anything is requested, so that a destination that cannot be written is known early. Unless it is
/// committed, nothing of it stays.
public final class StagedFile: Sendable {
  /// Which file the destination is.
  public let identity: FileIdentity
  private let path: String
  private let stagingPath: String
  private let file: FileDescriptor
  private let isDone = Mutex(false)

  /// Opens a new file beside `path`.
  ///
  /// - Parameters:
  ///   - path: The destination.
  ///   - isPrivate: Whether only its owner may read it, whatever the process's mask allows.
  /// - Throws: `ErrorCode.deliveryFailed` if there is something other than a regular file at `path` (a
  ///   symbolic link is refused, not followed), or its folder cannot be written.
  public init(_ path: String, isPrivate: Bool = true) throws(BrokerError) {
    guard !path.isEmpty else { throw Self.failure("write", "a file without a name", "the path is empty") }
    var status = stat()
    if unsafe lstat(path.systemBytes, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw Self.failure("write", path, "it is not a regular file") }
    } else if errno != ENOENT {
      throw Self.failure("write", path, SystemError.last())
    }
    let stagingPath = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36)).partial"
    let mode: mode_t = isPrivate ? 0o600 : 0o666
    guard let file = FileDescriptor(stagingPath, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode) else {
      throw Self.failure("write", path, SystemError.last())
    }
    identity = FileIdentity(of: path)
    self.path = path
    self.stagingPath = stagingPath
    self.file = file
  }

  deinit { discard() }

  /// Writes the contents and puts the file in its place.
  ///
  /// - Throws: `ErrorCode.deliveryFailed`; the destination is then as it was.
  public func commit(_ bytes: [UInt8]) throws(BrokerError) {
    guard file.writeAll(bytes), fsync(file.number) == 0 else { throw abandon(SystemError.last()) }
    var status = stat()
    if unsafe lstat(path.systemBytes, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw abandon("it is not a regular file")
    }
    guard unsafe rename(stagingPath.systemBytes, path.systemBytes) == 0 else { throw abandon(SystemError.last()) }
    isDone.withLock { $0 = true }
    // The name is durable once the folder is synchronised; a file system that cannot do that is no failure.
    if let folder = FileDescriptor(folderPath, flags: O_RDONLY | O_DIRECTORY) { _ = fsync(folder.number) }
  }

  /// Removes the new file; the destination is as it was.
  public func discard() {
    let isFirst = isDone.withLock { isDone in
      defer { isDone = true }
      return !isDone
    }
    if isFirst { unsafe unlink(stagingPath.systemBytes) }
  }

  private var folderPath: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func abandon(_ reason: Message) -> BrokerError {
    discard()
    return Self.failure("write", path, reason)
  }

  static func failure(_ verb: Message, _ path: String, _ reason: Message) -> BrokerError {
    BrokerError(
      .deliveryFailed, "Cannot \(verb) \(Neutralized(path)): \(reason).",
      remedy: "Name a file in a folder that this job may write to.")
  }
}
