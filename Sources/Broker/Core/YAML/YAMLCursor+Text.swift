/// Texts: plain, quoted, literal and folded (yaml.org, 1.2.2, chapters 7 and 8).
extension YAMLCursor {
  // MARK: Plain

  /// Whether a plain text begins here.
  func isPlainStart(inFlow: Bool) -> Bool {
    guard let byte = peek else { return false }
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
      guard let next = peek(1) else { return false }
      return !isBlankOrBreak(next) && !(inFlow && Self.isFlowPunctuation(next))
    default: return !"#&*!|>'\"%@`,[]{}".utf8.contains(byte)
    }
  }

  /// The text up to a comment, to the colon behind a key, or to the end of the line.
  mutating func plainLine(inFlow: Bool) -> String {
    let begin = index
    while let byte = peek, byte != 0x0A {
      if byte == UInt8(ascii: ":"), inFlow ? isFlowIndicator(1) : peek(1).map(isBlankOrBreak) ?? true { break }
      if byte == UInt8(ascii: "#"), index > begin, isBehindBlank { break }
      if inFlow, Self.isFlowPunctuation(byte) { break }
      advance()
    }
    var end = index
    while end > begin, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    return String(decoding: bytes[begin..<end], as: UTF8.self)
  }

  /// A plain text with the lines that go on with it: those that are indented more than `indent`.
  mutating func continued(_ first: String, above indent: Int, inFlow: Bool) throws(SyntaxError) -> String {
    var text = first
    while true {
      skipBlanks()
      guard peek == 0x0A else { return text }
      let before = (index, line, lineStart)
      var breaks = 0
      while peek == 0x0A {
        breaks += 1
        advance()
        skipBlanks()
      }
      let column = bytes[lineStart..<index].prefix { $0 == 0x20 }.count
      let isOver = peek == nil || peek == UInt8(ascii: "#") || !inFlow && column <= indent
      guard !isOver, !isDocumentMarker else {
        (index, line, lineStart) = before
        return text
      }
      if inFlow, let byte = peek, Self.isFlowPunctuation(byte) || byte == UInt8(ascii: ":") && isFlowIndicator(1) {
        return text
      }
      let next = plainLine(inFlow: inFlow)
      if !inFlow, peek == UInt8(ascii: ":") { throw syntax("a mapping cannot begin here, in a text of several lines") }
      text += (breaks == 1 ? " " : String(repeating: "\n", count: breaks - 1)) + next
    }
  }

  // MARK: Quoted

  mutating func singleQuoted() throws(SyntaxError) -> String {
    var text: [UInt8] = []
    let start = position
    advance()
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "'"):
        advance()
        guard peek == UInt8(ascii: "'") else { return String(decoding: text, as: UTF8.self) }
        text.append(byte)
        advance()
      case 0x0A: try foldLines(into: &text)
      default:
        text.append(byte)
        advance()
      }
    }
    throw SyntaxError(.syntax(.yaml, "the single quote is not closed"), at: start)
  }

  mutating func doubleQuoted() throws(SyntaxError) -> String {
    var text: [UInt8] = []
    // Blanks that were written as escapes stay at the end of a line.
    var kept = 0
    let start = position
    advance()
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        advance()
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        advance()
        if peek == 0x0A {
          advance()
          while peek == 0x0A || peek == 0x20 || peek == 0x09 {
            // Empty lines behind an escaped break are breaks.
            if peek == 0x0A { text.append(0x0A) }
            advance()
          }
          guard !isDocumentMarker else { throw syntax("the document ends within double quotes") }
        } else {
          text += Array(String(try escaped()).utf8)
        }
        kept = text.count
      case 0x0A: try foldLines(into: &text, keeping: kept)
      default:
        text.append(byte)
        advance()
      }
    }
    throw SyntaxError(.syntax(.yaml, "the double quote is not closed"), at: start)
  }

  /// One line break is a blank, and of several the first is none; blanks around them go.
  private mutating func foldLines(into text: inout [UInt8], keeping kept: Int = 0) throws(SyntaxError) {
    while text.count > kept, let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
    var breaks = 0
    while peek == 0x0A {
      breaks += 1
      advance()
      guard !isDocumentMarker else { throw syntax("the document ends within quotes") }
      skipBlanks()
    }
    text += breaks == 1 ? [0x20] : [UInt8](repeating: 0x0A, count: breaks - 1)
  }

  private mutating func escaped() throws(SyntaxError) -> Unicode.Scalar {
    guard let byte = peek else { throw syntax("the text ends within double quotes") }
    let digits: Int
    switch byte {
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    default:
      guard let scalar = Self.escapes[byte] else { throw syntax("an unknown escape") }
      advance()
      return scalar
    }
    advance()
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = peek.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw syntax("expected \(digits) hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    guard let scalar = Unicode.Scalar(value) else { throw syntax("an escape that is no character") }
    return scalar
  }

  /// yaml.org, 1.2.2, section 5.7.
  private static let escapes: [UInt8: Unicode.Scalar] = [
    UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t",
    0x09: "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{B}", UInt8(ascii: "f"): "\u{C}",
    UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}", 0x20: " ", UInt8(ascii: "\""): "\"", UInt8(ascii: "/"): "/",
    UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}", UInt8(ascii: "L"): "\u{2028}",
    UInt8(ascii: "P"): "\u{2029}",
  ]

  // MARK: Literal and folded

  /// The lines that are indented more than `indent`, behind `|` or `>`.
  mutating func blockScalar(above indent: Int) throws(SyntaxError) -> YAMLScalar {
    let isFolded = peek == UInt8(ascii: ">")
    advance()
    var chomping: UInt8?
    var given: Int?
    while let byte = peek, byte != 0x0A, byte != 0x20, byte != 0x09 {
      switch byte {
      case UInt8(ascii: "+") where chomping == nil, UInt8(ascii: "-") where chomping == nil: chomping = byte
      case 0x31...0x39 where given == nil: given = Int(byte - 0x30)
      default: throw syntax("expected the end of the line behind | or >")
      }
      advance()
    }
    skipBlanks()
    if peek == UInt8(ascii: "#"), isBehindBlank {
      while let byte = peek, byte != 0x0A { advance() }
    }
    guard peek == nil || peek == 0x0A else { throw syntax("expected the end of the line behind | or >") }
    advance()
    let firstLine = line
    let least = max(indent + 1, 0)
    let inner = if let given { max(indent, 0) + given } else { try detectedIndent(least) }
    var text: [UInt8] = []
    var breaks = skipEmptyLines(inner)
    var ending = false
    while isAt(inner) {
      text += [UInt8](repeating: 0x0A, count: breaks)
      let isIndented = peek == 0x20 || peek == 0x09
      while let byte = peek, byte != 0x0A {
        text.append(byte)
        advance()
      }
      ending = peek == 0x0A
      advance()
      breaks = skipEmptyLines(inner)
      guard isAt(inner) else { break }
      if isFolded, !isIndented, peek != 0x20, peek != 0x09 {
        if breaks == 0 { text.append(0x20) }
      } else {
        text.append(0x0A)
      }
    }
    if chomping != UInt8(ascii: "-"), ending { text.append(0x0A) }
    if chomping == UInt8(ascii: "+") { text += [UInt8](repeating: 0x0A, count: breaks) }
    // The next line is read from its beginning.
    if peek != nil { index = lineStart }
    return YAMLScalar(
      text: String(decoding: text, as: UTF8.self), style: isFolded ? .folded : .literal, firstLine: firstLine)
  }

  /// The indentation of the first line that is not empty; an empty one before it may not have more.
  private func detectedIndent(_ least: Int) throws(SyntaxError) -> Int {
    var place = index
    var longest = 0
    while place < bytes.count {
      let blanks = bytes[place...].prefix { $0 == 0x20 }.count
      guard place + blanks < bytes.count else { break }
      if bytes[place + blanks] != 0x0A {
        guard longest <= max(least, blanks) else {
          throw syntax("an empty line that is indented more than the text below")
        }
        return max(least, blanks)
      }
      longest = max(longest, blanks)
      place += blanks + 1
    }
    return max(least, longest, 1)
  }

  /// Passes over lines without text and over the indentation of the next one.
  private mutating func skipEmptyLines(_ indent: Int) -> Int {
    var breaks = 0
    while true {
      while peek == 0x20, index - lineStart < indent { advance() }
      guard peek == 0x0A else { return breaks }
      breaks += 1
      advance()
    }
  }

  private func isAt(_ indent: Int) -> Bool {
    guard peek != nil, index - lineStart == indent else { return false }
    return indent > 0 || !isDocumentMarker
  }
}
