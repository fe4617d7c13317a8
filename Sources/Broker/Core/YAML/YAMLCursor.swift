/// The state of one pass over a YAML text: valid UTF-8 whose lines end with LF, without control characters.
struct YAMLCursor {
  let bytes: [UInt8]
  var index = 0
  var line = 1
  var lineStart = 0
  private let maximumDepth: Int
  private let maximumNodes: Int
  private var nodes = 0
  private var anchors: [String: YAMLNode] = [:]
  /// Where the brackets stand that are open.
  private var openings: [SourcePosition] = []

  init(_ bytes: [UInt8], maximumDepth: Int, maximumNodes: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
    self.maximumNodes = maximumNodes
  }

  // MARK: Documents

  mutating func readDocuments() throws(SyntaxError) -> [YAMLNode] {
    var documents: [YAMLNode] = []
    while true {
      try skipToContent()
      if peek == nil { return documents }
      if isMarker("...") {
        try skipMarker()
        continue
      }
      let hasDirectives = try readDirectives()
      let isMarked = isMarker("---")
      guard isMarked || !hasDirectives && documents.isEmpty || endedByMarker else {
        throw syntax("expected the end of the text, or ---")
      }
      if isMarked { advance(3) }
      anchors = [:]
      endedByMarker = false
      documents.append(try blockNode(above: -1, asValue: false, canStartBlock: !isMarked, depth: 0))
      try skipToContent()
      guard peek == nil || isMarker("---") || isMarker("...") else {
        throw syntax("this belongs to nothing: the lines above are indented in another way, or end here")
      }
    }
  }

  /// Whether `...` stood behind the last document.
  private var endedByMarker = false

  private mutating func skipMarker() throws(SyntaxError) {
    advance(3)
    endedByMarker = true
    try endLine()
  }

  /// `%YAML` is passed over; other directives change what tags mean.
  private mutating func readDirectives() throws(SyntaxError) -> Bool {
    var found = false
    while peek == UInt8(ascii: "%"), index == lineStart {
      guard bytes[index...].starts(with: "%YAML ".utf8) else { throw unsupported("a directive") }
      found = true
      while let byte = peek, byte != 0x0A { advance() }
      try skipToContent()
    }
    return found
  }

  // MARK: Nodes

  /// What stands before a value.
  private struct Properties {
    var anchor: String?
    var tag: String?
    var isEmpty: Bool { anchor == nil && tag == nil }
  }

  /// The node behind a key, behind a dash, or of a document.
  ///
  /// - Parameters:
  ///   - indent: The indentation of what holds it; it is indented more.
  ///   - asValue: Whether it is a key's value: a list in it may then have the key's indentation.
  ///   - canStartBlock: Whether a block collection may begin on this line.
  ///   - depth: The level.
  /// - Returns: The node; nothing, where what follows is indented less.
  /// - Throws: ``SyntaxError`` with the reason and the place.
  private mutating func blockNode(
    above indent: Int, asValue: Bool, canStartBlock: Bool, depth: Int
  ) throws(SyntaxError) -> YAMLNode {
    var canStartBlock = canStartBlock
    let start = position
    var outer = Properties()
    while true {
      skipBlanks()
      if isLineOver {
        try skipToContent()
        guard peek != nil, !isDocumentMarker, fits(above: indent, asValue: asValue) else {
          return try made(.scalar(YAMLScalar(text: "", style: .plain, firstLine: start.line)), at: start, outer, depth)
        }
        canStartBlock = true
      }
      let place = position
      let column = index - lineStart
      let own = try readProperties()
      skipBlanks()
      if isLineOver {
        outer = try joined(outer, own)
        continue
      }
      return try content(
        Start(place: place, column: column, canStartBlock: canStartBlock, indent: indent, depth: depth),
        outer: outer, own: own)
    }
  }

  /// Where the content of a block node begins.
  private struct Start {
    let place: SourcePosition
    let column: Int
    let canStartBlock: Bool
    let indent: Int
    let depth: Int
  }

