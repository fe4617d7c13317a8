import BrokerCore

/// An error as people read it.
struct ErrorReport: Sendable {
  /// The whole text, each line ended.
  let text: String

  init(_ error: BrokerError, isGitHubActions: Bool) {
    var text: String
    if isGitHubActions {
      let remedy = error.remedy.map { " \($0)" } ?? ""
      text = WorkflowCommand.error(title: "token-broker \(error.code)", error.message + remedy)
    } else {
      text = "error: \(error.message) [\(error.code)]\n"
      if let remedy = error.remedy { text += "  fix: \(remedy)\n" }
    }
    let width = error.facts.map(\.label.count).max() ?? 0
    for fact in error.facts {
      text += "    \(fact.label)\(String(repeating: " ", count: width - fact.label.count))  \(fact.value)\n"
    }
    if let reference = error.reference { text += "  see: \(reference)\n" }
    self.text = text
  }
}
