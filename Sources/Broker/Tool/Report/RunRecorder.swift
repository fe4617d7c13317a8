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

  /// Who gives the identity, whether the sandbox stands in for the registries, and what audited rules would refuse of
  /// the configuration.
  func begin(provider: String, isRehearsal: Bool, _ configuration: BrokerConfiguration) {
    let audited = configuration.audited
    state.withLock { report in
      (report.provider, report.isRehearsal) = (provider, isRehearsal)
      guard !audited.isEmpty else { return }
      var section = RunReport.Section()
      section.evidence.audited = audited
      report.sections.insert(section, at: 0)
    }
  }

  /// Takes down what became of credentials.
  func note(_ event: EngineEvent) {
    state.withLock { report in
      switch event {
      case .credentialReceived: report.credentials[event.registry, default: .init()].received += 1
      case .burned: report.credentials[event.registry, default: .init()].burned += 1
      default: break
      }
    }
  }

  /// Takes down whose turn did not come.
  func notReached(_ registries: [String]) { state.withLock { $0.notReached = registries } }

  /// Takes down whether it is certain that nothing was published.
  func published(nothing isNothing: Bool) { state.withLock { $0.isNothingPublished = isNothing } }

  /// Takes down how a target's way ended; the last of several is what counts, and the credentials of all.
  func add<Value: Sendable>(_ outcome: Outcome<Value>) {
    change(outcome.target.name) { section in
      let earlier = section.evidence.credential
      (section.evidence, section.error) = (outcome.evidence, outcome.failure)
      section.evidence.credential = outcome.evidence.credential?.together(with: earlier) ?? earlier
    }
  }

  /// Takes down what became of a target's files.
  func add(_ files: TargetFiles) {
    guard !files.files.isEmpty else { return }
    change(files.registry) { $0.files = files }
  }

  private func change(_ registry: String, _ body: (inout RunReport.Section) -> Void) {
    state.withLock { report in
      let index =
        report.sections.firstIndex { $0.registry == registry }
        ?? {
          report.sections.append(RunReport.Section(registry: registry))
          return report.sections.count - 1
        }()
      body(&report.sections[index])
    }
  }

  /// Takes down how the run ended.
  func end(status: Int32, _ error: BrokerError? = nil) {
    state.withLock { report in
      report.status = status
      guard let error, !report.sections.contains(where: { $0.error == error }) else { return }
      if let first = report.sections.first, first.registry == nil, first.error == nil {
        report.sections[0].error = error
      } else {
        report.sections.insert(RunReport.Section(error: error), at: 0)
      }
    }
  }
}
