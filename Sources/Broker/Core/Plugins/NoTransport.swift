/// Sends nothing: for plug-ins that are made to be looked at.
struct NoTransport: HTTPTransport {
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    throw HTTPFailure(.unavailable, arrival: .nothingSent)
  }
}

extension TimeSource {
  /// Time that stands still.
  static let none = TimeSource(now: { UnixTime(0) }, elapsed: { .zero }, sleep: { _ in }, random: { 0 })
}
