/// Edits a text by its lines, which are numbered from 1 and keep the number they had; whatever is not edited stays as it is.
public struct LineEditor: Sendable {
  private let original: [String]
  private let end: String
  private let isEnded: Bool
  private var replacements: [Int: [String]] = [:]
  private var insertions: [Int: [String]] = [:]

  /// An editor for a text; its lines end as the first one does.
  public init(_ text: String) {
    end = text.utf8.contains(13) ? "\r\n" : "\n"
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    isEnded = lines.last?.isEmpty ?? false
    if isEnded { lines.removeLast() }
    original = lines
  }

  /// How many lines the text had.
  public var count: Int { original.count }

  /// A line as it was; empty beyond the last.
  public subscript(line: Int) -> String { original.indices.contains(line - 1) ? original[line - 1] : "" }

  /// A line as it is now; nil where it was removed, or became several.
  public func current(_ line: Int) -> String? {
    guard let new = replacements[line] else { return self[line] }
    return new.count == 1 ? new[0] : nil
  }

  /// Puts lines in the place of a line.
  public mutating func replace(_ line: Int, with lines: String...) { replacements[line] = lines }

  /// Puts lines in the place of several.
  public mutating func replace(_ range: ClosedRange<Int>, with lines: [String]) {
    for line in range { replacements[line] = [] }
    replacements[range.lowerBound] = lines
  }

  /// Puts lines before a line, behind those that were put there earlier.
  public mutating func insert(_ lines: [String], before line: Int) { insertions[line, default: []] += lines }

  /// The number of spaces that a line begins with.
  public func indent(of line: Int) -> Int { self[line].prefix { $0 == " " }.count }

  /// The last line of the block that begins at a line: those that follow it, indented by more than `indent`.
  public func lastLine(ofBlockAt line: Int, indent: Int) -> Int {
    var last = line
    var next = line + 1
    while next <= count {
      let text = self[next].drop { $0 == " " || $0 == "\t" }
      if !text.isEmpty {
        guard self.indent(of: next) > indent else { break }
        last = next
      }
      next += 1
    }
    return last
  }

  /// The text.
  public var text: String {
    var lines: [String] = []
    for line in 1...(count + 1) {
      lines += insertions[line] ?? []
      if line <= count { lines += replacements[line] ?? [original[line - 1]] }
    }
    return lines.joined(separator: end) + (isEnded || lines.count > count ? end : "")
  }
}
