/// Reads the part of YAML (yaml.org, 1.2.2) that workflows and pipelines are written in, with positions.
///
/// Block and flow collections, plain, quoted, literal and folded text, comments, anchors, aliases, tags and several documents
/// are read; `<<` is a key like others (``YAMLMapping/merged(_:)``), and a key that is written twice is kept twice, because
/// the readers of CI systems differ on both. Keys that are no texts, `?`, and line breaks that are not LF, CR or CRLF are
/// refused. Text is not turned into numbers and booleans: what a plain `on` stands for depends on who reads it.
///
/// ```swift
/// let documents = try YAMLReader().read(bytes)
/// let jobs = documents.first?.mapping?["jobs"]
/// jobs?.position   // line 12, column 3
/// ```
public struct YAMLReader: Sendable {
  /// The greatest length in bytes.
  public let maximumBytes: Int
  /// The greatest depth of nested lists and mappings, those behind aliases included.
  public let maximumDepth: Int
  /// The greatest number of values, those behind aliases counted each time.
  public let maximumNodes: Int

  /// A reader with limits: 1 MiB, 64 levels and 50,000 values unless told otherwise.
  public init(maximumBytes: Int = 1 << 20, maximumDepth: Int = 64, maximumNodes: Int = 50_000) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumNodes = maximumNodes
  }

  /// Reads all documents of a text; an empty text has none.
  ///
  /// - Throws: ``SyntaxError`` with the reason and the place.
  public func read(_ bytes: some Collection<UInt8>) throws(SyntaxError) -> [YAMLNode] {
    let start = SourcePosition(line: 1, column: 1)
    guard bytes.count <= maximumBytes else { throw SyntaxError(.tooLarge(maximumBytes), at: start) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw SyntaxError(.notUTF8, at: start) }
    var cursor = YAMLCursor(
      try Self.withPlainLines(Array(bytes)), maximumDepth: maximumDepth, maximumNodes: maximumNodes)
    return try cursor.readDocuments()
  }

  /// The text without a byte order mark, each line break as one LF; columns stay.
  private static func withPlainLines(_ bytes: [UInt8]) throws(SyntaxError) -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 1
    var column = 1
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 0x0D:
        if index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
        plain.append(0x0A)
      case 0x0A, 0x09, 0x20...0x7E: plain.append(byte)
      case 0..<0x20, 0x7F:
        throw SyntaxError(.syntax(.yaml, "a control character"), at: SourcePosition(line: line, column: column))
      default:
        if isOtherBreak(bytes, index) {
          throw SyntaxError(
            .unsupported("a line break that is not LF or CRLF"), at: SourcePosition(line: line, column: column))
        }
        plain.append(byte)
      }
      if plain.last == 0x0A, byte <= 0x0D, byte != 0x09 {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
      index += 1
    }
    return plain
  }

  /// U+0085, U+2028, U+2029, which end a line for readers of YAML 1.1 alone, and the other control characters of Latin-1.
  private static func isOtherBreak(_ bytes: [UInt8], _ index: Int) -> Bool {
    let rest = bytes[index...].prefix(3)
    return rest.starts(with: [0xE2, 0x80, 0xA8]) || rest.starts(with: [0xE2, 0x80, 0xA9])
      || rest.first == 0xC2 && rest.count > 1 && rest[index + 1] < 0xA0
  }
}
