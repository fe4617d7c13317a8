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
  /// - Throws: ``JSONError`` with the reason and the place.
  public func read(_ bytes: some Collection<UInt8>) throws(JSONError) -> JSONNode {
    let start = SourcePosition(line: 1, column: 1)
    guard bytes.count <= maximumBytes else { throw JSONError(.tooLarge(maximumBytes), at: start) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONError(.notUTF8, at: start) }
    var cursor = JSONCursor(Array(bytes), maximumDepth: maximumDepth)
    return try cursor.readDocument()
  }
}

/// Why a text is not JSON that the broker reads.
public struct JSONError: Error, Sendable, Equatable {
  /// What the reader stumbled over.
  public enum Reason: Sendable, Equatable {
    /// The text is not JSON (RFC 8259); says what was expected.
    case syntax(Message)
    /// The same name twice in one object.
    case duplicateName(String)
    /// Deeper than the limit.
    case tooDeep(Int)
    /// Longer than the limit in bytes.
    case tooLarge(Int)
    /// Not UTF-8.
    case notUTF8
  }

  /// What is wrong.
  public let reason: Reason
  /// Where.
  public let position: SourcePosition

  init(_ reason: Reason, at position: SourcePosition) {
    self.reason = reason
    self.position = position
  }

  /// The reason as a clause that quotes nothing but a neutralised name, such as `it is deeper than 16 levels`.
  public var summary: Message {
    switch reason {
    case .syntax(let expected): "it is not JSON: \(expected)"
    case .duplicateName(let name): "it has the key \(Neutralized.quoted(name)) twice"
    case .tooDeep(let limit): "it is deeper than \(limit) levels"
    case .tooLarge(let limit): "it is larger than \(limit) bytes"
    case .notUTF8: "it is not UTF-8"
    }
  }
}