  private mutating func content(
    _ start: Start, outer: Properties, own: Properties
  ) throws(SyntaxError) -> YAMLNode {
    switch peek {
    case UInt8(ascii: "-") where isIndicator:
      guard start.canStartBlock, own.isEmpty, !hasTab(before: start.column) else {
        throw syntax("a list cannot begin here")
      }
      return try made(.sequence(try blockSequence(start.column, start.depth + 1)), at: start.place, outer, start.depth)
    case UInt8(ascii: "?") where isIndicator, UInt8(ascii: ":") where isIndicator:
      throw unsupported("a key that is not a text on its line")
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      let scalar = try blockScalar(above: start.indent)
      return try made(.scalar(scalar), at: start.place, try joined(outer, own), start.depth)
    default: break
    }
    let firstLine = line
    let begin = index
    let isAlias = peek == UInt8(ascii: "*")
    let isCollection = peek == UInt8(ascii: "[") || peek == UInt8(ascii: "{")
    let isPlain = isPlainStart(inFlow: false)
    var node =
      isPlain
      ? nil : try flowContent(own, at: start.place, depth: start.depth, above: start.indent)
    var text = ""
    if isPlain { text = plainLine(inFlow: false) }
    let end = index
    skipBlanks()
    if line == firstLine, peek == UInt8(ascii: ":"), isIndicator {
      guard start.canStartBlock, !hasTab(before: start.column) else {
        throw syntax("a mapping cannot begin here, on the line of another key")
      }
      guard !isCollection else { throw unsupported("a key that is not a text on its line") }
      guard end - begin <= 1024 else { throw syntax("a key longer than 1024 characters") }
      if isPlain {
        node = try made(
          .scalar(YAMLScalar(text: text, style: .plain, firstLine: firstLine)), at: start.place, own, start.depth)
      }
      guard let key = node else { throw syntax("expected a key") }
      let mapping = try blockMapping(start.column, first: key, at: start.place, start.depth + 1)
      return try made(.mapping(mapping), at: start.place, outer, start.depth)
    }
    if isPlain {
      text = try continued(text, above: start.indent, inFlow: false)
      return try made(
        .scalar(YAMLScalar(text: text, style: .plain, firstLine: firstLine)), at: start.place, try joined(outer, own),
        start.depth)
    }
    guard let node else { throw syntax("expected a value") }
    try endLine()
    if outer.isEmpty { return node }
    guard !isAlias, own.isEmpty else { throw syntax("two anchors or tags for one value") }
    return try made(node.value, at: start.place, outer, start.depth, isCounted: true)
  }

  private mutating func blockSequence(_ column: Int, _ depth: Int) throws(SyntaxError) -> [YAMLNode] {
    try check(depth)
    var elements: [YAMLNode] = []
    while true {
      advance()
      elements.append(try blockNode(above: column, asValue: false, canStartBlock: true, depth: depth))
      try skipToContent()
      guard peek == UInt8(ascii: "-"), isIndicator, index - lineStart == column, !isDocumentMarker else {
        return elements
      }
    }
  }

  private mutating func blockMapping(
    _ column: Int, first: YAMLNode, at place: SourcePosition, _ depth: Int
  ) throws(SyntaxError) -> YAMLMapping {
    try check(depth)
    var members: [YAMLMapping.Member] = []
    var key = first
    var keyPlace = place
    while true {
      advance()
      let value = try blockNode(above: column, asValue: true, canStartBlock: false, depth: depth)
      members.append(try member(key, at: keyPlace, value))
      try skipToContent()
      guard peek != nil, !isDocumentMarker else { break }
      let indent = index - lineStart
      guard indent >= column else { break }
      guard indent == column else { throw syntax("this is indented more than the key above") }
      keyPlace = position
      key = try implicitKey(depth)
    }
    return YAMLMapping(members)
  }

