/// The text of a log as bytes, in which everything is found in one pass: a log may be made to take long.
package struct LogText: Sendable {
  /// UTF-8, without a terminal's escapes.
  package let bytes: [UInt8]

  /// Takes a text without the escapes that colour it and move the cursor (ECMA-48, control sequences), without the times
  /// that runners put before each line, and with the lines of a runner's command as lines.
  package init(_ log: some Collection<UInt8>) {
    let log = Array(log)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(log.count)
    var index = 0
    var isLineStart = true
    var isCommand = false
    while index < log.count {
      if let end = Self.endOfEscape(at: index, in: log) {
        index = end
        continue
      }
      if isLineStart {
        isLineStart = false
        if let (end, isContinued) = Self.endOfTime(at: index, in: log) {
          index = end
          if isContinued, bytes.last == 0x0A { bytes.removeLast() }
        }
        isCommand = log[index...].starts(with: "::".utf8)
        continue
      }
      if isCommand, let (byte, end) = Self.percentEncoded(at: index, in: log) {
        bytes.append(byte)
        index = end
        continue
      }
      bytes.append(log[index])
      isLineStart = log[index] == 0x0A
      index += 1
    }
    self.bytes = bytes
  }

  /// What a command of one line has in place of line ends and percent signs.
  private static func percentEncoded(at start: Int, in log: [UInt8]) -> (byte: UInt8, end: Int)? {
    guard log[start] == 0x25, start + 2 < log.count else { return nil }
    switch (log[start + 1], log[start + 2]) {
    case (0x30, 0x41): return (0x0A, start + 3)
    case (0x30, 0x44): return (0x20, start + 3)
    case (0x32, 0x35): return (0x25, start + 3)
    case (0x33, 0x41): return (0x3A, start + 3)
    case (0x32, 0x43): return (0x2C, start + 3)
    default: return nil
    }
  }

  private static let form = Array("0000-00-00T00:00:00".utf8)

  /// The bytes of `2026-11-26T09:45:10.1234567Z ` (RFC 3339), before which the names of a job and a step may stand with a
  /// tab behind each, and behind which a stream's number may stand: `00O `, or `00O+` if the line goes on.
  private static func endOfTime(at start: Int, in log: [UInt8]) -> (end: Int, isContinued: Bool)? {
    var index = start
    var tabs = 0
    var next = start
    // A line that begins with a digit has no names before its time.
    let end = (0x30...0x39).contains(log[start]) ? start : min(start + 256, log.count)
    while next < end, tabs < 2, log[next] != 0x0A {
      if log[next] == 0x09 { tabs += 1 }
      next += 1
    }
    if tabs == 2 { index = next }
    guard index + form.count < log.count, (0x30...0x39).contains(log[index]) else { return nil }
    for (offset, part) in form.enumerated() {
      let byte = log[index + offset]
      guard part == 0x30 ? (0x30...0x39).contains(byte) : byte == part else { return nil }
    }
    index += form.count
    while index < log.count, (0x30...0x39).contains(log[index]) || log[index] == 0x2E { index += 1 }
    guard index < log.count, log[index] == 0x5A else { return nil }
    index += 1
    func has(_ offset: Int, _ bytes: String) -> Bool {
      index + offset < log.count && bytes.utf8.contains(log[index + offset])
    }
    if has(0, " "), has(1, "0123456789abcdef"), has(2, "0123456789abcdef"), has(3, "OE"), has(4, " +") {
      return (index + 5, log[index + 4] == 0x2B)
    }
    return (has(0, " ") ? index + 1 : index, false)
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

  /// The lines.
  package var lines: [String] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What follows the last place of some words; the whole where they do not stand.
  func rest(behindLast words: String) -> LogText {
    let wanted = Array(words.utf8)
    guard let first = wanted.first, bytes.count >= wanted.count else { return self }
    for index in stride(from: bytes.count - wanted.count, through: 0, by: -1)
    where bytes[index] == first && bytes[index...].starts(with: wanted) {
      return LogText(plain: Array(bytes[(index + wanted.count)...]))
    }
    return self
  }

  private init(plain bytes: [UInt8]) { self.bytes = bytes }

  /// The runs of bytes that satisfy a condition, in order.
  package func runs(of isPart: (UInt8) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    var index = 0
    while index < bytes.count {
      if isPart(bytes[index]) {
        start = start ?? index
      } else if let first = start {
        runs.append(first..<index)
        start = nil
      }
      index += 1
    }
    if let start { runs.append(start..<bytes.count) }
    return runs
  }

  // MARK: What is looked for

  /// What looks like a whole JWT: three parts of base64url, the first two of which are JSON objects.
  package var identityTokens: [Range<Int>] {
    let parts = runs(of: Self.isBase64URL)
    let begin = Array("eyJ".utf8)
    guard parts.count > 2 else { return [] }
    return parts.indices.dropLast(2).compactMap { index in
      let (header, payload, signature) = (parts[index], parts[index + 1], parts[index + 2])
      guard isJoined(header, payload), isJoined(payload, signature), payload.count > 10, signature.count > 7,
        bytes[payload].starts(with: begin), let start = bytes[header].firstRange(of: begin)?.lowerBound,
        header.upperBound - start > 10
      else { return nil }
      return start..<signature.upperBound
    }
  }

  /// The text without what looks like a whole JWT.
  var withoutIdentityTokens: LogText {
    var kept: [UInt8] = []
    var next = 0
    for token in identityTokens where token.lowerBound >= next {
      kept += bytes[next..<token.lowerBound] + "[identity token]".utf8
      next = token.upperBound
    }
    return LogText(plain: kept + bytes[next...])
  }

  private func isJoined(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    left.upperBound + 1 == right.lowerBound && bytes[left.upperBound] == 0x2E
  }

  /// `name: value` and `name=value`, the value bare, quoted, in backticks, or in Rust's `Some("...")`; the first of each
  /// name, at most `limit`.
  ///
  /// The value is nil where it says that there is none.
  func members(limit: Int) -> [(name: String, value: String?)] {
    var members: [(name: String, value: String?)] = []
    var names: Set<String> = []
    var next = 0
    for run in runs(of: Self.isWord) where run.lowerBound >= next && members.count < limit {
      guard isName(run), let value = value(after: run.upperBound) else { continue }
      next = value.upperBound
      let text = String(decoding: bytes[value], as: UTF8.self)
      let name = String(decoding: bytes[run], as: UTF8.self)
      guard names.insert(name).inserted else { continue }
      members.append((name, ["MISSING", "None", "null", "(none)"].contains(text) ? nil : text))
    }
    return members
  }

  private func isName(_ run: Range<Int>) -> Bool {
    (2...41).contains(run.count) && (0x61...0x7A).contains(bytes[run.lowerBound])
      && bytes[run].allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  private func value(after start: Int) -> Range<Int>? {
    var index = start
    func skip(_ isSkipped: (UInt8) -> Bool) -> UInt8? {
      guard index < bytes.count, isSkipped(bytes[index]) else { return nil }
      index += 1
      return bytes[index - 1]
    }
    func skipSpace() { while skip(Self.isSpace) != nil {} }
    _ = skip(Self.isQuote)
    _ = skip(Self.isSpace)
    guard skip({ $0 == 0x3A || $0 == 0x3D }) != nil else { return nil }
    skipSpace()
    let some = Array("Some(".utf8)
    if bytes[index...].starts(with: some) {
      index += some.count
      skipSpace()
    }
    let mark = skip(Self.isQuote)
    let end = bytes[index...].prefix(2048).firstIndex { byte in
      if let mark { return byte == mark }
      return Self.isSpace(byte) || Self.isQuote(byte) || ",})".utf8.contains(byte)
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
