/// What an ``EventLoop`` hands its thread to.
protocol EventDriver: Sendable {
  /// Waits for events, and runs the loop's jobs whenever there are any; returns when there is nothing to drive any more.
  func drive(_ loop: EventLoop)
  /// Ends the wait, if the thread waits; may be called on any thread.
  func wakeIfWaiting()
}
