/// Cuts a stream of bytes into lines: a value that keeps back the line that has no end yet.
public struct LogLines: Sendable {
  /// What ends a line.
  public enum End: Sendable {
    /// A line feed.
    case lineFeed
    /// A line feed, a carriage return, or both together.
    case any
  }

  private let end: End
  private var rest: [UInt8] = []
  /// Whether a carriage return came last: a line feed behind it belongs to it.
  private var isReturned = false

  /// No line yet.
  public init(endingWith end: End) {
    self.end = end
  }

  /// The lines that bytes complete, without their ends; what is no UTF-8 is replaced.
  public mutating func add(_ bytes: ArraySlice<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      let isSecondHalf = isReturned && byte == 0x0A
      isReturned = false
      if isSecondHalf { continue }
      isReturned = byte == 0x0D && end == .any
      guard byte == 0x0A || isReturned else {
        rest.append(byte)
        continue
      }
      lines.append(String(decoding: rest, as: UTF8.self))
      rest = []
    }
    return lines
  }

  /// The last line, which has no end yet; nil if nothing is left.
  public mutating func last() -> String? {
    defer { rest = [] }
    return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
  }
}
