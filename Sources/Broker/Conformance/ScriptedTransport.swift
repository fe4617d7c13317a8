public import BrokerCore
import Synchronization

/// A transport for tests: answers by a closure and remembers what it was asked.
public final class ScriptedTransport: HTTPTransport {
  private let respond: @Sendable (HTTPRequest) async -> Result<HTTPResponse, HTTPFailure>
  private let log = Mutex<[HTTPRequest]>([])

  /// A transport that answers with what `respond` returns.
  public init(_ respond: @escaping @Sendable (HTTPRequest) async -> Result<HTTPResponse, HTTPFailure>) {
    self.respond = respond
  }

  /// The requests so far, in order.
  public var requests: [HTTPRequest] { log.withLock { $0 } }

  /// Remembers the request and answers it, unless a secret of it may not go there.
  public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    try request.checkDestinations()
    log.withLock { $0.append(request) }
    return try await respond(request).get()
  }
}

extension HTTPResponse {
  /// An answer with a JSON text as its body.
  public static func json(_ text: String, status: Int = 200, fields: [(name: String, value: String)] = [])
    -> HTTPResponse
  {
    HTTPResponse(status: status, fields: [("Content-Type", "application/json")] + fields, body: Array(text.utf8))
  }
}
