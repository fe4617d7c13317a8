import BrokerCore

/// What audited rules would have refused in a run, each once for all registries where it is the same.
struct AuditNote: Sendable {
  /// One rule's refusal.
  struct Line: Sendable {
    /// The registries; empty for the run as a whole.
    var registries: [Message]
    /// Where the rule was written, what it wants, and what the job has.
    let text: Message

    /// The line with its registries.
    var whole: Message { registries.isEmpty ? text : "\(registries.joined(separator: ", ")): \(text)" }
  }

  /// The refusals.
  let lines: [Line]

  /// How many are told where there is room for one message alone.
  private static let limit = 10

  init(_ report: RunReport) {
    var lines: [Line] = []
    for section in report.sections {
      let names = section.registry.map { [Message(Neutralized($0))] } ?? []
      for text in section.evidence.audited.flatMap(Self.refusals) {
        if let index = lines.firstIndex(where: { $0.text == text }) {
          lines[index].registries += names.filter { !lines[index].registries.contains($0) }
        } else {
          lines.append(Line(registries: names, text: text))
        }
      }
    }
    self.lines = lines
  }

  /// Each rule that a gate's error is about; a rule's origin is a fact beside its cause.
  private static func refusals(_ error: BrokerError) -> [Message] {
    let origins = error.facts.filter { $0.label == "origin" }.map(\.value)
    guard !error.causes.isEmpty, origins.count == error.causes.count else { return [error.message] }
    return zip(origins, error.causes).map { "\($0): \($1.summary)" }
  }

  /// All of them in one message; nil if there are none.
  var message: Message? {
    guard !lines.isEmpty else { return nil }
    let shown = lines.prefix(Self.limit).map(\.whole)
    let more: Message = lines.count > shown.count ? " (\(lines.count - shown.count) more are in the report.)" : ""
    return "audit: \(lines.count == 1 ? "a rule" : "\(lines.count) rules") would refuse this run. "
      + shown.joined(separator: " ") + more
  }
}
