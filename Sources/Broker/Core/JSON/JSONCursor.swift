/// The state of one pass over a JSON text.
struct JSONCursor {
  private let scalars: String.UnicodeScalarView
  private var index: String.UnicodeScalarView.Index
  private var line = 1
  private var column = 1
  private let maximumDepth: Int

  init(_ text: String, maximumDepth: Int) {
    scalars = text.unicodeScalars
    index = scalars.startIndex
    self.maximumDepth = maximumDepth
  }

  mutating func readDocument() throws(JSONError) -> JSONNode {
    skipWhiteSpace()
    let node = try readValue(depth: 0)
    skipWhiteSpace()
    guard peek == nil else { throw syntax("expected the end of the text") }
    return node
  }

  // MARK: Values

  private mutating func readValue(depth: Int) throws(JSONError) -> JSONNode {
    let start = position
    switch peek {
    case "{": return JSONNode(.object(try readObject(depth: depth + 1)), at: start)
    case "[": return JSONNode(.array(try readArray(depth: depth + 1)), at: start)
    case "\"": return JSONNode(.string(try readString()), at: start)
    case "t": return JSONNode(.boolean(try readWord("true", as: true)), at: start)
    case "f": return JSONNode(.boolean(try readWord("false", as: false)), at: start)
    case "n":
      try readWord("null", as: ())
      return JSONNode(.null, at: start)
    case nil: throw syntax("expected a value, found the end of the text")
    case let scalar? where scalar == "-" || Self.isDigit(scalar):
      return JSONNode(.number(try readNumber()), at: start)
    default: throw syntax("expected a value")
    }
  }

  private mutating func readObject(depth: Int) throws(JSONError) -> JSONObject {
    try check(depth)
    advance()
    var members: [JSONObject.Member] = []
    var names: Set<String> = []
    skipWhiteSpace()
    if accept("}") { return JSONObject() }
    while true {
      skipWhiteSpace()
      let start = position
      guard peek == "\"" else { throw syntax("expected a key in double quotes") }
      let name = try readString()
      guard names.insert(name).inserted else { throw JSONError(.duplicateName(name), at: start) }
      skipWhiteSpace()
      guard accept(":") else { throw syntax("expected \":\" after the key") }
      skipWhiteSpace()
      members.append(JSONObject.Member(name: name, position: start, value: try readValue(depth: depth)))
      skipWhiteSpace()
      if accept("}") { return JSONObject(members) }
      guard accept(",") else { throw syntax("expected \",\" or \"}\"") }
    }
  }

  private mutating func readArray(depth: Int) throws(JSONError) -> [JSONNode] {
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

  private mutating func readWord<Value>(_ word: String, as value: Value) throws(JSONError) -> Value {
    for scalar in word.unicodeScalars {
      guard accept(scalar) else { throw syntax("expected \(word)") }
    }
    return value
  }

  private mutating func readNumber() throws(JSONError) -> String {
    var text = ""
    func take(_ cursor: inout JSONCursor) {
      if let scalar = cursor.peek { text.unicodeScalars.append(scalar) }
      cursor.advance()
    }
    func takeDigits(_ cursor: inout JSONCursor) throws(JSONError) {
      guard cursor.peek.map(Self.isDigit) == true else { throw cursor.syntax("expected a digit") }
      while cursor.peek.map(Self.isDigit) == true { take(&cursor) }
    }
    if peek == "-" { take(&self) }
    if peek == "0" { take(&self) } else { try takeDigits(&self) }
    if peek == "." {
      take(&self)
      try takeDigits(&self)
    }
    if peek == "e" || peek == "E" {
      take(&self)
      if peek == "+" || peek == "-" { take(&self) }
      try takeDigits(&self)
    }
    return text
  }

  // MARK: Strings

  private mutating func readString() throws(JSONError) -> String {
    advance()
    var text = ""
    var start = index
    while let scalar = peek {
      switch scalar {
      case "\"":
        text += String(scalars[start..<index])
        advance()
        return text
      case "\\":
        text += String(scalars[start..<index])
        advance()
        text.unicodeScalars.append(try readEscape())
        start = index
      case "\u{0}"..."\u{1F}":
        throw syntax("a control character in a string has to be escaped")
      default:
        advance()
      }
    }
    throw syntax("a string is not closed")
  }

  private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
    guard let scalar = peek else { throw syntax("a string is not closed") }
    advance()
    switch scalar {
    case "\"", "\\", "/": return scalar
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try readUnicodeEscape()
    default: throw syntax("an unknown escape in a string")
    }
  }

  private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
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

  private mutating func readHexadecimal() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let scalar = peek, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw syntax("expected four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      advance()
    }
    return unit
  }

  // MARK: Position

  private var peek: Unicode.Scalar? { index < scalars.endIndex ? scalars[index] : nil }

  private var position: SourcePosition { SourcePosition(line: line, column: column) }

  private mutating func advance() {
    guard let scalar = peek else { return }
    index = scalars.index(after: index)
    if scalar == "\n" {
      line += 1
      column = 1
    } else {
      column += 1
    }
  }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    advance()
    return true
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private mutating func skipWhiteSpace() {
    while let scalar = peek, scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" { advance() }
  }

  private func check(_ depth: Int) throws(JSONError) {
    guard depth <= maximumDepth else { throw JSONError(.tooDeep(maximumDepth), at: position) }
  }

  private func syntax(_ text: String) -> JSONError { JSONError(.syntax(text), at: position) }
}
