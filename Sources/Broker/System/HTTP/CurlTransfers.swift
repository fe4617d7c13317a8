import BrokerCore
import CLibcurl

/// A multi handle of libcurl and the transfers under way in it; all of it but the waker is used on one thread.
@unsafe struct CurlTransfers {
  typealias Completion = CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>

  /// Ends a wait, from any thread.
  @safe struct Waker: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer

    fileprivate init(_ multi: UnsafeMutableRawPointer) { unsafe self.multi = multi }

    /// Libcurl allows this call, alone of all, on any thread.
    func wake() { unsafe broker_multi_wake(multi) }
  }

  /// A transfer under way; it is destroyed when it ends.
  @unsafe private struct Active {
    let identifier: UInt64
    let transfer: OpaquePointer
    let completion: Completion
    let submission: CurlSubmission
    /// When it ends although nothing came: it was cancelled.
    var end: ContinuousClock.Instant?
  }

  private let multi: UnsafeMutableRawPointer
  /// A few, so that a search is enough.
  private var active: [Active] = unsafe []

  /// No transfers; nil if there is no memory.
  init?() {
    guard let multi = unsafe broker_multi_create() else { return nil }
    unsafe self.multi = multi
  }

  /// Destroys the handle, in which nothing is under way.
  func destroy() { unsafe broker_multi_destroy(multi) }

  var waker: Waker { unsafe Waker(multi) }

  var isEmpty: Bool { unsafe active.isEmpty }

  func contains(_ identifier: UInt64) -> Bool { unsafe index(of: identifier) != nil }

  mutating func begin(_ identifier: UInt64, _ submission: CurlSubmission, _ completion: Completion) {
    guard let transfer = unsafe submission.makeTransfer(identifier: identifier) else {
      return completion.resume(
        returning: .failure(HTTPFailure(.unavailable, detail: "no memory", arrival: .nothingSent)))
    }
    unsafe broker_multi_add(multi, transfer)
    unsafe active.append(
      Active(identifier: identifier, transfer: transfer, completion: completion, submission: submission))
  }

  /// Ends a transfer at once, or after its grace if its request may have arrived.
  mutating func cancel(_ identifier: UInt64) {
    if let index = unsafe index(of: identifier), unsafe CurlOutcome.mayHaveArrived(active[index].transfer),
      let last = unsafe active[index].submission.endOfGrace
    {
      unsafe active[index].end = last
    } else {
      unsafe end(identifier) { unsafe CurlOutcome.cancelled($0.transfer) }
    }
  }

  /// Ends all transfers at once.
  mutating func endAll() {
    for identifier in unsafe active.map(\.identifier) {
      unsafe end(identifier) { unsafe CurlOutcome.cancelled($0.transfer) }
    }
  }

  /// Sends and receives what can be without waiting, and ends what has ended.
  mutating func perform() {
    unsafe broker_multi_perform(multi)
    var code: Int32 = 0
    while case let identifier = unsafe broker_multi_next(multi, &code), identifier != 0 {
      unsafe end(identifier) {
        unsafe CurlOutcome.result(
          of: $0.transfer, code: code, roots: $0.submission.configuration.roots,
          redaction: $0.submission.configuration.proxies.redaction)
      }
    }
    for (identifier, last) in unsafe ends where last <= .now {
      unsafe end(identifier) { unsafe CurlOutcome.cancelled($0.transfer) }
    }
  }

  /// Milliseconds to the next end of a grace; nil if there is none.
  func timeToWait() -> Int? { unsafe ends.map { ($0.last - .now).milliseconds }.min() }

  /// Waits for sockets, libcurl's timers or the waker.
  func wait(milliseconds: Int) { unsafe broker_multi_wait(multi, Int32(milliseconds)) }

  private var ends: [(identifier: UInt64, last: ContinuousClock.Instant)] {
    unsafe active.compactMap { request in unsafe request.end.map { unsafe (request.identifier, $0) } }
  }

  private func index(of identifier: UInt64) -> Int? { unsafe active.firstIndex { unsafe $0.identifier == identifier } }

  private mutating func end(_ identifier: UInt64, _ result: (Active) -> Result<HTTPResponse, HTTPFailure>) {
    guard let index = unsafe index(of: identifier) else { return }
    let ended = unsafe active.remove(at: index)
    // Nothing refers to the transfer after this.
    unsafe broker_multi_remove(multi, ended.transfer)
    let value = unsafe result(ended)
    unsafe broker_transfer_destroy(ended.transfer)
    unsafe ended.completion.resume(returning: value)
  }
}
