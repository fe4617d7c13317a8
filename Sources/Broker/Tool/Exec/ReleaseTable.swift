import BrokerCore

/// The last lines of a run: which file is where, and where people find the release.
struct ReleaseTable: Sendable {
  /// The whole text, each line ended; empty if nothing is known of any file.
  let text: Message

  /// - Parameters:
  ///   - targets: What became of the files, in the order of the targets.
  ///   - isRehearsal: Whether the sandbox stood in for the registries.
  init(_ targets: [TargetFiles], isRehearsal: Bool) {
    var rows: [[Message]] = [["target", "file", "state"]]
    for target in targets {
      for file in target.files {
        rows.append(["\(Neutralized(target.registry))", "\(Neutralized(file.filename, limit: 120))", file.words])
      }
    }
    guard rows.count > 1 else {
      text = ""
      return
    }
    let widths = (0..<2).map { column in rows.map { $0[column].text.count }.max() ?? 0 }
    var text = Self.comparison(targets).map { "\($0)\n" as Message }.joined()
    for row in rows {
      text += "\(TextLayout.padded(row[0], widths[0]))  \(TextLayout.padded(row[1], widths[1]))  \(row[2])\n"
    }
    for target in targets {
      for page in target.pages {
        text +=
          "\(TextLayout.padded("\(Neutralized(target.registry))", widths[0]))  \(Neutralized(page))\(Self.remark(isRehearsal))\n"
      }
    }
    self.text = text
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
