import BrokerCore

/// Causes as people read them.
struct CauseText: Sendable {
  /// The whole text, each line ended; empty if there are no causes.
  let text: Message

  /// The text; the first fix of the first cause is left out where it was said.
  init(_ causes: [Cause], isFirstFixSaid: Bool = false, style: TextStyle = .plain) {
    var text: Message = ""
    for (index, cause) in causes.enumerated() {
      // A table that stands above is not written again.
      let isShown = cause.fields.isEmpty || !causes[..<index].contains { $0.fields == cause.fields }
      text += Self.text(
        cause, number: causes.count > 1 ? index + 1 : nil,
        fixes: cause.fixes.dropFirst(isFirstFixSaid && index == 0 ? 1 : 0),
        fields: isShown ? cause.fields : [],
        address: causes[..<index].contains { $0.address == cause.address } ? nil : cause.address, style)
    }
    self.text = text
  }

  private static func text(
    _ cause: Cause, number: Int?, fixes: ArraySlice<Message>, fields: [Cause.Field], address: Message?,
    _ style: TextStyle
  ) -> Message {
    let label: Message = number.map { "\($0). " } ?? ""
    let margin = 2 + label.text.count
    let head: Message = "\(label)\(cause.certainty): "
    let sentence: Message = "\(cause.summary) [\(cause.code)]"
    var text: Message = "  \(label)\(style.warning("\(cause.certainty)")): "
    text += style.layout.wrapped(sentence, indent: margin, first: 2 + head.text.count) + "\n"
    for (index, fix) in zip(fixes.indices, fixes) {
      text += style.layout.labelled(index == cause.fixes.startIndex ? "fix: " : "or:  ", fix, indent: margin)
    }
    text += table(fields, margin: margin + 5, style.layout)
    if let snippet = cause.snippet {
      let space = TextLayout.spaces(margin + 5)
      text += style.layout.labelled("put: ", "into \(snippet.place):", indent: margin)
      text += snippet.lines.map { line -> Message in "\(space)  \(line)\n" }.joined()
    }
    if let address { text += "\(TextLayout.spaces(margin))at:  \(address)\n" }
    return text
  }

  /// Labels and values in columns; with a column of what is expected where there is any.
  private static func table(_ fields: [Cause.Field], margin: Int, _ layout: TextLayout) -> Message {
    guard !fields.isEmpty else { return "" }
    let hasExpected = fields.contains { $0.expected != nil }
    func shown(_ value: Message?) -> Message { value.map { "\"\($0)\"" } ?? "(none)" }
    var rows: [(label: Message, value: Message, expected: Message)] = fields.map {
      ($0.label, shown($0.value), $0.expected.map { shown($0) } ?? "")
    }
    let space = TextLayout.spaces(margin)
    func lines() -> [Message] {
      let width = rows.map(\.label.text.count).max() ?? 0
      let valueWidth = rows.map(\.value.text.count).max() ?? 0
      return rows.map { label, value, expected -> Message in
        let cells: Message = hasExpected ? "\(TextLayout.padded(value, valueWidth))  \(expected)" : value
        return "\(space)\(TextLayout.padded(label, width))  \(cells)"
      }
    }
    guard hasExpected else { return lines().map { "\($0)\n" as Message }.joined() }
    // Column heads stand above columns; values that are too long for columns have a label each.
    guard lines().allSatisfy({ $0.text.count <= layout.columns }) else {
      return rows.map { label, value, expected -> Message in
        "\(space)\(label)\n\(space)  this job: \(value)\n\(space)  expected: \(expected)\n"
      }.joined()
    }
    rows.insert(("", "this job", "expected"), at: 0)
    return lines().map { "\($0)\n" as Message }.joined()
  }
}
