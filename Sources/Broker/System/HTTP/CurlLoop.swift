import BrokerCore
import CLibcurl
import Synchronization

/// Drives libcurl's multi handle on one thread: its own, or that of an ``EventLoop``.
final class CurlLoop: EventDriver {
  private typealias Completion = CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>

  /// What the other threads leave for the loop.
  private struct Inbox {
    var isStarted = false
    var isStopped = false
    var isCutShort = false
    /// Whether the thread waits, or is about to.
    var isWaiting = false
    var multi: MultiHandle?
    var nextIdentifier: UInt64 = 1
    var submissions: [(identifier: UInt64, submission: CurlSubmission, completion: Completion)] = []
    var cancellations: [UInt64] = []
  }

  /// Only `wake` uses the pointer on another thread than the loop's, which libcurl allows for that call.
  @safe private struct MultiHandle: @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer

    init(_ pointer: UnsafeMutableRawPointer) { unsafe self.pointer = pointer }

    func wake() { unsafe broker_multi_wake(pointer) }
  }

  /// A transfer under way; it is destroyed when it ends.
  @unsafe private struct Active {
    let transfer: OpaquePointer
    let completion: Completion
    let submission: CurlSubmission
    /// When it ends although nothing came: it was cancelled.
    var end: ContinuousClock.Instant?
  }

  private let inbox = Mutex(Inbox())
  private let loop: EventLoop?
  private let loadError: @Sendable () -> String?

  /// A loop that has not started; `loadError` says why libcurl cannot be used.
  init(on loop: EventLoop? = nil, loadError: @escaping @Sendable () -> String? = { Libcurl.loadError }) {
    self.loop = loop
    self.loadError = loadError
  }

  /// Opens libcurl on a thread of its own, once; that goes on to drive it if there is no other.
  func start() {
    let isFirst = inbox.withLock { inbox in
      defer { inbox.isStarted = true }
      return !inbox.isStarted
    }
    guard isFirst else { return }
    DedicatedThread.start { [self] in
      if let error = loadError() { return refuseAll(error) }
      if let loop { loop.hand(over: self) } else { drive(nil) }
    }
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
        // A thread without a libcurl ends when there is nothing to refuse: it is started behind the submission.
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
      // The handle is destroyed under this lock, so that it is valid here.
      inbox.multi?.wake()
    }
  }

  // MARK: On the thread

  func drive(_ loop: EventLoop) { drive(.some(loop)) }

  private func drive(_ loop: EventLoop?) {
    // A multi handle is missing only when there is no memory.
    guard let multi = unsafe broker_multi_create() else { return refuseAll("no memory") }
    inbox.withLock { unsafe $0.multi = MultiHandle(multi) }
    var active: [UInt64: Active] = unsafe [:]

    func end(_ identifier: UInt64, _ result: (Active) -> Result<HTTPResponse, HTTPFailure>) {
      guard let ended = unsafe active.removeValue(forKey: identifier) else { return }
      // Nothing refers to the transfer after this.
      unsafe broker_multi_remove(multi, ended.transfer)
      let value = unsafe result(ended)
      unsafe broker_transfer_destroy(ended.transfer)
      unsafe ended.completion.resume(returning: value)
    }

    while true {
      loop?.runJobs()
      let (submissions, cancellations, isStopped, isCutShort) = inbox.withLock { inbox in
        // A cancellation may come before its submission, and is kept until then.
        let cancellations = inbox.cancellations.filter { identifier in
          unsafe active[identifier] != nil || inbox.submissions.contains { $0.identifier == identifier }
        }
        defer {
          inbox.submissions = []
          inbox.cancellations.removeAll { cancellations.contains($0) }
        }
        return (inbox.submissions, cancellations, inbox.isStopped, inbox.isStopped || inbox.isCutShort)
      }
      for (identifier, submission, completion) in submissions {
        guard !cancellations.contains(identifier), !isCutShort else {
          completion.resume(returning: .failure(HTTPFailure(.cancelled, arrival: .nothingSent)))
          continue
        }
        guard let transfer = unsafe submission.makeTransfer(identifier: identifier) else {
          completion.resume(
            returning: .failure(HTTPFailure(.unavailable, detail: "no memory", arrival: .nothingSent)))
          continue
        }
        unsafe broker_multi_add(multi, transfer)
        unsafe active[identifier] = Active(transfer: transfer, completion: completion, submission: submission)
      }
      for identifier in unsafe isCutShort ? Array(active.keys) : cancellations {
        if !isCutShort, let request = unsafe active[identifier], unsafe CurlOutcome.mayHaveArrived(request.transfer),
          let last = unsafe request.submission.endOfGrace
        {
          unsafe active[identifier]?.end = last
          continue
        }
        unsafe end(identifier) { unsafe CurlOutcome.cancelled($0.transfer) }
      }
      if isStopped { break }

      unsafe broker_multi_perform(multi)
      var code: Int32 = 0
      while case let identifier = unsafe broker_multi_next(multi, &code), identifier != 0 {
        unsafe end(identifier) {
          unsafe CurlOutcome.result(
            of: $0.transfer, code: code, redaction: $0.submission.configuration.proxies.redaction)
        }
      }
      let ends = unsafe active.compactMap { identifier, request in unsafe request.end.map { (identifier, $0) } }
      for (identifier, last) in ends where last <= .now {
        unsafe end(identifier) { unsafe CurlOutcome.cancelled($0.transfer) }
      }
      let isIdle = inbox.withLock { inbox in
        // Other cancellations belong to submissions that are not there yet.
        let isAsked = inbox.isStopped || inbox.cancellations.contains { unsafe active[$0] != nil }
        let isCutShort = unsafe inbox.isCutShort && !active.isEmpty
        inbox.isWaiting = inbox.submissions.isEmpty && !isAsked && !isCutShort
        return inbox.isWaiting
      }
      guard isIdle else { continue }
      // A job that comes after this, and a wake-up that comes before the wait, end the wait at once.
      let waits = [60_000, loop?.timeToWait()] + ends.map { ($0.1 - .now).milliseconds }
      if let limit = waits.compactMap({ $0 }).min(), limit > 0 { unsafe broker_multi_wait(multi, Int32(limit)) }
      inbox.withLock { $0.isWaiting = false }
    }
    inbox.withLock { $0.multi = nil }
    unsafe broker_multi_destroy(multi)
  }

  /// Answers every request that there is no libcurl.
  private func refuseAll(_ reason: String) {
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
