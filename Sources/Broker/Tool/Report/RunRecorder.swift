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

  /// Takes an event down.
  func note(_ event: EngineEvent) {
    state.withLock { report in
      switch event {
      case .identityTokenReceived(let registry, _, let job): report[registry].job = job
      case .credentialReceived(let credential): report[credential.registry].expires = credential.expires
      case .failed(let registry, let error): report[registry].error = error
      default: break
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

extension RunReport {
  /// The section of a registry, made when it is first needed.
  fileprivate subscript(registry: String) -> Section {
    get { sections.first { $0.registry == registry } ?? Section(registry: registry) }
    set {
      if let index = sections.firstIndex(where: { $0.registry == registry }) {
        sections[index] = newValue
      } else {
        sections.append(newValue)
      }
    }
  }
}
