import BrokerCore
import BrokerSystem

/// A pattern for paths that a shell did not replace, as tools read it by themselves: `*`, `?` and `[…]`, none of which
/// stands for a slash or for a dot at the start of a name.
struct FilePattern: Sendable {
  private let text: String

  /// How many paths are looked at.
  private static let limit = 10_000

  /// Nil for a word that is no pattern, or one that leads through folders of any depth, which tools read differently.
  init?(_ text: String) {
    guard text.contains(where: { "*?[".contains($0) }), !text.contains("**") else { return nil }
    self.text = text
  }

  /// The files that it names, sorted.
  ///
  /// - Parameter folder: Where it is looked for, `""` for the current folder.
  /// - Returns: Their paths, as a tool in that folder calls them; nil if there are too many to look at.
  func files(in folder: String) -> [String]? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    var found = [text.hasPrefix("/") ? "/" : ""]
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      var next: [String] = []
      for path in found {
        let place = ToolRunner.joined(folder, path.isEmpty ? "." : path)
        let names = FilePattern(part) == nil ? [part] : FolderReader.names(in: place).filter { Self.match($0, part) }
        for name in names {
          let candidate = ToolRunner.joined(path, name)
          let location = ToolRunner.joined(folder, candidate)
          if isLast ? FileReader.isFile(location) : FileReader.isFolder(location) { next.append(candidate) }
        }
        guard next.count <= Self.limit else { return nil }
      }
      found = next
    }
    return parts.isEmpty ? [] : found.sorted()
  }

  /// Whether a name fits a part of a pattern.
  private static func match(_ name: String, _ pattern: String) -> Bool {
    let name = Array(name.unicodeScalars)
    let pattern = tokens(pattern)
    var (place, token) = (0, 0)
    var retry: (place: Int, token: Int)?
    while place < name.count {
      if token < pattern.count, case .any = pattern[token] {
        retry = (place, token)
        token += 1
      } else if token < pattern.count, pattern[token].fits(name[place]) {
        place += 1
        token += 1
      } else if let last = retry {
        retry = (last.place + 1, last.token)
        (place, token) = (last.place + 1, last.token + 1)
      } else {
        return false
      }
    }
    return pattern[token...].allSatisfy { if case .any = $0 { true } else { false } }
  }

  private enum Token {
    case any
    case one
    case scalar(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isExcluded: Bool)

    func fits(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .any: false
      case .one: true
      case .scalar(let own): own == scalar
      case .set(let ranges, let isExcluded): ranges.contains { $0.contains(scalar) } != isExcluded
      }
    }
  }

  private static func tokens(_ pattern: String) -> [Token] {
    let scalars = Array(pattern.unicodeScalars)
    var tokens: [Token] = []
    var index = 0
    while index < scalars.count {
      switch scalars[index] {
      case "*": tokens.append(.any)
      case "?": tokens.append(.one)
      case "[":
        let isExcluded = index + 1 < scalars.count && scalars[index + 1] == "!"
        let start = index + (isExcluded ? 2 : 1)
        // A bracket that is the first in the set is one of its characters.
        guard start < scalars.count, let end = scalars[(start + 1)...].firstIndex(of: "]") else {
          tokens.append(.scalar("["))
          break
        }
        tokens.append(.set(ranges(scalars[start..<end]), isExcluded: isExcluded))
        index = end
      default: tokens.append(.scalar(scalars[index]))
      }
      index += 1
    }
    return tokens
  }

  private static func ranges(_ scalars: ArraySlice<Unicode.Scalar>) -> [ClosedRange<Unicode.Scalar>] {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var index = scalars.startIndex
    while index < scalars.endIndex {
      if index + 2 < scalars.endIndex, scalars[index + 1] == "-" {
        if scalars[index] <= scalars[index + 2] { ranges.append(scalars[index]...scalars[index + 2]) }
        index += 3
      } else {
        ranges.append(scalars[index]...scalars[index])
        index += 1
      }
    }
    return ranges
  }
}
