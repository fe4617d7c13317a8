import BrokerCore

/// What failed and warned in a check, as messages for the run's page.
enum CheckAnnotations {
  static func annotations(_ report: RunReport) -> [Annotation] {
    report.sections.flatMap { section in
      section.items.compactMap { item -> Annotation? in
        let fix: Message = item.causes.first?.fixes.first.map { "\n\($0)" } ?? ""
        let title: Message = "token-broker \(section.registry.map { "\(Neutralized($0)) " } ?? "")\(item.name)"
        switch item.outcome {
        case .fail: return Annotation(.error, title: title, item.sentence + fix)
        case .warn: return Annotation(.warning, title: title, item.sentence + fix)
        case .pass, .skip: return nil
        }
      }
    }
  }
}