  private mutating func implicitKey(_ depth: Int) throws(SyntaxError) -> YAMLNode {
    let place = position
    let firstLine = line
    let own = try readProperties()
    skipBlanks()
    let begin = index
    let key: YAMLNode
    if peek == UInt8(ascii: "-"), isIndicator { throw syntax("expected a key, found an element of a list") }
    if peek == UInt8(ascii: "?"), isIndicator { throw unsupported("a key that is not a text on its line") }
    if isPlainStart(inFlow: false) {
      let text = plainLine(inFlow: false)
      key = try made(.scalar(YAMLScalar(text: text, style: .plain, firstLine: firstLine)), at: place, own, depth)
    } else {
      key = try flowContent(own, at: place, depth: depth, above: -1)
    }
    let end = index
    skipBlanks()
    guard line == firstLine, peek == UInt8(ascii: ":"), isIndicator else { throw syntax("expected \":\" behind a key") }
    guard end - begin <= 1024 else { throw syntax("a key longer than 1024 characters") }
    return key
  }

  private func member(
    _ key: YAMLNode, at place: SourcePosition, _ value: YAMLNode
  ) throws(SyntaxError) -> YAMLMapping.Member {
    guard let scalar = key.scalar else {
      throw SyntaxError(.unsupported("a key that is not a text on its line"), at: place)
    }
    return YAMLMapping.Member(
      name: scalar.text, position: place, value: value,
      isMerge: scalar.style == .plain && scalar.text == "<<" && key.tag == nil)
  }

  // MARK: Flow

  /// An alias, a quoted text or a flow collection, which begins here.
  private mutating func flowContent(
    _ own: Properties, at place: SourcePosition, depth: Int, above indent: Int
  ) throws(SyntaxError) -> YAMLNode {
    let first = line
    switch peek {
    case UInt8(ascii: "*"):
      guard own.isEmpty else { throw syntax("an anchor or a tag before an alias") }
      return try alias(depth)
    case UInt8(ascii: "\""):
      let text = try doubleQuoted()
      return try made(.scalar(YAMLScalar(text: text, style: .quoted, firstLine: first)), at: place, own, depth)
    case UInt8(ascii: "'"):
      let text = try singleQuoted()
      return try made(.scalar(YAMLScalar(text: text, style: .quoted, firstLine: first)), at: place, own, depth)
    case UInt8(ascii: "["): return try made(.sequence(try flowSequence(depth + 1)), at: place, own, depth)
    case UInt8(ascii: "{"): return try made(.mapping(try flowMapping(depth + 1)), at: place, own, depth)
    default: throw syntax("a character that no value begins with")
    }
  }

  /// A value in a flow collection; nothing where a separator stands.
  private mutating func flowNode(_ depth: Int) throws(SyntaxError) -> YAMLNode {
    let place = position
    let own = try readProperties()
    if !own.isEmpty { try skipInFlow() }
    let first = line
    switch peek {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
      return try made(.scalar(YAMLScalar(text: "", style: .plain, firstLine: first)), at: place, own, depth)
    case UInt8(ascii: ":") where isFlowIndicator(1):
      guard !own.isEmpty else { throw unsupported("an empty key") }
      return try made(.scalar(YAMLScalar(text: "", style: .plain, firstLine: first)), at: place, own, depth)
    case UInt8(ascii: "?"): throw unsupported("a key that is not a text on its line")
    default: break
    }
    guard isPlainStart(inFlow: true) else { return try flowContent(own, at: place, depth: depth, above: -1) }
    let text = try continued(plainLine(inFlow: true), above: -1, inFlow: true)
    return try made(.scalar(YAMLScalar(text: text, style: .plain, firstLine: first)), at: place, own, depth)
  }

  private mutating func flowSequence(_ depth: Int) throws(SyntaxError) -> [YAMLNode] {
    try check(depth)
    openings.append(position)
    defer { openings.removeLast() }
    advance()
    var elements: [YAMLNode] = []
    while true {
      try skipInFlow()
      if accept("]") { return elements }
      guard peek != UInt8(ascii: ",") else { throw syntax("an empty element of a list") }
      let place = position
      let element = try flowNode(depth)
      if let value = try flowValue(behind: element, depth, sameLine: true) {
        let pair = YAMLMapping([try member(element, at: place, value)])
        elements.append(try made(.mapping(pair), at: place, Properties(), depth))
      } else {
        elements.append(element)
      }
      try skipInFlow()
      if accept("]") { return elements }
      guard accept(",") else { throw syntax("expected \",\" or \"]\"") }
    }
  }

