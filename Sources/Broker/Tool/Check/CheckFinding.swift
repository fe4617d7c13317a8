import BrokerCore

/// What failed or warns in a check; what is the same at several registries is one finding.
struct CheckFinding: Sendable {
  private(set) var names: [String]
  let item: CheckItem

  /// The registries that it concerns; empty for the job itself.
  var registries: Message { names.map { Message(Neutralized($0)) }.joined(separator: ", ") }

  /// What it is called: `pypi publisher`.
  var title: Message { names.isEmpty ? item.name : "\(registries) \(item.name)" }

  /// The findings of a report, in its order.
  static func all(in report: RunReport) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    for section in report.sections {
      for item in section.items where item.outcome == .fail || item.outcome == .warn {
        let names = section.registry.map { [$0] } ?? []
        let isSame = { (finding: CheckFinding) in
          finding.item.name == item.name && finding.item.outcome == item.outcome
            && (item.causes.isEmpty ? finding.item == item : finding.item.causes == item.causes)
        }
        if let index = findings.firstIndex(where: isSame) {
          findings[index].names += names
        } else {
          findings.append(CheckFinding(names: names, item: item))
        }
      }
    }
    return findings
  }
}
