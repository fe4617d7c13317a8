public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole files of a limited length.
public enum FileReader {
  /// Whether there is something at a path.
  public static func exists(_ path: String) -> Bool {
    // The C library reads the path within the call; so in the other calls of this folder.
    unsafe access(path.systemBytes, F_OK) == 0
  }

  /// Whether there is a folder at a path; a symbolic link is followed.
  public static func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  /// Whether there is a regular file at a path; a symbolic link is followed.
  public static func isFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return unsafe stat(path.systemBytes, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// When and how long a file was when it was last written.
  public struct Stamp: Sendable, Equatable {
    /// Seconds since 1970.
    fileprivate let seconds: Int
    /// Nanoseconds beside these.
    fileprivate let nanoseconds: Int
    /// The length in bytes.
    fileprivate let length: Int
    /// Which file it is: another one may have taken its name.
    fileprivate let number: UInt64
  }

  /// The stamp of a regular file, by which a change can be told; nil if there is none.
  public static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Stamp(
      seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec), length: Int(status.st_size),
      number: UInt64(status.st_ino))
  }

  /// Whether a folder has an entry of that name, be it a symbolic link to nothing, or may have one: it cannot be looked
  /// into.
  public static func isListed(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path.systemBytes, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  /// The number of the user that a file belongs to, nil if there is none; a symbolic link is not followed.
  public static func owner(of path: String) -> UInt32? {
    var status = stat()
    return unsafe lstat(path.systemBytes, &status) == 0 ? status.st_uid : nil
  }

  /// The number of the user that this process acts for.
  public static var ownUser: UInt32 { geteuid() }

  /// The contents of a regular file.
  ///
  /// - Parameters:
  ///   - path: The path; a symbolic link is followed.
  ///   - maximumBytes: The greatest length.
  ///   - code: The code of the error.
  /// - Returns: The bytes.
  /// - Throws: An error of that code if it cannot be read, is not a regular file, or is too long.
  public static func read(_ path: String, maximumBytes: Int, code: ErrorCode) throws(BrokerError) -> [UInt8] {
    let file = try open(path, code: code)
    guard length(of: file) <= maximumBytes else {
      throw failure(path, "it is larger than \(maximumBytes) bytes", code)
    }
    guard let bytes = FileDescriptor.readAll(from: file.number, maximum: maximumBytes + 1) else {
      throw failure(path, SystemError.last(), code)
    }
    guard bytes.count <= maximumBytes else { throw failure(path, "it is larger than \(maximumBytes) bytes", code) }
    return bytes
  }

  /// A piece of a regular file; shorter than `count` bytes where the file ends.
  ///
  /// - Throws: An error of that code if it cannot be read or is not a regular file.
  static func read(_ path: String, from offset: Int, count: Int, code: ErrorCode) throws(BrokerError) -> [UInt8] {
    let file = try open(path, code: code)
    let length = length(of: file)
    guard offset >= 0, offset < length, count > 0 else { return [] }
    guard lseek(file.number, off_t(offset), SEEK_SET) == off_t(offset),
      let bytes = FileDescriptor.readAll(from: file.number, maximum: min(count, length - offset))
    else { throw failure(path, SystemError.last(), code) }
    return bytes
  }

  /// The length of a regular file in bytes.
  ///
  /// - Throws: An error of that code if it cannot be read or is not a regular file.
  static func length(of path: String, code: ErrorCode) throws(BrokerError) -> Int {
    length(of: try open(path, code: code))
  }

  private static func length(of file: borrowing FileDescriptor) -> Int { file.kindAndLength?.length ?? 0 }

  /// Opens a regular file.
  ///
  /// - Throws: An error of that code if it cannot be read or is not a regular file.
  private static func open(_ path: String, code: ErrorCode) throws(BrokerError) -> FileDescriptor {
    // A pipe without a writer would block an open without O_NONBLOCK.
    guard let file = FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK) else {
      throw failure(path, SystemError.last(), code)
    }
    guard let (kind, _) = file.kindAndLength, kind == S_IFREG else {
      throw failure(path, "it is not a regular file", code)
    }
    return file
  }

  private static func failure(_ path: String, _ reason: Message, _ code: ErrorCode) -> BrokerError {
    BrokerError(
      code, "Cannot read \(Neutralized(path)): \(reason).",
      remedy: "Check the path and its permissions.")
  }
}

/// Reads files of this machine for plug-ins.
public struct SystemFiles: FileReading {
  /// The machine's files.
  public init() {}

  /// The contents of a regular file.
  ///
  /// - Throws: `ErrorCode.fileUnreadable` if it cannot be read, is not a regular file, or is too long.
  public func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
    try FileReader.read(path, maximumBytes: maximumBytes, code: .fileUnreadable)
  }

  /// The length of a regular file.
  ///
  /// - Throws: `ErrorCode.fileUnreadable` if it cannot be read or is not a regular file.
  public func size(of path: String) throws(BrokerError) -> Int {
    try FileReader.length(of: path, code: .fileUnreadable)
  }

  /// A piece of a regular file.
  ///
  /// - Throws: `ErrorCode.fileUnreadable` if it cannot be read or is not a regular file.
  public func read(_ path: String, from offset: Int, count: Int) throws(BrokerError) -> [UInt8] {
    try FileReader.read(path, from: offset, count: count, code: .fileUnreadable)
  }
}
