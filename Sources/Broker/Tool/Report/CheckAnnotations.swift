import BrokerCore

/// What failed and warned in a check, as annotations on a GitHub run's page.
enum CheckAnnotations {
  static func commands(_ report: RunReport) -> [WorkflowCommand] {
    report.sections.flatMap { section in
      section.items.compactMap { item -> WorkflowCommand? in
        let fix = item.causes.first?.fixes.first.map { "\n\($0)" } ?? ""
        let title = "token-broker \(section.registry.map { "\($0) " } ?? "")\(item.name)"
        switch item.outcome {
        case .fail: return .error(title: title, item.sentence + fix)
        case .warn: return .warning(title: title, item.sentence + fix)
        case .pass, .skip: return nil
        }
      }
    }
  }
}
