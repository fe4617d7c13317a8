/// Reads TOML (toml.io, version 1.0) as far as a manifest needs it: which key has which value on which line.
///
/// It reads up to the first place that it does not understand, never deeper than ``maximumDepth``; of what stands behind
/// that place nothing is known.
public struct TOMLReader: Sendable {
  /// A value.
  public enum Value: Sendable, Equatable {
    /// A text.
    case string(String)
    /// A list; what is neither a text nor a list in it is left out.
    case array([Value])
    /// Anything else, as it is written: `false`.
    case other(String)

    /// The text, if it is one.
    public var string: String? {
      if case .string(let text) = self { text } else { nil }
    }

    /// The texts of a list; nil if it is none.
    public var strings: [String]? {
      if case .array(let values) = self { values.compactMap(\.string) } else { nil }
    }
  }

  /// A key with its tables in front of it, and what it has.
  public struct Entry: Sendable, Equatable {
    /// The parts: `["workspace", "members"]`; of a list of tables, the parts of its name alone.
    public let path: [String]
    /// The value.
    public let value: Value
    /// The line, from 1.
    public let line: Int
    /// Whether it stands in a list of tables.
    public let isListed: Bool
  }

  /// How deep tables, lists and keys are read.
  public static let maximumDepth = 16

  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var table: [String] = []
  private var isListed = false
  private var entries: [Entry] = []

  private init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  /// The entries of a text, in its order.
  public static func entries(of text: String) -> [Entry] {
    var reader = TOMLReader(text)
    while reader.readLine() {}
    return reader.entries
  }

  // MARK: Lines

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func accept(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    if byte == 0x0A { line += 1 }
    return true
  }

  private mutating func skipSpace() { while next == 0x20 || next == 0x09 { index += 1 } }

  /// Passes over blanks, comments and ends of lines.
  private mutating func skipLines() {
    while let byte = next {
      switch byte {
      case 0x20, 0x09, 0x0D: index += 1
      case 0x0A: _ = accept(0x0A)
      case 0x23: while let byte = next, byte != 0x0A { _ = accept(byte) }
      default: return
      }
    }
  }

  /// Whether nothing but a comment is left of the line.
  private mutating func ends() -> Bool {
    skipSpace()
    if next == 0x23 { while let byte = next, byte != 0x0A { _ = accept(byte) } }
    _ = accept(0x0D)
    return next == nil || accept(0x0A)
  }

  private mutating func readLine() -> Bool {
    skipLines()
    guard next != nil else { return false }
    guard accept(0x5B) else {
      let start = line
      guard let key = key() else { return false }
      return read(table + key, from: start, depth: 0) && ends()
    }
    isListed = accept(0x5B)
    guard let name = key(), accept(0x5D), !isListed || accept(0x5D) else { return false }
    table = name
    return ends()
  }

  /// `a."b".c`, with the blanks around it.
  private mutating func key() -> [String]? {
    var parts: [String] = []
    repeat {
      skipSpace()
      guard parts.count < Self.maximumDepth, let part = keyPart() else { return nil }
      parts.append(part)
      skipSpace()
    } while accept(0x2E)
    return parts
  }

  private mutating func keyPart() -> String? {
    if next == 0x22 || next == 0x27 { return text() }
    let start = index
    while let byte = next, Self.isBare(byte) { index += 1 }
    return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
    default: false
    }
  }

  // MARK: Values

  /// Reads `= VALUE`; the keys of a table in braces become entries of their own.
  private mutating func read(_ path: [String], from start: Int, depth: Int) -> Bool {
    guard path.count <= Self.maximumDepth, accept(0x3D) else { return false }
    skipSpace()
    guard next != 0x7B else { return readBraces(path, depth) }
    guard let value = value(depth) else { return false }
    entries.append(Entry(path: path, value: value, line: start, isListed: isListed))
    return true
  }

  private mutating func readBraces(_ path: [String], _ depth: Int) -> Bool {
    guard depth < Self.maximumDepth, accept(0x7B) else { return false }
    skipLines()
    while next != 0x7D {
      let line = line
      guard let key = key(), read(path + key, from: line, depth: depth + 1) else { return false }
      skipLines()
      guard accept(0x2C) else { break }
      skipLines()
    }
    return accept(0x7D)
  }

  private mutating func value(_ depth: Int) -> Value? {
    switch next {
    case 0x22, 0x27: return text().map { .string($0) }
    case 0x5B:
      guard depth < Self.maximumDepth, accept(0x5B) else { return nil }
      var values: [Value] = []
      skipLines()
      while next != 0x5D {
        if next == 0x7B {
          let count = entries.count
          guard readBraces([], depth + 1) else { return nil }
          entries.removeLast(entries.count - count)
        } else {
          guard let value = value(depth + 1) else { return nil }
          values.append(value)
        }
        skipLines()
        guard accept(0x2C) else { break }
        skipLines()
      }
      return accept(0x5D) ? .array(values) : nil
    default:
      let start = index
      while let byte = next, !",]}#\n\r \t".utf8.contains(byte) { index += 1 }
      return index > start ? .other(String(decoding: bytes[start..<index], as: UTF8.self)) : nil
    }
  }

  /// A text in one or three quotes.
  private mutating func text() -> String? {
    guard let quote = next else { return nil }
    index += 1
    var isLong = false
    if next == quote {
      index += 1
      guard next == quote else { return "" }
      index += 1
      isLong = true
      _ = accept(0x0D)
      _ = accept(0x0A)
    }
    var output: [UInt8] = []
    while let byte = next {
      if byte == quote, !isLong {
        index += 1
        return String(decoding: output, as: UTF8.self)
      }
      if byte == quote, isLong, bytes[index...].prefix(3).elementsEqual([quote, quote, quote]) {
        index += 3
        while next == quote, output.count < bytes.count {
          output.append(quote)
          index += 1
        }
        return String(decoding: output, as: UTF8.self)
      }
      guard byte != 0x0A || isLong else { return nil }
      if byte == 0x5C, quote == 0x22 {
        index += 1
        guard let escaped = escaped() else { return nil }
        output += escaped
      } else {
        output.append(byte)
        _ = accept(byte)
      }
    }
    return nil
  }

  /// What a backslash and the characters behind it stand for.
  private mutating func escaped() -> [UInt8]? {
    guard let byte = next else { return nil }
    index += 1
    switch byte {
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "r"): return [0x0D]
    case 0x22, 0x5C: return [byte]
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = byte == UInt8(ascii: "u") ? 4 : 8
      let digits = String(decoding: bytes[index...].prefix(count), as: UTF8.self)
      guard digits.utf8.count == count, digits.utf8.first != 0x2B, let number = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(number)
      else { return nil }
      index += count
      return Array(String(scalar).utf8)
    case 0x0A, 0x0D, 0x20, 0x09:
      // The text goes on behind the end of the line.
      index -= 1
      while let byte = next, [0x0A, 0x0D, 0x20, 0x09].contains(byte) { _ = accept(byte) }
      return []
    default: return nil
    }
  }
}
