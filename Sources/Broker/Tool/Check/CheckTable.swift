import BrokerCore

/// The result of `check` as people read it: a table for each target, then what to change.
struct CheckTable: Sendable {
  /// The whole text, each line ended.
  let text: Message

  /// The table; the first fix of what failed or warns is left out where a runner shows it.
  init(_ report: RunReport, isAnnotated: Bool = false, style: TextStyle) {
    var text: Message = ""
    let width = report.sections.flatMap(\.items).map { "\($0.outcome)" as Message }.map(\.text.count).max() ?? 0
    for section in report.sections {
      text += "\(section.registry.map { Message(Neutralized($0)) } ?? "the job")\n"
      text += section.items.map { Self.row($0, width, style) }.joined()
    }
    for finding in CheckFinding.all(in: report) where !finding.item.causes.isEmpty {
      text +=
        "\n\(finding.registries.isEmpty ? "" : "\(finding.registries): ")\(finding.item.name): "
        + "\(Self.word(finding.item.outcome, style))\n"
      text += CauseText(finding.item.causes, isFirstFixSaid: isAnnotated, style: style).text
    }
    text += "\n\(report.count(.pass)) passed, \(report.count(.warn)) warn, \(report.count(.fail)) failed"
    let others: [(outcome: CheckItem.Outcome, word: Message)] = [(.unknown, "not known"), (.skip, "skipped")]
    for (outcome, word) in others {
      let number = report.count(outcome)
      if number > 0 { text += ", \(number) \(word)" }
    }
    self.text = text + "\n"
  }

  private static func row(_ item: CheckItem, _ width: Int, _ style: TextStyle) -> Message {
    let word: Message = "\(item.outcome)"
    let space = TextLayout.spaces(width - word.text.count)
    let head: Message = "  \(word)\(space)  \(TextLayout.padded(item.name, 14))  "
    // A sentence that stands below with what to change is not said twice.
    let sentence: Message =
      item.causes.first?.summary == item.sentence
      ? "\(item.causes.map(\.code).joined(separator: ", ")): see below." : item.sentence
    return "  \(Self.word(item.outcome, style))\(space)  \(TextLayout.padded(item.name, 14))  "
      + style.layout.wrapped(sentence, indent: head.text.count) + "\n"
  }

  /// An outcome, coloured.
  static func word(_ outcome: CheckItem.Outcome, _ style: TextStyle) -> Message {
    switch outcome {
    case .pass: style.good("\(outcome)")
    case .warn: style.warning("\(outcome)")
    case .fail: style.bad("\(outcome)")
    case .unknown, .skip: "\(outcome)"
    }
  }
}
