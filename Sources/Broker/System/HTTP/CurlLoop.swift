import BrokerCore
import CLibcurl
import Synchronization

/// Drives libcurl's multi handle on one thread: its own, or that of an ``EventLoop``.
final class CurlLoop: EventDriver {
  private typealias Submitted = (identifier: UInt64, submission: CurlSubmission, completion: CurlTransfers.Completion)

  /// What the other threads leave for the loop.
  private struct Inbox {
    var isStarted = false
    var isStopped = false
    var isCutShort = false
    /// Whether the thread waits, or is about to.
    var isWaiting = false
    var waker: CurlTransfers.Waker?
    var nextIdentifier: UInt64 = 1
    var submissions: [Submitted] = []
    var cancellations: [UInt64] = []
  }

  private let inbox = Mutex(Inbox())
  private let loop: EventLoop?
  private let loadError: @Sendable () -> Message?

  /// A loop that has not started; `loadError` says why libcurl cannot be used.
  init(on loop: EventLoop? = nil, loadError: @escaping @Sendable () -> Message? = { Libcurl.loadError }) {
    self.loop = loop
    self.loadError = loadError
  }

  /// Opens libcurl, once: on the thread of the loop that is to drive it, or on one of its own.
  ///
  /// Opening it on a second thread saves no time: both threads wait for the same memory map.
  func start() {
    let isFirst = inbox.withLock { inbox in
      defer { inbox.isStarted = true }
      return !inbox.isStarted
    }
    guard isFirst else { return }
    let open = { @Sendable [self] in
      if let error = loadError() { return refuseAll(error) }
      if let loop { loop.hand(over: self) } else { drive(nil) }
    }
    if loop == nil { DedicatedThread.start(open) } else { open() }
  }

  /// Ends the thread; requests under way fail as cancelled.
  func stop() {
    inbox.withLock { $0.isStopped = true }
    wakeIfWaiting()
  }

  /// Ends the requests under way, and those that come, as if they were cancelled without any grace.
  func cutShort() {
    inbox.withLock { $0.isCutShort = true }
    wakeIfWaiting()
  }

  /// Sends a request; cancelling the task ends it at once, or after its grace if it may have arrived.
  func send(_ submission: CurlSubmission) async -> Result<HTTPResponse, HTTPFailure> {
    let identifier = inbox.withLock { inbox in
      defer { inbox.nextIdentifier += 1 }
      return inbox.nextIdentifier
    }
    defer { inbox.withLock { $0.cancellations.removeAll { $0 == identifier } } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { completion in
        inbox.withLock { $0.submissions.append((identifier, submission, completion)) }
        // Without libcurl the thread ends when it has nothing to refuse; each submission starts it.
        start()
        wakeIfWaiting()
      }
    } onCancel: {
      inbox.withLock { $0.cancellations.append(identifier) }
      wakeIfWaiting()
    }
  }

  func wakeIfWaiting() {
    inbox.withLock { inbox in
      guard inbox.isWaiting else { return }
      inbox.isWaiting = false
      // It is forgotten under this lock before its handle is destroyed, so that it is valid here.
      inbox.waker?.wake()
    }
  }

  // MARK: On the thread

  func drive(_ loop: EventLoop) { drive(.some(loop)) }

  private func drive(_ loop: EventLoop?) {
    // A multi handle is missing only when there is no memory.
    guard var transfers = unsafe CurlTransfers() else { return refuseAll("no memory") }
    inbox.withLock { unsafe $0.waker = transfers.waker }
    while true {
      loop?.runJobs()
      let (submissions, cancellations, isStopped, isCutShort) = unsafe takeInbox(transfers)
      for (identifier, submission, completion) in submissions {
        if cancellations.contains(identifier) || isCutShort {
          completion.resume(returning: .failure(HTTPFailure(.cancelled, arrival: .nothingSent)))
        } else {
          unsafe transfers.begin(identifier, submission, completion)
        }
      }
      if isCutShort {
        unsafe transfers.endAll()
      } else {
        for cancelled in cancellations { unsafe transfers.cancel(cancelled) }
      }
      if isStopped { break }
      unsafe transfers.perform()
      guard unsafe beginWait(transfers) else { continue }
      // A job that comes after this, and a wake-up that comes before the wait, end the wait at once.
      let limits = unsafe [60_000, loop?.timeToWait(), transfers.timeToWait()]
      if let limit = limits.compactMap({ $0 }).min(), limit > 0 { unsafe transfers.wait(milliseconds: limit) }
      inbox.withLock { $0.isWaiting = false }
    }
    inbox.withLock { $0.waker = nil }
    unsafe transfers.destroy()
  }

  private func takeInbox(
    _ transfers: CurlTransfers
  ) -> (submissions: [Submitted], cancellations: [UInt64], isStopped: Bool, isCutShort: Bool) {
    inbox.withLock { inbox in
      // A cancellation may come before its submission, and is kept until then.
      let cancellations = inbox.cancellations.filter { identifier in
        unsafe transfers.contains(identifier) || inbox.submissions.contains { $0.identifier == identifier }
      }
      defer {
        inbox.submissions = []
        inbox.cancellations.removeAll { cancellations.contains($0) }
      }
      return (inbox.submissions, cancellations, inbox.isStopped, inbox.isStopped || inbox.isCutShort)
    }
  }

  /// Whether the thread may wait; from then on, every submission wakes it.
  private func beginWait(_ transfers: CurlTransfers) -> Bool {
    inbox.withLock { inbox in
      // The other cancellations are for submissions that have not arrived.
      let isAsked = inbox.isStopped || inbox.cancellations.contains { unsafe transfers.contains($0) }
      let isCutShort = unsafe inbox.isCutShort && !transfers.isEmpty
      inbox.isWaiting = inbox.submissions.isEmpty && !isAsked && !isCutShort
      return inbox.isWaiting
    }
  }

  /// Answers every request that there is no libcurl.
  private func refuseAll(_ reason: Message) {
    while true {
      let submissions = inbox.withLock { inbox in
        defer { inbox.submissions = [] }
        // The next request starts the thread again.
        if inbox.submissions.isEmpty { inbox.isStarted = false }
        return inbox.submissions
      }
      guard !submissions.isEmpty else { return }
      for submission in submissions {
        submission.completion.resume(
          returning: .failure(HTTPFailure(.unavailable, detail: reason, arrival: .nothingSent)))
      }
    }
  }
}
