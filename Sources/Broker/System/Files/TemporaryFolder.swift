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

  /// Makes the folder in the one that `TMPDIR` names, or in `/tmp`.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails.
  public init(_ environment: Environment) throws(BrokerError) {
    let name = String(UInt64.random(in: 0 ... .max), radix: 36)
    let parent = environment.nonEmpty("TMPDIR")
    path = "\(parent ?? "/tmp")/token-broker-\(name)"
    // The C library reads the path within the call; so in the other calls of this folder.
    guard unsafe mkdir(path.systemBytes, 0o700) == 0 else {
      let reason = SystemError.last()
      let place: Message = parent.map { "\(Neutralized($0)), which TMPDIR names" } ?? "/tmp (TMPDIR is not set)"
      throw BrokerError(
        .deliveryFailed, "Cannot make a folder for temporary files in \(place): \(reason).",
        remedy: "Set TMPDIR to a folder that exists and that this job may write to.")
    }
  }

  /// Makes a file in it, empty unless something is given.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails.
  public func createFile(_ name: String, _ content: [UInt8] = []) throws(BrokerError) {
    let file = "\(path)/\(name)"
    let made = FileDescriptor(file, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    guard made?.writeAll(content) == true else {
      throw StagedFile.failure("make", file, SystemError.last())
    }
  }

  /// Removes the folder and the files in it.
  public func remove() {
    guard let stream = unsafe opendir(path.systemBytes) else { return }
    while let entry = unsafe readdir(stream) {
      // The name is copied before the next call can change it.
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      unsafe unlink("\(path)/\(SystemText.text(of: name))".systemBytes)
    }
    unsafe closedir(stream)
    unsafe rmdir(path.systemBytes)
  }
}
