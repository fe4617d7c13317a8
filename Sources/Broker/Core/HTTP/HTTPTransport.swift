/// The seam between the flow and the network: sends one request, returns one answer.
///
/// What an implementation guarantees: certificates are checked, redirects are not followed, no credentials come from
/// anywhere but the request, a body over the limit is refused while it arrives, nothing is sent before
/// ``HTTPRequest/checkDestinations()`` has passed, and cancelling the task ends the request at once, or after its ``HTTPRequest/grace`` if it may have arrived.
public protocol HTTPTransport: Sendable {
  /// Sends a request and reads the whole answer, whatever its status.
  ///
  /// - Throws: ``HTTPFailure`` if there was no whole answer.
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse

  /// Ends every request, under way or yet to come, as if it were cancelled, without any grace; returns at once.
  func cutShort()
}

extension HTTPTransport {
  /// Nothing, where no request takes long.
  public func cutShort() {}
}
