/// Ends an operation by cancelling it when its time is over.
package struct TimeLimit: Sendable {
  /// How an operation ended; its result is there in both cases, because it may have succeeded at the last moment.
  enum Outcome<Value: Sendable>: Sendable {
    /// By itself.
    case finished(Value)
    /// After it was cancelled.
    case cutOff(Value)
  }

  /// When the innermost limit around this task is over.
  @TaskLocal package static var end: ContinuousClock.Instant?

  let limit: Duration
  let time: TimeSource

  init(_ limit: Duration, time: TimeSource) {
    self.limit = limit
    self.time = time
  }

  /// Runs an operation, which must end soon when its task is cancelled.
  func run<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) async -> Outcome<Value> {
    await Self.$end.withValue(.now + limit) { await race(operation) }
  }

  private func race<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) async -> Outcome<Value> {
    await withTaskGroup(of: Value?.self) { group in
      group.addTask { await operation() }
      group.addTask {
        try? await time.sleep(limit)
        return nil
      }
      var isCutOff = false
      while let value = await group.next() {
        if let value {
          group.cancelAll()
          return isCutOff ? .cutOff(value) : .finished(value)
        }
        isCutOff = !Task.isCancelled
        group.cancelAll()
      }
      // The group always yields the operation's value before it is empty.
      preconditionFailure("an operation ended without a value")
    }
  }
}
