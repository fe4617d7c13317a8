/// What may follow a failure.
public enum Recovery: Sendable, Equatable {
  /// Nothing: another attempt would fail in the same way.
  case none
  /// Another attempt may succeed.
  ///
  /// - Parameters:
  ///   - arrival: Whether the server may have received the request.
  ///   - after: How long the server asked to wait; nil if it did not say.
  case retry(Arrival, after: Duration?)

  /// Whether a request may have reached the server.
  public enum Arrival: Sendable, Equatable {
    /// The connection failed before anything was sent.
    case nothingSent
    /// The server said that it did not act on the request: it refused it unread.
    case refusedUnread
    /// The request may have been received, and acted on.
    case mayHaveArrived
  }
}