  private mutating func flowMapping(_ depth: Int) throws(SyntaxError) -> YAMLMapping {
    try check(depth)
    openings.append(position)
    defer { openings.removeLast() }
    advance()
    var members: [YAMLMapping.Member] = []
    while true {
      try skipInFlow()
      if accept("}") { return YAMLMapping(members) }
      guard peek != UInt8(ascii: ",") else { throw syntax("expected a key") }
      let place = position
      let key = try flowNode(depth)
      let nothing = YAMLScalar(text: "", style: .plain, firstLine: line)
      let value: YAMLNode
      if let found = try flowValue(behind: key, depth) {
        value = found
      } else {
        value = try made(.scalar(nothing), at: position, Properties(), depth)
      }
      members.append(try member(key, at: place, value))
      try skipInFlow()
      if accept("}") { return YAMLMapping(members) }
      guard accept(",") else { throw syntax("expected \",\" or \"}\"") }
    }
  }

  /// The value behind a key of a flow collection; nil where there is no colon.
  ///
  /// Behind a quoted key nothing need stand between.
  private mutating func flowValue(
    behind key: YAMLNode, _ depth: Int, sameLine: Bool = false
  ) throws(SyntaxError) -> YAMLNode? {
    let isAdjacent = key.scalar.map { $0.style == .quoted } ?? true
    let keyLine = line
    try skipInFlow()
    guard peek == UInt8(ascii: ":"), isAdjacent || isFlowIndicator(1) else { return nil }
    guard !sameLine || line == keyLine else { throw syntax("expected \":\" on the line of its key") }
    advance()
    try skipInFlow()
    return try flowNode(depth)
  }

  // MARK: Properties and aliases

  private mutating func readProperties() throws(SyntaxError) -> Properties {
    var found = Properties()
    while peek == UInt8(ascii: "&") || peek == UInt8(ascii: "!") {
      let isAnchor = peek == UInt8(ascii: "&")
      let begin = index
      var inVerbatim = false
      while let byte = peek, !isBlankOrBreak(byte), inVerbatim || !Self.isFlowPunctuation(byte) {
        if byte == UInt8(ascii: "<") { inVerbatim = true }
        advance()
      }
      let text = String(decoding: bytes[begin..<index], as: UTF8.self)
      if isAnchor {
        guard found.anchor == nil else { throw syntax("two anchors for one value") }
        found.anchor = try name(String(text.dropFirst()))
      } else {
        guard found.tag == nil else { throw syntax("two tags for one value") }
        found.tag = text
      }
      skipBlanks()
    }
    return found
  }

  private func joined(_ outer: Properties, _ own: Properties) throws(SyntaxError) -> Properties {
    guard outer.anchor == nil || own.anchor == nil, outer.tag == nil || own.tag == nil else {
      throw syntax("two anchors or tags for one value")
    }
    return Properties(anchor: outer.anchor ?? own.anchor, tag: outer.tag ?? own.tag)
  }

