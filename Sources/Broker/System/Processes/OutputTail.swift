import Synchronization

/// The last bytes that a child wrote, on all of its streams that are relayed.
public final class OutputTail: Sendable {
  /// The greatest number of bytes that are kept.
  public static let maximumBytes = 64 * 1024

  private let kept = Mutex<[UInt8]>([])
  /// The descriptors whose last byte does not end a line.
  private let unfinished = Mutex<Set<Int32>>([])

  /// An empty one.
  public init() {}

  /// The bytes, in the order they were relayed.
  public var bytes: [UInt8] { kept.withLock { Array($0.suffix(Self.maximumBytes)) } }

  /// Whether the last line on our standard error, or on the file that it shares with standard output, has no end yet.
  public var isInsideErrorLine: Bool {
    let unfinished = unfinished.withLock { $0 }
    return unfinished.contains(StandardStreams.Stream.error.rawValue)
      || unfinished.contains(StandardStreams.Stream.output.rawValue) && StandardStreams.areSameFile(.output, .error)
  }

  func append(_ bytes: [UInt8], to destination: Int32) {
    let isLineEnded = bytes.last == UInt8(ascii: "\n")
    _ = unfinished.withLock { isLineEnded ? $0.remove(destination) : $0.update(with: destination) }
    kept.withLock { kept in
      kept += bytes.suffix(Self.maximumBytes)
      // It cuts seldom, because each cut moves what is kept.
      if kept.count > 4 * Self.maximumBytes { kept.removeFirst(kept.count - Self.maximumBytes) }
    }
  }
}
