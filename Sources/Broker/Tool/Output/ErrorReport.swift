import BrokerCore

/// An error as people read it: first what to change, then what happened, why, and where.
struct ErrorReport: Sendable {
  /// The message for the run's page, one sentence; nil where no runner shows one.
  let annotation: Annotation?
  /// The whole text, or what follows the annotation; each line ended.
  let text: Message

  init(_ error: BrokerError, isAnnotated: Bool, style: TextStyle = .plain) {
    var text: Message = ""
    // What to change comes first; of an error that has no cause, what happened.
    let change = error.causes.first?.fixes.first
    let first = change ?? error.message
    // A log does not show an annotation's title.
    if isAnnotated {
      annotation = Annotation(.error, title: "token-broker \(error.code)", "\(first) [\(error.code)]")
    } else {
      annotation = nil
      text = style.layout.folded("\(style.bad("error:")) \(first) [\(error.code)]\n")
    }
    if change != nil { text += style.layout.folded("  \(error.message)\n", hanging: 2) }
    if error.causes.isEmpty, let remedy = error.remedy {
      text += style.layout.folded("  fix: \(remedy)\n", hanging: 7)
    }
    let width = error.facts.map(\.label.text.count).max() ?? 0
    for fact in error.facts {
      text += style.layout.folded("    \(TextLayout.padded(fact.label, width))  \(fact.value)\n")
    }
    text += CauseText(error.causes, isFirstFixSaid: true, style: style).text
    if let reference = error.reference { text += "  see: \(reference)\n" }
    self.text = text
  }
}
