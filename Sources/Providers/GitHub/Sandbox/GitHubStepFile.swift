import BrokerCore
import BrokerSandbox

/// What a step wrote for the runner into one of the files that it was given (docs.github.com, "Workflow commands for GitHub
/// Actions"; actions/runner, FileCommandManager.cs).
struct GitHubStepFile: Sendable {
  typealias Value = (name: String, value: String)

  /// The records `NAME=VALUE`, and `NAME<<WORD`, lines, and WORD, up to the first that cannot be read.
  private(set) var values: [Value] = []
  /// The folders, the one that is searched first at the beginning.
  private(set) var folders: [String] = []
  /// Why the runner would call the step failed; nil if it would not.
  private(set) var problem: String?

  /// The greatest length of a step's summary, in bytes.
  private static let summaryLimit = 1024 * 1024
  /// What no step may set for later ones.
  private static let blocked = ["NODE_OPTIONS"]

  init(_ file: SandboxStepFile) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = file.content.starts(with: mark) ? file.content.dropFirst(mark.count) : file.content[...]
    switch file.variable {
    case "GITHUB_PATH":
      for line in content.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
        let folder = String(decoding: line, as: UTF8.self)
        folders.removeAll { $0 == folder }
        folders.insert(folder, at: 0)
      }
    case "GITHUB_STEP_SUMMARY":
      guard content.count > Self.summaryLimit else { return }
      problem = "a summary has at most 1024k, and this one \(content.count / 1024)k"
    default:
      problem = read(
        content.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) })
      guard file.variable == "GITHUB_ENV" else { return }
      let refused = values.first { Self.isBlocked($0.name) }?.name
      problem = problem ?? refused.map { "Can't store \($0) output parameter using '$GITHUB_ENV' command." }
    }
  }

  /// The variables that later steps get.
  var variables: [Value] { Self.last(of: values.filter { !Self.isBlocked($0.name) }) }

  /// Of several values of one name, the last.
  static func last(of values: [Value]) -> [Value] {
    values.enumerated().filter { index, value in !values[(index + 1)...].contains { $0.name == value.name } }
      .map(\.element)
  }

  private static func isBlocked(_ name: String) -> Bool { blocked.contains(name.uppercased()) }

  /// Reads records from lines; a carriage return is part of its line.
  ///
  /// - Returns: What is wrong with the first that cannot be read; nil if all can.
  private mutating func read(_ lines: [String]) -> String? {
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      guard !line.isEmpty else { continue }
      let (equals, heredoc) = (line.firstIndex(of: "="), line.firstRange(of: "<<"))
      if let equals, heredoc.map({ equals < $0.lowerBound }) ?? true {
        guard equals > line.startIndex else { return "Invalid format '\(line)'" }
        values.append((String(line[..<equals]), String(line[line.index(after: equals)...])))
      } else if let heredoc {
        let (name, word) = (line[..<heredoc.lowerBound], line[heredoc.upperBound...])
        guard !name.isEmpty, !word.isEmpty else { return "Invalid format '\(line)'" }
        guard let end = lines[index...].firstIndex(where: { $0.utf8.elementsEqual(word.utf8) }) else {
          return "Invalid value. Matching delimiter not found '\(word)'"
        }
        values.append((String(name), lines[index..<end].joined(separator: "\n")))
        index = end + 1
      } else {
        return "Invalid format '\(line)'"
      }
    }
    return nil
  }
}
