import BrokerCore
import BrokerSandbox

/// The log of a job as GitLab shows what its runner made of it: sections by their headers, and the variables that are
/// masked hidden.
///
/// A job's `id_tokens` are masked (GitLab, app/models/ci/build.rb, `id_tokens_variables`); sections are those of
/// docs.gitlab.com, "CI/CD job logs".
struct GitLabLog: SandboxRunner {
  private var lines = LogLines(endingWith: .lineFeed)
  private var masks = LogMasks("[MASKED]")

  init(_ variables: [String: String]) {
    // Whatever the variable is called; nothing else is a JWT.
    for value in variables.values where value.hasPrefix("eyJ") { masks.hide(value) }
  }

  mutating func read(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    lines.add(bytes).flatMap { shown($0, end: "\n") }
  }

  mutating func end() -> [UInt8] { lines.last().map { shown($0, end: "") } ?? [] }

  func page(_ files: [SandboxStepFile]) -> [String] { [] }

  /// A line with its markers taken out; one that was a marker alone is not shown.
  private func shown(_ line: String, end: String) -> [UInt8] {
    var text = ""
    var rest = line[...]
    var isMarked = false
    while let marker = SectionMarker(in: rest) {
      isMarked = true
      text += rest[..<marker.range.lowerBound]
      text += marker.isStart ? "\u{25BE} " : ""
      rest = rest[marker.range.upperBound...]
    }
    text += rest
    if isMarked, text.allSatisfy(\.isWhitespace) { return [] }
    return Array((masks.applied(to: text) + end).utf8)
  }
}

/// Where a section begins or ends: `ESC[0Ksection_start:TIME:NAME[collapsed=true]`, a carriage return and `ESC[0K`; the
/// header follows.
private struct SectionMarker {
  let range: Range<String.Index>
  let isStart: Bool

  private static let erase = "\u{1B}[0K"

  /// The first marker of a text; nil if there is none.
  init?(in text: Substring) {
    var from = text.startIndex
    while let word = text[from...].firstRange(of: "section_") {
      from = word.upperBound
      for (kind, isStart) in [("start:", true), ("end:", false)] {
        guard let end = Self.end(of: kind, in: text[from...]) else { continue }
        let start = text[..<word.lowerBound].utf8
        let hasErase = start.reversed().starts(with: Self.erase.utf8.reversed())
        range = (hasErase ? start.index(start.endIndex, offsetBy: -Self.erase.utf8.count) : word.lowerBound)..<end
        self.isStart = isStart
        return
      }
    }
    return nil
  }

  /// Where a marker ends, of which this is what follows `section_`; nil if it is another text.
  private static func end(of kind: String, in text: Substring) -> String.Index? {
    var rest = text.utf8
    func take(_ text: String) -> Bool {
      guard rest.starts(with: text.utf8) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }
    func takeAll(_ isPart: (UInt8) -> Bool) -> Bool {
      let count = rest.prefix(while: isPart).count
      rest = rest.dropFirst(count)
      return count > 0
    }
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    let isName = { (byte: UInt8) in
      isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "_.-".utf8.contains(byte)
    }
    guard take(kind), takeAll(isDigit), take(":"), takeAll(isName) else { return nil }
    if take("[") {
      _ = takeAll { $0 != 0x5D && $0 != 0x0D }
      guard take("]") else { return nil }
    }
    guard take("\r") else { return nil }
    _ = take(erase)
    return rest.startIndex
  }
}
