/// The state of one pass over a JSON text, which is valid UTF-8.
struct JSONCursor {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var column = 1
  private let maximumDepth: Int

  init(_ bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func readDocument() throws(SyntaxError) -> JSONNode {
    skipWhiteSpace()
    let node = try readValue(depth: 0)
    skipWhiteSpace()
    guard peek == nil else { throw syntax("expected the end of the text") }
    return node
  }

  // MARK: Values

  private mutating func readValue(depth: Int) throws(SyntaxError) -> JSONNode {
    let start = position
    switch peek {
    case UInt8(ascii: "{"): return JSONNode(.object(try readObject(depth: depth + 1)), at: start)
    case UInt8(ascii: "["): return JSONNode(.array(try readArray(depth: depth + 1)), at: start)
    case UInt8(ascii: "\""): return JSONNode(.string(try readString()), at: start)
    case UInt8(ascii: "t"): return JSONNode(.boolean(try readWord("true", as: true)), at: start)
    case UInt8(ascii: "f"): return JSONNode(.boolean(try readWord("false", as: false)), at: start)
    case UInt8(ascii: "n"):
      try readWord("null", as: ())
      return JSONNode(.null, at: start)
    case nil: throw syntax("expected a value, found the end of the text")
    case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte):
      return JSONNode(.number(try readNumber()), at: start)
    default: throw syntax("expected a value")
    }
  }

  private mutating func readObject(depth: Int) throws(SyntaxError) -> JSONObject {
    try check(depth)
    advance()
    var members: [JSONObject.Member] = []
    var names: Set<String> = []
    skipWhiteSpace()
    if accept("}") { return JSONObject() }
    while true {
      skipWhiteSpace()
      let start = position
      guard peek == UInt8(ascii: "\"") else { throw syntax("expected a key in double quotes") }
      let name = try readString()
      guard names.insert(name).inserted else { throw SyntaxError(.duplicateName(name), at: start) }
      skipWhiteSpace()
      guard accept(":") else { throw syntax("expected \":\" after the key") }
      skipWhiteSpace()
      members.append(JSONObject.Member(name: name, position: start, value: try readValue(depth: depth)))
      skipWhiteSpace()
      if accept("}") { return JSONObject(members) }
      guard accept(",") else { throw syntax("expected \",\" or \"}\"") }
    }
  }

  private mutating func readArray(depth: Int) throws(SyntaxError) -> [JSONNode] {
    try check(depth)
    advance()
    var elements: [JSONNode] = []
    skipWhiteSpace()
    if accept("]") { return [] }
    while true {
      skipWhiteSpace()
      elements.append(try readValue(depth: depth))
      skipWhiteSpace()
      if accept("]") { return elements }
      guard accept(",") else { throw syntax("expected \",\" or \"]\"") }
    }
  }

  private mutating func readWord<Value>(_ word: String, as value: Value) throws(SyntaxError) -> Value {
    for byte in word.utf8 {
      guard accept(byte) else { throw syntax("expected \(Neutralized(word))") }
    }
    return value
  }

  private mutating func readNumber() throws(SyntaxError) -> String {
    let start = index
    accept("-")
    if !accept("0") { try skipDigits() }
    if accept(".") { try skipDigits() }
    if accept("e") || accept("E") {
      if !accept("+") { accept("-") }
      try skipDigits()
    }
    return text(from: start)
  }

  private mutating func skipDigits() throws(SyntaxError) {
    guard peek.map(Self.isDigit) == true else { throw syntax("expected a digit") }
    while peek.map(Self.isDigit) == true { advance() }
  }

  // MARK: Strings

  private mutating func readString() throws(SyntaxError) -> String {
    advance()
    var text = ""
    var start = index
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        text += self.text(from: start)
        advance()
        return text
      case UInt8(ascii: "\\"):
        text += self.text(from: start)
        advance()
        text.unicodeScalars.append(try readEscape())
        start = index
      case 0...0x1F:
        throw syntax("a control character in a string has to be escaped")
      default:
        advance()
      }
    }
    throw syntax("a string is not closed")
  }

  private mutating func readEscape() throws(SyntaxError) -> Unicode.Scalar {
    guard let byte = peek else { throw syntax("a string is not closed") }
    advance()
    switch Unicode.Scalar(byte) {
    case let scalar where scalar == "\"" || scalar == "\\" || scalar == "/": return scalar
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try readUnicodeEscape()
    default: throw syntax("an unknown escape in a string")
    }
  }

  private mutating func readUnicodeEscape() throws(SyntaxError) -> Unicode.Scalar {
    let unit = try readHexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard (0xD800...0xDBFF).contains(unit), accept("\\"), accept("u") else {
      throw syntax("half of a surrogate pair in a string")
    }
    let low = try readHexadecimal()
    guard (0xDC00...0xDFFF).contains(low) else { throw syntax("half of a surrogate pair in a string") }
    let combined = 0x10000 + (UInt32(unit - 0xD800) << 10) + UInt32(low - 0xDC00)
    guard let scalar = Unicode.Scalar(combined) else { throw syntax("half of a surrogate pair in a string") }
    return scalar
  }

  private mutating func readHexadecimal() throws(SyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw syntax("expected four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      advance()
    }
    return unit
  }

  // MARK: Position

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private var position: SourcePosition { SourcePosition(line: line, column: column) }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<index], as: UTF8.self) }

  /// Goes over one scalar.
  private mutating func advance() {
    guard let byte = peek else { return }
    repeat { index += 1 } while peek.map(Self.continuesScalar) == true
    if byte == UInt8(ascii: "\n") {
      line += 1
      column = 1
    } else {
      column += 1
    }
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    advance()
    return true
  }

  @discardableResult
  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool { accept(UInt8(ascii: scalar)) }

  private mutating func skipWhiteSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { advance() }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// Whether a byte is not the first of its scalar (RFC 3629, section 3).
  private static func continuesScalar(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  private func check(_ depth: Int) throws(SyntaxError) {
    guard depth <= maximumDepth else { throw SyntaxError(.tooDeep(maximumDepth), at: position) }
  }

  private func syntax(_ text: Message) -> SyntaxError { SyntaxError(.syntax(.json, text), at: position) }
}
