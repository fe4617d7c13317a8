import BrokerCore

/// An error as people read it: what happened, why, and what to change.
struct ErrorReport: Sendable {
  /// The message for the run's page; nil where no runner shows one.
  let annotation: Annotation?
  /// The whole text, or what follows the annotation; each line ended.
  let text: Message

  init(_ error: BrokerError, isAnnotated: Bool, style: TextStyle = .plain) {
    var text: Message = ""
    if isAnnotated {
      let why = CauseText.line(error.causes) ?? error.remedy
      annotation = Annotation(
        .error, title: "token-broker \(error.code)", error.message + (why.map { "\n\($0)" } ?? ""))
    } else {
      annotation = nil
      text = "\(style.bad("error:")) \(error.message) [\(error.code)]\n"
    }
    if error.causes.isEmpty, !isAnnotated, let remedy = error.remedy { text += "  fix: \(remedy)\n" }
    let width = error.facts.map(\.label.text.count).max() ?? 0
    for fact in error.facts { text += "    \(TextLayout.padded(fact.label, width))  \(fact.value)\n" }
    text += CauseText(error.causes, style: style).text
    if let reference = error.reference { text += "  see: \(reference)\n" }
    self.text = text
  }
}
