public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The length and the SHA-256 of a file of any length, read piece by piece.
public struct FileDigest: Sendable, Equatable {
  /// The length in bytes.
  public let size: Int
  /// 64 lower-case hexadecimal digits.
  public let sha256: String

  /// Reads a regular file; a symbolic link is followed.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - code: The code of the error.
  /// - Throws: An error of that code if it cannot be read or is not a regular file.
  public init(of path: String, code: ErrorCode) throws(BrokerError) {
    func failure(_ reason: Message) -> BrokerError {
      BrokerError(
        code, "Cannot read \(Neutralized(path)): \(reason).",
        remedy: "Check the path and its permissions.")
    }
    guard let file = FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK) else { throw failure(SystemError.last()) }
    guard let (kind, _) = file.kindAndLength, kind == S_IFREG else { throw failure("it is not a regular file") }
    var hash = SHA256()
    var size = 0
    while true {
      guard let piece = FileDescriptor.readAll(from: file.number, maximum: 256 * 1024) else {
        throw failure(SystemError.last())
      }
      guard !piece.isEmpty else { break }
      hash.update(piece)
      size += piece.count
    }
    self.size = size
    sha256 = hash.hexadecimal
  }
}
