/// The text of a log as bytes, in which everything is found in one pass: a log may be made to take long.
package struct LogText: Sendable {
  /// UTF-8, without a terminal's escapes.
  package let bytes: [UInt8]

  /// Takes a text without the escapes that colour it and move the cursor (ECMA-48, control sequences).
  package init(_ log: some Collection<UInt8>) {
    let log = Array(log)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(log.count)
    var index = 0
    while index < log.count {
      if let end = Self.endOfEscape(at: index, in: log) {
        index = end
      } else {
        bytes.append(log[index])
        index += 1
      }
    }
    self.bytes = bytes
  }

  /// The bytes behind `ESC [`, digits, semicolons and question marks, and a letter.
  private static func endOfEscape(at start: Int, in log: [UInt8]) -> Int? {
    guard log[start] == 0x1B, start + 1 < log.count, log[start + 1] == 0x5B else { return nil }
    var index = start + 2
    while index < log.count, (0x30...0x39).contains(log[index]) || log[index] == 0x3B || log[index] == 0x3F {
      index += 1
    }
    return index < log.count && isLetter(log[index]) ? index + 1 : nil
  }

  /// The text on one line: a space for each run of white space.
  package var line: String {
    var line: [UInt8] = []
    line.reserveCapacity(bytes.count)
    for byte in bytes {
      if !Self.isSpace(byte) {
        line.append(byte)
      } else if line.last != 0x20, !line.isEmpty {
        line.append(0x20)
      }
    }
    if line.last == 0x20 { line.removeLast() }
    return String(decoding: line, as: UTF8.self)
  }

  /// The runs of bytes that satisfy a condition, in order.
  package func runs(of isPart: (UInt8) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for (index, byte) in bytes.enumerated() {
      if isPart(byte) {
        start = start ?? index
      } else if let first = start {
        runs.append(first..<index)
        start = nil
      }
    }
    if let start { runs.append(start..<bytes.count) }
    return runs
  }

  // MARK: What is looked for

  /// Whether something in it looks like a whole JWT: three parts of base64url, the first two of which are JSON objects.
  package var holdsIdentityToken: Bool {
    let parts = runs(of: Self.isBase64URL)
    let begin = Array("eyJ".utf8)
    guard parts.count > 2 else { return false }
    return parts.indices.dropLast(2).contains { index in
      let (header, payload, signature) = (parts[index], parts[index + 1], parts[index + 2])
      guard isJoined(header, payload), isJoined(payload, signature), payload.count > 10, signature.count > 7,
        bytes[payload].starts(with: begin), let start = bytes[header].firstRange(of: begin)
      else { return false }
      return header.upperBound - start.lowerBound > 10
    }
  }

  private func isJoined(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    left.upperBound + 1 == right.lowerBound && bytes[left.upperBound] == 0x2E
  }

  /// `name: value` and `name=value`, the value bare, quoted, in backticks, or in Rust's `Some("...")`; the first of each
  /// name, at most `limit`.
  func members(limit: Int) -> [(name: String, value: String)] {
    var members: [(name: String, value: String)] = []
    var names: Set<String> = []
    var next = 0
    for run in runs(of: Self.isWord) where run.lowerBound >= next && members.count < limit {
      guard isName(run), let value = value(after: run.upperBound) else { continue }
      next = value.upperBound
      let text = String(decoding: bytes[value], as: UTF8.self)
      let name = String(decoding: bytes[run], as: UTF8.self)
      guard !["MISSING", "None", "null", "(none)"].contains(text), names.insert(name).inserted else { continue }
      members.append((name, text))
    }
    return members
  }

  private func isName(_ run: Range<Int>) -> Bool {
    (2...41).contains(run.count) && (0x61...0x7A).contains(bytes[run.lowerBound])
      && bytes[run].allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  private func value(after start: Int) -> Range<Int>? {
    var index = start
    func skip(_ isSkipped: (UInt8) -> Bool) {
      if index < bytes.count, isSkipped(bytes[index]) { index += 1 }
    }
    let some = Array("Some(".utf8)
    skip(Self.isQuote)
    skip(Self.isSpace)
    guard index < bytes.count, bytes[index] == 0x3A || bytes[index] == 0x3D else { return nil }
    index += 1
    skip(Self.isSpace)
    if bytes[index...].starts(with: some) { index += some.count }
    skip(Self.isQuote)
    let end = bytes[index...].prefix(2048).firstIndex {
      Self.isSpace($0) || Self.isQuote($0) || ",})".utf8.contains($0)
    }
    let value = index..<(end ?? min(index + 2048, bytes.count))
    return value.isEmpty ? nil : value
  }

  /// Where words stand first; nil if they do not.
  package func firstIndex(of words: String) -> Int? {
    let wanted = Array(words.utf8)
    guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
    for index in 0...(bytes.count - wanted.count)
    where bytes[index] == first && bytes[index...].starts(with: wanted) {
      return index
    }
    return nil
  }

  /// Whether words stand in it.
  package func contains(_ words: String) -> Bool { firstIndex(of: words) != nil }

  // MARK: Bytes

  /// A letter, a digit, an underscore, or a byte of a character beyond ASCII.
  package static func isWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte >= 0x80
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

  private static func isBase64URL(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte == 0x60 }
}
