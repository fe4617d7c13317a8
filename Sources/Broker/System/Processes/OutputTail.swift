import Synchronization

/// The last bytes that a child wrote, on all of its streams that are relayed.
public final class OutputTail: Sendable {
  /// The greatest number of bytes that are kept.
  public static let maximumBytes = 64 * 1024

  private let kept = Mutex<[UInt8]>([])

  /// An empty one.
  public init() {}

  /// The bytes, in the order they were relayed.
  public var bytes: [UInt8] { kept.withLock { Array($0.suffix(Self.maximumBytes)) } }

  func append(_ bytes: ArraySlice<UInt8>) {
    kept.withLock { kept in
      kept += bytes.suffix(Self.maximumBytes)
      // Cut seldom: each cut moves what is kept.
      if kept.count > 4 * Self.maximumBytes { kept.removeFirst(kept.count - Self.maximumBytes) }
    }
  }
}
