import BrokerCore

/// What failed and warned in a check, as messages for the run's page: what to change, which the table then leaves out.
///
/// What was found stands in the message, because a log does not show an annotation's title.
enum CheckAnnotations {
  static func annotations(_ report: RunReport) -> [Annotation] {
    // What audited rules would refuse has one annotation of its own.
    CheckFinding.all(in: report).filter { !($0.item.name == "rules" && $0.item.outcome == .warn) }.map { finding in
      Annotation(
        finding.item.outcome == .fail ? .error : .warning, title: "token-broker check",
        "\(finding.title): \(finding.item.causes.first?.fixes.first ?? finding.item.sentence)")
    }
  }
}
