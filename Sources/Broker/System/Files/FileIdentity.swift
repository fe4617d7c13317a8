import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which file a path or an open stream stands for, however it is spelled.
public struct FileIdentity: Sendable {
  private struct Node: Sendable, Equatable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
    }
  }

  /// The file itself; nil if there is none yet.
  private let file: Node?
  /// The folder that it is in, or would be; nil for a stream.
  private let folder: Node?
  private let name: String

  /// The file at `path`, whether it is there yet or not.
  public init(of path: String) {
    var status = stat()
    file = unsafe stat(path, &status) == 0 ? Node(status) : nil
    folder = unsafe stat(FileLocation.folder(of: path), &status) == 0 ? Node(status) : nil
    name = path.lastPathPart ?? ""
  }

  /// What a stream of this process is written to; nil if that is no regular file, whose contents would be replaced.
  public init?(of stream: StandardStreams.Stream) {
    var status = stat()
    guard unsafe fstat(stream.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    file = Node(status)
    folder = nil
    name = ""
  }

  /// Whether both are the same file, whatever names lead to it.
  public func isSame(as other: FileIdentity) -> Bool {
    if let file, file == other.file { return true }
    guard let folder, folder == other.folder else { return false }
    #if canImport(Darwin)
      // Most file systems of macOS ignore case.
      return name.lowercased() == other.name.lowercased()
    #else
      return name == other.name
    #endif
  }
}
