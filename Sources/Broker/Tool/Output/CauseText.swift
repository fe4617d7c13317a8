import BrokerCore

/// Causes as people read them.
struct CauseText: Sendable {
  /// The whole text, each line ended; empty if there are no causes.
  let text: String

  init(_ causes: [Cause], style: TextStyle = .plain) {
    text = causes.enumerated().map { Self.text($1, number: causes.count > 1 ? $0 + 1 : nil, style) }.joined()
  }

  /// The likeliest cause and its first fix on one line, for an annotation.
  static func line(_ causes: [Cause]) -> String? {
    causes.first.map { "\($0.summary) " + ($0.fixes.first ?? "") }
  }

  private static func text(_ cause: Cause, number: Int?, _ style: TextStyle) -> String {
    let label = number.map { "\($0). " } ?? ""
    let margin = 2 + label.count
    let head = "\(label)\(cause.certainty.name): "
    var text =
      "  \(label)\(style.warning(cause.certainty.name)): "
      + TextLayout.wrapped("\(cause.summary) [\(cause.code)]", indent: margin, first: 2 + head.count) + "\n"
    for (index, fix) in cause.fixes.enumerated() {
      text += TextLayout.labelled(index == 0 ? "fix: " : "or:  ", fix, indent: margin)
    }
    text += table(cause.fields, margin: margin + 5)
    if let snippet = cause.snippet {
      let space = String(repeating: " ", count: margin + 5)
      text += TextLayout.labelled("put: ", "into \(snippet.place):", indent: margin)
      text += snippet.lines.map { "\(space)  \($0)\n" }.joined()
    }
    if let address = cause.address { text += "\(String(repeating: " ", count: margin))at:  \(address)\n" }
    return text
  }

  /// Labels and values in columns; with a column of what is expected where there is any.
  private static func table(_ fields: [Cause.Field], margin: Int) -> String {
    guard !fields.isEmpty else { return "" }
    let hasExpected = fields.contains { $0.expected != nil }
    func shown(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "(none)" }
    var rows = fields.map { ($0.label, shown($0.value), $0.expected.map { shown($0) } ?? "") }
    if hasExpected { rows.insert(("", "this job", "expected"), at: 0) }
    let width = rows.map(\.0.count).max() ?? 0
    let valueWidth = rows.map(\.1.count).max() ?? 0
    let space = String(repeating: " ", count: margin)
    return rows.map { label, value, expected in
      let line =
        "\(space)\(TextLayout.padded(label, width))  "
        + (hasExpected ? "\(TextLayout.padded(value, valueWidth))  \(expected)" : value)
      return line.count <= TextLayout.columns || !hasExpected
        ? "\(line)\n" : "\(space)\(label)\n\(space)  this job: \(value)\n\(space)  expected: \(expected)\n"
    }.joined()
  }
}
