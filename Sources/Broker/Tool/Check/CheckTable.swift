import BrokerCore

/// The result of `check` as people read it: a table for each target, then what to change.
struct CheckTable: Sendable {
  /// The whole text, each line ended.
  let text: Message

  init(_ report: RunReport, style: TextStyle) {
    var text: Message = ""
    for section in report.sections {
      text += "\(section.registry.map { Message(Neutralized($0)) } ?? "the job")\n"
      text += section.items.map { Self.row($0, style) }.joined()
    }
    for detail in Self.details(report) {
      let registries = detail.registries.map { Neutralized($0) }.joined(separator: ", ")
      text +=
        "\n\(registries.isEmpty ? "" : "\(registries): ")\(detail.item.name): \(Self.word(detail.item.outcome, style))\n"
      text += CauseText(detail.item.causes, style: style).text
    }
    text += "\n\(report.count(.pass)) passed, \(report.count(.warn)) warn, \(report.count(.fail)) failed"
    let skipped = report.count(.skip)
    self.text = text + (skipped > 0 ? ", \(skipped) skipped\n" : "\n")
  }

  /// The items that have causes; the same causes of several targets stand once.
  private static func details(_ report: RunReport) -> [(registries: [String], item: CheckItem)] {
    var details: [(registries: [String], item: CheckItem)] = []
    for section in report.sections {
      for item in section.items where !item.causes.isEmpty {
        let names = section.registry.map { [$0] } ?? []
        if let index = details.firstIndex(where: { $0.item.name == item.name && $0.item.causes == item.causes }) {
          details[index].registries += names
        } else {
          details.append((names, item))
        }
      }
    }
    return details
  }

  private static func row(_ item: CheckItem, _ style: TextStyle) -> Message {
    let head: Message = "  \(item.outcome)  \(TextLayout.padded(item.name, 14))  "
    return "  \(word(item.outcome, style))  \(TextLayout.padded(item.name, 14))  "
      + style.layout.wrapped(item.sentence, indent: head.text.count) + "\n"
  }

  private static func word(_ outcome: CheckItem.Outcome, _ style: TextStyle) -> Message {
    switch outcome {
    case .pass: style.good("\(outcome)")
    case .warn: style.warning("\(outcome)")
    case .fail: style.bad("\(outcome)")
    case .skip: "\(outcome)"
    }
  }
}
