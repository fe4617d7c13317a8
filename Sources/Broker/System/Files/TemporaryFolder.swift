public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of our own for a short time, closed to other users.
public struct TemporaryFolder: Sendable {
  /// Its path.
  public let path: String

  /// Makes the folder.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails.
  public init() throws(BrokerError) {
    let name = String(UInt64.random(in: 0 ... .max), radix: 36)
    // The variables of the process are read and copied within the call.
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    path = "\(parent)/token-broker-\(name)"
    guard unsafe mkdir(path, 0o700) == 0 else { throw StagedFile.failure("make", path, SystemError.last()) }
  }

  /// Makes an empty file in it.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails.
  public func createFile(_ name: String) throws(BrokerError) {
    let file = "\(path)/\(name)"
    guard FileDescriptor(file, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600) != nil else {
      throw StagedFile.failure("make", file, SystemError.last())
    }
  }

  /// Removes the folder and the files in it.
  public func remove() {
    guard let stream = unsafe opendir(path) else { return }
    while let entry = unsafe readdir(stream) {
      // The name is copied before the next call can change it.
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      unsafe unlink("\(path)/\(String(decoding: name, as: UTF8.self))")
    }
    unsafe closedir(stream)
    unsafe rmdir(path)
  }
}
