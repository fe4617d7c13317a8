import BrokerCore
import Synchronization

/// Takes down what happens during a run, for its report.
final class RunRecorder: Sendable {
  private let state: Mutex<RunReport>

  init(_ command: String) { state = Mutex(RunReport(command: command)) }

  /// The report so far.
  var report: RunReport { state.withLock { $0 } }

  /// Takes the report of a run that made its own.
  func replace(_ report: RunReport) { state.withLock { $0 = report } }

  /// Who gives the identity, and whether the sandbox stands in for the registries.
  func begin(provider: String, isRehearsal: Bool) {
    state.withLock { ($0.provider, $0.isRehearsal) = (provider, isRehearsal) }
  }

  /// Takes down how a target's way ended; the last of several is what counts.
  func add<Value: Sendable>(_ outcome: Outcome<Value>) {
    let section = RunReport.Section(
      registry: outcome.target.name, evidence: outcome.evidence, error: outcome.failure)
    state.withLock { report in
      if let index = report.sections.firstIndex(where: { $0.registry == outcome.target.name }) {
        report.sections[index] = section
      } else {
        report.sections.append(section)
      }
    }
  }

  /// Takes down how the run ended.
  func end(status: Int32, _ error: BrokerError? = nil) {
    state.withLock { report in
      report.status = status
      guard let error, !report.sections.contains(where: { $0.error == error }) else { return }
      report.sections.insert(RunReport.Section(error: error), at: 0)
    }
  }
}
