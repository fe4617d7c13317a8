/// Reads a log as a GitHub runner does (actions/runner, ActionCommand.cs and ActionCommandManager.cs), taking every name
/// for one that it knows.
enum RunnerJudge {
  /// A command that the runner would obey.
  struct Command: Equatable {
    let name: String
    let properties: String
    let data: String
  }

  /// The commands in a log; a line ends with LF, with CR or with both.
  static func commands(in log: String) -> [Command] {
    log.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.compactMap { line in
      // Most lines begin with a letter and have no `#`: these are no commands.
      let isOrdinary = line.first.map { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") } ?? true
      return isOrdinary && !line.contains(UInt8(ascii: "#")) ? nil : String(line).flatMap(command)
    }
  }

  static func command(in line: String) -> Command? { second(line) ?? first(line) }

  /// `::name properties::data`, at the start of a line but for white space.
  private static func second(_ line: String) -> Command? {
    let scalars = line.unicodeScalars.drop { $0.properties.isWhitespace }
    let text = String(String.UnicodeScalarView(scalars))
    guard text.hasPrefix("::") else { return nil }
    let rest = text.dropFirst(2)
    guard let end = rest.firstRange(of: "::") else { return nil }
    return make(rest[..<end.lowerBound], rest[end.upperBound...])
  }

  /// `##[name properties]data`, anywhere in a line.
  private static func first(_ line: String) -> Command? {
    guard let start = line.firstRange(of: "##[") else { return nil }
    let rest = line[start.upperBound...]
    guard let end = rest.firstIndex(of: "]") else { return nil }
    return make(rest[..<end], rest[rest.index(after: end)...])
  }

  private static func make(_ head: Substring, _ data: Substring) -> Command? {
    let parts = head.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { return nil }
    return Command(name: String(name), properties: parts.count > 1 ? String(parts[1]) : "", data: String(data))
  }
}
