import BrokerCore

/// Causes as people read them.
struct CauseText: Sendable {
  /// The whole text, each line ended; empty if there are no causes.
  let text: Message

  init(_ causes: [Cause], style: TextStyle = .plain) {
    text = causes.enumerated().map { Self.text($1, number: causes.count > 1 ? $0 + 1 : nil, style) }.joined()
  }

  /// The likeliest cause and its first fix on one line, for an annotation.
  static func line(_ causes: [Cause]) -> Message? {
    causes.first.map { "\($0.summary) \($0.fixes.first ?? "")" }
  }

  private static func text(_ cause: Cause, number: Int?, _ style: TextStyle) -> Message {
    let label: Message = number.map { "\($0). " } ?? ""
    let margin = 2 + label.text.count
    let head: Message = "\(label)\(cause.certainty): "
    let sentence: Message = "\(cause.summary) [\(cause.code)]"
    var text: Message = "  \(label)\(style.warning("\(cause.certainty)")): "
    text += TextLayout.wrapped(sentence, indent: margin, first: 2 + head.text.count) + "\n"
    for (index, fix) in cause.fixes.enumerated() {
      text += TextLayout.labelled(index == 0 ? "fix: " : "or:  ", fix, indent: margin)
    }
    text += table(cause.fields, margin: margin + 5)
    if let snippet = cause.snippet {
      let space = TextLayout.spaces(margin + 5)
      text += TextLayout.labelled("put: ", "into \(snippet.place):", indent: margin)
      text += snippet.lines.map { line -> Message in "\(space)  \(line)\n" }.joined()
    }
    if let address = cause.address { text += "\(TextLayout.spaces(margin))at:  \(address)\n" }
    return text
  }

  /// Labels and values in columns; with a column of what is expected where there is any.
  private static func table(_ fields: [Cause.Field], margin: Int) -> Message {
    guard !fields.isEmpty else { return "" }
    let hasExpected = fields.contains { $0.expected != nil }
    func shown(_ value: Message?) -> Message { value.map { "\"\($0)\"" } ?? "(none)" }
    var rows: [(label: Message, value: Message, expected: Message)] = fields.map {
      ($0.label, shown($0.value), $0.expected.map { shown($0) } ?? "")
    }
    if hasExpected { rows.insert(("", "this job", "expected"), at: 0) }
    let width = rows.map(\.label.text.count).max() ?? 0
    let valueWidth = rows.map(\.value.text.count).max() ?? 0
    let space = TextLayout.spaces(margin)
    return rows.map { label, value, expected -> Message in
      let cells: Message = hasExpected ? "\(TextLayout.padded(value, valueWidth))  \(expected)" : value
      let line: Message = "\(space)\(TextLayout.padded(label, width))  \(cells)"
      return line.text.count <= TextLayout.columns || !hasExpected
        ? "\(line)\n" : "\(space)\(label)\n\(space)  this job: \(value)\n\(space)  expected: \(expected)\n"
    }.joined()
  }
}
