/// The difference of two texts as `diff -u` shows it and `git apply` reads it.
public struct UnifiedDiff: Sendable {
  /// The whole text; empty if there is no difference.
  public let text: String

  private static let context = 3

  /// The difference between a file's text and its new one; nil for a file that is new.
  public init(_ path: String, from old: String?, to new: String) {
    let left = old.map(Self.lines) ?? []
    let right = Self.lines(new)
    let hunks = Self.hunks(Self.steps(left, right))
    guard !hunks.isEmpty else {
      text = ""
      return
    }
    text =
      (old == nil
        ? "diff --git a/\(path) b/\(path)\nnew file mode 100644\n--- /dev/null\n+++ b/\(path)\n"
        : "--- a/\(path)\n+++ b/\(path)\n") + hunks.joined()
  }

  /// A line of both texts, of the old one alone, or of the new one alone.
  private enum Step {
    case both(String)
    case old(String)
    case new(String)
  }

  /// Lines with their ends.
  private static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for scalar in text.unicodeScalars {
      line.unicodeScalars.append(scalar)
      guard scalar == "\n" else { continue }
      lines.append(line)
      line = ""
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The longest common lines stay; what is common at both ends is taken first.
  private static func steps(_ left: [String], _ right: [String]) -> [Step] {
    let start = zip(left, right).prefix { $0 == $1 }.count
    let limit = min(left.count, right.count) - start
    let tail = zip(left.reversed(), right.reversed()).prefix(limit).prefix { $0 == $1 }.count
    let old = Array(left[start..<(left.count - tail)])
    let new = Array(right[start..<(right.count - tail)])
    var steps = left[..<start].map { Step.both($0) }
    var lengths = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
    for i in old.indices.reversed() {
      for j in new.indices.reversed() {
        lengths[i][j] = old[i] == new[j] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
      }
    }
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, j < new.count, old[i] == new[j] {
        steps.append(.both(old[i]))
        (i, j) = (i + 1, j + 1)
      } else if i < old.count, j == new.count || lengths[i + 1][j] >= lengths[i][j + 1] {
        steps.append(.old(old[i]))
        i += 1
      } else {
        steps.append(.new(new[j]))
        j += 1
      }
    }
    return steps + left[(left.count - tail)...].map { .both($0) }
  }

  private static func hunks(_ steps: [Step]) -> [String] {
    let changed = steps.indices.filter { if case .both = steps[$0] { false } else { true } }
    var ranges: [Range<Int>] = []
    for index in changed {
      let range = max(0, index - context)..<min(steps.count, index + context + 1)
      if let last = ranges.last, last.upperBound >= range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    var (oldLine, newLine) = (1, 1)
    var position = 0
    return ranges.map { range in
      for step in steps[position..<range.lowerBound] {
        if case .both = step { (oldLine, newLine) = (oldLine + 1, newLine + 1) }
      }
      position = range.upperBound
      var (oldCount, newCount) = (0, 0)
      var body = ""
      for step in steps[range] {
        let (mark, line): (String, String)
        switch step {
        case .both(let text): (mark, line, oldCount, newCount) = (" ", text, oldCount + 1, newCount + 1)
        case .old(let text): (mark, line, oldCount) = ("-", text, oldCount + 1)
        case .new(let text): (mark, line, newCount) = ("+", text, newCount + 1)
        }
        body += mark + line + (line.utf8.last == 10 ? "" : "\n\\ No newline at end of file\n")
      }
      defer { (oldLine, newLine) = (oldLine + oldCount, newLine + newCount) }
      func place(_ line: Int, _ count: Int) -> String { count == 0 ? "\(line - 1),0" : "\(line),\(count)" }
      return "@@ -\(place(oldLine, oldCount)) +\(place(newLine, newCount)) @@\n\(body)"
    }
  }
}
