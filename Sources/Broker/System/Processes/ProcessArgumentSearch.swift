public import BrokerCore
import Synchronization

/// Looks for secrets among the arguments of all processes of this machine, where `/proc` shows them.
public final class ProcessArgumentSearch: Sendable {
  private let pieces: [[UInt8]]
  private let isOver = Atomic(false)
  private let isFound = Mutex(false)
  private let end = Mutex<(isReached: Bool, waiting: CheckedContinuation<Void, Never>?)>((false, nil))

  /// The length of the piece of a secret that is looked for, in bytes.
  private static let pieceLength = 24

  /// Starts looking, on a thread of its own; nil where the system does not show arguments, or has no thread left.
  public init?(_ secrets: [Secret]) {
    // Two tokens of one issuer differ at their ends.
    pieces = secrets.map { Array($0.reveal().utf8.suffix(Self.pieceLength)) }.filter { $0.count == Self.pieceLength }
    guard FileReader.isFile("/proc/self/cmdline"), DedicatedThread.startIfPossible({ self.look() }) else { return nil }
  }

  /// Stops looking.
  ///
  /// - Returns: Whether one of the secrets was among the arguments of a process.
  public func stop() async -> Bool {
    isOver.store(true, ordering: .relaxed)
    await withCheckedContinuation { (waiting: CheckedContinuation<Void, Never>) in
      let isReached = end.withLock { end in
        if !end.isReached { end.waiting = waiting }
        return end.isReached
      }
      if isReached { waiting.resume() }
    }
    return isFound.withLock { $0 }
  }

  private func look() {
    while !isOver.load(ordering: .relaxed) {
      for name in FolderReader.names(in: "/proc") where name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        guard let file = FileDescriptor("/proc/\(name)/cmdline", flags: 0),
          let bytes = FileDescriptor.readAll(from: file.number, maximum: 256 * 1024)
        else { continue }
        if bytes.count >= Self.pieceLength, isPieceIn(bytes) { isFound.withLock { $0 = true } }
      }
    }
    let waiting = end.withLock { end in
      end.isReached = true
      return end.waiting
    }
    waiting?.resume()
  }

  private func isPieceIn(_ bytes: [UInt8]) -> Bool {
    pieces.contains { piece in
      guard let first = piece.first else { return false }
      var start = bytes.startIndex
      while let index = bytes[start...].firstIndex(of: first) {
        if bytes[index...].starts(with: piece) { return true }
        start = index + 1
      }
      return false
    }
  }
}
