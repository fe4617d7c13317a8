import BrokerCore

/// Says on standard error what happens during a run: what users must know always, every step with `--explain`.
struct EventNotes: Sendable {
  let console: Console
  let isExplained: Bool
  let time: TimeSource

  func show(_ event: EngineEvent) {
    switch event {
    case .clockIsOff, .retrying, .burned, .burnFailed: break
    default: guard isExplained else { return }
    }
    let line = TimelineLine(event, by: time)
    console.error("\(Neutralized(event.registry)): \(line.step): \(line.text)\n")
  }
}
