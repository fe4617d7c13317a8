import Dispatch
import Synchronization

/// Runs the tasks of a process on one thread, the one that calls ``run()``, and lets a driver of events do the waiting.
///
/// A run with few tasks that mostly wait for the network ends sooner without the threads of a pool, which wake each other.
/// Tasks are made for it with `Task(executorPreference:)`; their child tasks follow them.
public final class EventLoop: TaskExecutor {
  private struct Timer {
    let identifier: UInt64
    let end: ContinuousClock.Instant
    /// Resumed with whether the time passed.
    let completion: CheckedContinuation<Bool, Never>
  }

  private struct Inbox {
    var jobs: [UnownedJob] = []
    var timers: [Timer] = []
    var nextTimer: UInt64 = 1
    var drivers: [any EventDriver] = []
  }

  private let inbox = Mutex(Inbox())
  /// The loop waits for this while there is no driver.
  private let wakeUps = DispatchSemaphore(value: 0)

  /// A loop that nobody runs yet.
  public init() {}

  /// Runs tasks for as long as the process lives.
  public func run() -> Never {
    while true {
      runJobs()
      if let driver = inbox.withLock({ $0.drivers.first }) {
        driver.drive(self)
        inbox.withLock { _ = $0.drivers.removeFirst() }
        continue
      }
      // There is nothing to do, and no driver that waits.
      if let limit = timeToWait() {
        _ = wakeUps.wait(timeout: .now() + .milliseconds(limit))
      } else {
        wakeUps.wait()
      }
    }
  }

  /// Leaves a job to the loop's thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    inbox.withLock { $0.jobs.append(job) }
    wake()
  }

  /// Suspends for a duration.
  ///
  /// - Throws: `CancellationError` as soon as the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    let identifier = inbox.withLock { inbox in
      defer { inbox.nextTimer += 1 }
      return inbox.nextTimer
    }
    let hasPassed = await withTaskCancellationHandler {
      await withCheckedContinuation { completion in
        inbox.withLock {
          $0.timers.append(Timer(identifier: identifier, end: .now + duration, completion: completion))
        }
        // The cancellation may have come before the timer.
        if Task.isCancelled { cancel(identifier) } else { wake() }
      }
    } onCancel: {
      cancel(identifier)
    }
    guard hasPassed else { throw CancellationError() }
  }

  private func cancel(_ identifier: UInt64) {
    let timer = inbox.withLock { inbox in
      inbox.timers.firstIndex { $0.identifier == identifier }.map { inbox.timers.remove(at: $0) }
    }
    timer?.completion.resume(returning: false)
  }

  private func wake() {
    if let driver = inbox.withLock({ $0.drivers.first }) { driver.wakeIfWaiting() } else { wakeUps.signal() }
  }

  // MARK: For the driver

  /// From now on, `driver` does the waiting; when there is one already, as soon as that has ended.
  func hand(over driver: any EventDriver) {
    inbox.withLock { $0.drivers.append(driver) }
    wakeUps.signal()
  }

  /// Runs what is ready, and what becomes ready by that.
  func runJobs() {
    while true {
      let (jobs, timers) = inbox.withLock { inbox in
        let now = ContinuousClock.now
        let due = inbox.timers.isEmpty ? [] : inbox.timers.filter { $0.end <= now }.sorted { $0.end < $1.end }
        if !due.isEmpty { inbox.timers.removeAll { $0.end <= now } }
        defer { inbox.jobs = [] }
        return (inbox.jobs, due)
      }
      if jobs.isEmpty, timers.isEmpty { return }
      for timer in timers { timer.completion.resume(returning: true) }
      for job in jobs {
        // Each job runs once, on the executor that it was given to.
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
      }
    }
  }

  /// Milliseconds to the next job: 0 if there is one, nil if only an event can bring one.
  func timeToWait() -> Int? {
    inbox.withLock { inbox in
      guard inbox.jobs.isEmpty else { return 0 }
      guard let next = inbox.timers.map(\.end).min() else { return nil }
      return next > .now ? (next - .now).milliseconds : 0
    }
  }
}

/// What an ``EventLoop`` hands its thread to.
protocol EventDriver: Sendable {
  /// Waits for events, and runs the loop's jobs whenever there are any; returns when there is nothing to drive any more.
  func drive(_ loop: EventLoop)
  /// Ends the wait, if the thread waits; may be called on any thread.
  func wakeIfWaiting()
}
