import BrokerCore

/// The last lines of a run: which file is where, its digest, where people find the release, and what became of the API
/// tokens.
struct ReleaseSummary: Sendable {
  /// The whole text, each line ended; empty if nothing is known.
  let text: Message

  /// What is said of a run that published nothing.
  static let nothing: Message = "Nothing was published.\n"

  /// - Parameters:
  ///   - report: What was done.
  ///   - layout: The width.
  init(_ report: RunReport, _ layout: TextLayout) {
    let targets = report.sections.compactMap(\.files)
    var text = Self.comparison(targets).map { "\($0)\n" as Message }.joined()
    text += Self.table(targets, layout)
    text += Self.digests(targets).map { "sha256 \(Neutralized($0.sha256))  \($0.filename)\n" as Message }.joined()
    for target in targets {
      for page in target.pages {
        text += "\(Neutralized(target.registry)): \(Neutralized(page))\(Self.remark(report.isRehearsal))\n"
      }
    }
    for section in report.sections {
      guard let registry = section.registry, let words = Self.credential(of: section, in: report) else { continue }
      text += "\(Neutralized(registry)): API token: \(words)\n"
    }
    text += AuditNote(report).lines.map { "audit: would be refused: \($0.whole)\n" as Message }.joined()
    if !report.notReached.isEmpty {
      text += "not reached: \(report.notReached.map { Neutralized($0) }.joined(separator: ", "))\n"
    }
    if report.isNothingPublished == true { text += Self.nothing }
    self.text = text
  }

  /// The files of all targets in columns; where these do not fit, what became of a file stands below its name.
  private static func table(_ targets: [TargetFiles], _ layout: TextLayout) -> Message {
    var rows: [[Message]] = []
    for target in targets {
      for file in target.files { rows.append([Message(Neutralized(target.registry)), name(of: file), file.words]) }
    }
    guard !rows.isEmpty else { return "" }
    rows.insert(["target", "file", "state"], at: 0)
    let widths = (0..<3).map { column in rows.map { $0[column].text.count }.max() ?? 0 }
    let isWide = widths.reduce(4, +) > layout.columns
    return rows.map { row -> Message in
      let target = TextLayout.padded(row[0], widths[0])
      return isWide
        ? "\(target)  \(row[1])\n\(TextLayout.spaces(widths[0] + 4))\(row[2])\n"
        : "\(target)  \(TextLayout.padded(row[1], widths[1]))  \(row[2])\n"
    }.joined()
  }

  private static func name(of file: PublishedFile) -> Message { Message(Neutralized(file.filename, limit: 120)) }

  /// The digest of each file, once where several targets have the same bytes of it.
  static func digests(_ targets: [TargetFiles]) -> [(filename: Message, sha256: String)] {
    var digests: [(filename: Message, sha256: String)] = []
    for file in targets.flatMap(\.files) {
      guard let sha256 = file.sha256 else { continue }
      let digest = (filename: name(of: file), sha256: sha256)
      if !digests.contains(where: { $0 == digest }) { digests.append(digest) }
    }
    return digests
  }

  /// What became of the API tokens of a target; nil if it gave none.
  static func credential(of section: RunReport.Section, in report: RunReport) -> Message? {
    if section.registry.flatMap({ report.credentials[$0] })?.areBurned == true { return "burned" }
    return section.evidence.expires.map { "expires \($0)" }
  }

  /// What follows the address of a release.
  static func remark(_ isRehearsal: Bool) -> Message { isRehearsal ? " (in a rehearsal nothing is there)" : "" }

  /// Whether several targets have the same bytes, in sentences.
  static func comparison(_ targets: [TargetFiles]) -> [Message] {
    var sentences: [Message] = []
    var same: [Message: Int] = [:]
    var order: [Message] = []
    let names = targets.flatMap { $0.files.map(\.filename) }
    for filename in names.reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
      let places = targets.compactMap { target in
        target.files.first { $0.filename == filename && $0.proof == .confirmed }
          .flatMap { file in file.sha256.map { (registry: target.registry, sha256: $0) } }
      }
      guard let first = places.first, places.count > 1 else { continue }
      if let other = places.first(where: { $0.sha256 != first.sha256 }) {
        let shown = Neutralized(filename, limit: 120)
        sentences.append(
          "\(Neutralized(other.registry)) has other bytes of \(shown) than \(Neutralized(first.registry)): the file was made again in between"
        )
        continue
      }
      let who = places.map { Neutralized($0.registry) }.joined(separator: " and ")
      if same[who] == nil { order.append(who) }
      same[who, default: 0] += 1
    }
    return order.map { who in
      let count = same[who] ?? 0
      return "\(who) have the same bytes of \(count == 1 ? "1 file" : "\(count) files")"
    } + sentences
  }
}
