/// Why there was no whole answer.
public struct HTTPFailure: Error, Sendable, Equatable {
  /// What went wrong.
  public enum Reason: Sendable, Equatable {
    /// The host refused the connection, or the network has no way to it.
    case refused
    /// The host's name could not be resolved.
    case nameNotResolved
    /// A deadline passed: that of the connection or that of the whole request.
    case timedOut
    /// The TLS handshake broke off before anything was sent.
    case handshake
    /// The TLS connection is not trustworthy, or its certificates cannot be read.
    case tls
    /// There are no root certificates to verify any server by.
    case withoutRoots
    /// The proxy refused, or could not be reached.
    case proxy
    /// The connection broke before the whole answer was there.
    case interrupted
    /// The body is longer than the request allows.
    case tooLarge
    /// The answer is not HTTP.
    case malformed
    /// The task was cancelled.
    case cancelled
    /// There is no usable libcurl on this machine.
    case unavailable
    /// The request would take a secret where it may not go.
    case misdirected
  }

  /// What went wrong.
  public let reason: Reason
  /// Detail in the transport's own words; may be empty.
  public let detail: Message
  /// What the transport's settings have to do with it, as sentences; nil for nothing.
  public let advice: Message?
  /// Whether the server may have received the request.
  public let arrival: Recovery.Arrival

  /// A failure.
  public init(_ reason: Reason, detail: Message = "", advice: Message? = nil, arrival: Recovery.Arrival) {
    self.reason = reason
    self.detail = detail
    self.advice = advice
    self.arrival = arrival
  }
}
