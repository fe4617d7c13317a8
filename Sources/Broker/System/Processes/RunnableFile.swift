import BrokerCore
import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file of a program, held to what it is to be before it is run.
struct RunnableFile: Sendable {
  /// Why a file is not run.
  struct Refusal: Error, Sendable {
    /// What is wrong, as a clause.
    let reason: Message
    /// What to change.
    let remedy: Message
  }

  /// The greatest length of a file that is checked by its SHA-256, in bytes.
  static let maximumBytes = 256 * 1024 * 1024

  /// Where it is, for whoever starts it by its path.
  let path: String
  /// What was checked, open; negative where the path is to be taken.
  let descriptor: Int32
  /// The copy that was checked, where the system keeps none in memory.
  private let folder: TemporaryFolder?

  /// Holds a program's file to what it is to be.
  init(of program: Program) throws(Refusal) {
    let path = program.words.first ?? ""
    switch program.provenance {
    case .any: (self.path, descriptor, folder) = (path, -1, nil)
    case .owned:
      try OwnedPath.check(path)
      (self.path, descriptor, folder) = (path, -1, nil)
    case .digest(let expected):
      let copy = broker_memory_file()
      guard copy >= 0 else {
        (self.path, folder) = try Self.copied(path, expected)
        descriptor = -1
        return
      }
      do throws(Refusal) {
        try Self.copy(path, expected) { FileDescriptor.writeAll($0, to: copy) }
        guard broker_memory_seal(copy) == 0 else { throw Self.unreadable(SystemError.last()) }
      } catch {
        _ = FileDescriptor.closed(copy)
        throw error
      }
      (self.path, descriptor, folder) = (path, copy, nil)
    }
  }

  /// Gives back what the check needed, when the program has started.
  func close() {
    if descriptor >= 0 { _ = FileDescriptor.closed(descriptor) }
    folder?.remove()
  }

  /// Copies a file piece by piece, and refuses it if it has another SHA-256 than the expected one.
  ///
  /// What is checked and run is the copy: the file itself may be written in place meanwhile, by whoever may.
  private static func copy(
    _ path: String, _ expected: String, _ write: ([UInt8]) -> Bool
  ) throws(Refusal) {
    guard let file = FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK) else { throw unreadable(SystemError.last()) }
    guard let (kind, _) = file.kindAndLength, kind == S_IFREG else { throw unreadable("it is not a regular file") }
    var hash = SHA256()
    var length = 0
    while true {
      guard let piece = FileDescriptor.readAll(from: file.number, maximum: 256 * 1024) else {
        throw unreadable(SystemError.last())
      }
      guard !piece.isEmpty else { break }
      hash.update(piece)
      length += piece.count
      guard length <= maximumBytes else { throw unreadable("it is larger than \(maximumBytes) bytes") }
      guard write(piece) else { throw unreadable(SystemError.last()) }
    }
    guard hash.hexadecimal == expected else {
      throw Refusal(
        reason: "its SHA-256 is \(Neutralized(hash.hexadecimal)), not \(Neutralized(expected))",
        remedy: "Find out who changed the file; if it was you, change \"sha256\" where the program is declared.")
    }
  }

  /// A copy in a folder that is closed to others, where the system keeps none in memory.
  private static func copied(_ path: String, _ expected: String) throws(Refusal) -> (String, TemporaryFolder) {
    let folder: TemporaryFolder
    do throws(BrokerError) { folder = try TemporaryFolder(Environment()) } catch {
      throw Refusal(reason: error.message.clause, remedy: "Make room for a copy of the program.")
    }
    let name = "\(folder.path)/program"
    do throws(Refusal) {
      guard let file = FileDescriptor(name, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o700) else {
        throw unreadable(SystemError.last())
      }
      try copy(path, expected) { file.writeAll($0) }
    } catch {
      folder.remove()
      throw error
    }
    return (name, folder)
  }

  private static func unreadable(_ reason: Message) -> Refusal {
    Refusal(reason: reason, remedy: "Check the path and its permissions: its SHA-256 is read.")
  }
}