  /// The name of an anchor; readers agree on these characters alone.
  private func name(_ text: String) throws(SyntaxError) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
    guard !text.isEmpty, isPlain else {
      throw unsupported("an anchor of other characters than letters, digits, - and _")
    }
    return text
  }

  private mutating func alias(_ depth: Int) throws(SyntaxError) -> YAMLNode {
    let place = position
    advance()
    let begin = index
    while let byte = peek, !isBlankOrBreak(byte), !Self.isFlowPunctuation(byte) { advance() }
    let name = try name(String(decoding: bytes[begin..<index], as: UTF8.self))
    guard let node = anchors[name] else { throw SyntaxError(.unknownAnchor(name), at: place) }
    guard depth + node.height <= maximumDepth else { throw SyntaxError(.tooDeep(maximumDepth), at: place) }
    try count(node.weight, at: place)
    return node
  }

  /// A node with its properties, counted and remembered.
  private mutating func made(
    _ value: YAMLNode.Value, at place: SourcePosition, _ properties: Properties, _ depth: Int, isCounted: Bool = false
  ) throws(SyntaxError) -> YAMLNode {
    if !isCounted { try count(1, at: place) }
    let node = YAMLNode(value, at: place, tag: properties.tag)
    if let anchor = properties.anchor { anchors[anchor] = node }
    return node
  }

  private mutating func count(_ weight: Int, at place: SourcePosition) throws(SyntaxError) {
    nodes += weight
    guard nodes <= maximumNodes else { throw SyntaxError(.tooMany(maximumNodes), at: place) }
  }

  private func check(_ depth: Int) throws(SyntaxError) {
    guard depth <= maximumDepth else { throw SyntaxError(.tooDeep(maximumDepth), at: position) }
  }

  // MARK: Places

  var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  func peek(_ offset: Int) -> UInt8? { index + offset < bytes.count ? bytes[index + offset] : nil }

  /// The place of the next character; its column is counted in scalars.
  var position: SourcePosition {
    let column = bytes[lineStart..<min(index, bytes.count)].count { $0 & 0xC0 != 0x80 }
    return SourcePosition(line: line, column: column + 1)
  }

  mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where index < bytes.count {
      index += 1
      if bytes[index - 1] == 0x0A {
        line += 1
        lineStart = index
      }
    }
  }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    advance()
    return true
  }

  func isBlankOrBreak(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }

  static func isFlowPunctuation(_ byte: UInt8) -> Bool { ",[]{}".utf8.contains(byte) }

  /// Whether a blank or an end is behind the next character.
  private var isIndicator: Bool { peek(1).map(isBlankOrBreak) ?? true }

  /// Whether a blank, an end or punctuation is so many characters on.
  func isFlowIndicator(_ offset: Int) -> Bool {
    peek(offset).map { isBlankOrBreak($0) || Self.isFlowPunctuation($0) } ?? true
  }

  /// Whether the rest of the line holds nothing but a comment.
  private var isLineOver: Bool {
    guard let byte = peek else { return true }
    return byte == 0x0A || byte == UInt8(ascii: "#") && isBehindBlank
  }

  var isBehindBlank: Bool { index == lineStart || bytes[index - 1] == 0x20 || bytes[index - 1] == 0x09 }

  /// Whether a tab stands before a column of the line, so that the column is no indentation.
  private func hasTab(before column: Int) -> Bool { bytes[lineStart..<(lineStart + column)].contains(0x09) }

  private func fits(above indent: Int, asValue: Bool) -> Bool {
    let column = index - lineStart
    if asValue, peek == UInt8(ascii: "-"), isIndicator { return column >= indent }
    return column > indent
  }

  private func isMarker(_ marker: String) -> Bool {
    index == lineStart && bytes[index...].starts(with: marker.utf8) && (peek(3).map(isBlankOrBreak) ?? true)
  }

  var isDocumentMarker: Bool { isMarker("---") || isMarker("...") }

  mutating func skipBlanks() {
    while peek == 0x20 || peek == 0x09 { advance() }
  }

  /// To the next character that is no white space and no comment.
  private mutating func skipToContent() throws(SyntaxError) {
    while true {
      skipBlanks()
      guard isLineOver, peek != nil else { break }
      while let byte = peek, byte != 0x0A { advance() }
      advance()
    }
    let blanks = bytes[lineStart..<index]
    if peek != nil, blanks.contains(0x09), blanks.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
      throw syntax("a tab, which cannot indent")
    }
  }

  private mutating func skipInFlow() throws(SyntaxError) {
    while true {
      skipBlanks()
      guard isLineOver else { break }
      guard peek != nil else {
        throw SyntaxError(.syntax(.yaml, "the bracket is not closed"), at: openings.last ?? position)
      }
      while let byte = peek, byte != 0x0A { advance() }
      advance()
      guard !isDocumentMarker else { throw syntax("the document ends within a list or mapping in brackets") }
    }
  }

  /// What is left of the line may be a comment.
  private mutating func endLine() throws(SyntaxError) {
    skipBlanks()
    guard isLineOver else { throw syntax("expected the end of the line") }
  }

  func syntax(_ text: Message) -> SyntaxError { SyntaxError(.syntax(.yaml, text), at: position) }

  private func unsupported(_ text: Message) -> SyntaxError { SyntaxError(.unsupported(text), at: position) }
}
