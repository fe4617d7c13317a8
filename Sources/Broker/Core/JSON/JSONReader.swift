/// Reads JSON (RFC 8259) with positions; refuses duplicate names, great depth and great length.
///
/// One reader for files and for server answers. `JSONDecoder` gives no positions on Linux and accepts duplicate names,
/// so that two readers of one text could see different values.
public struct JSONReader: Sendable {
  /// The greatest length in bytes.
  public let maximumBytes: Int
  /// The greatest depth of nested arrays and objects.
  public let maximumDepth: Int

  /// A reader with limits; the defaults are those of protocol answers: 64 KiB and 16 levels.
  public init(maximumBytes: Int = 64 * 1024, maximumDepth: Int = 16) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
  }

  /// Reads one value that is the whole text; white space around it is allowed, a byte order mark is not.
  ///
  /// - Throws: ``SyntaxError`` with the reason and the place.
  public func read(_ bytes: some Collection<UInt8>) throws(SyntaxError) -> JSONNode {
    let start = SourcePosition(line: 1, column: 1)
    guard bytes.count <= maximumBytes else { throw SyntaxError(.tooLarge(maximumBytes), at: start) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw SyntaxError(.notUTF8, at: start) }
    var cursor = JSONCursor(Array(bytes), maximumDepth: maximumDepth)
    return try cursor.readDocument()
  }
}
