public import BrokerCore
import CLibcurl

/// HTTP over libcurl: one multi handle, one thread, connections reused.
///
/// https only, and http to loopback; redirects are not followed; nothing is sent but the request's own fields; the body is
/// capped while it arrives; TLS 1.2 or later with verified certificates. Compressed bodies are not asked for and not
/// decoded.
public final class CurlTransport: HTTPTransport {
  private let configuration: TransportConfiguration
  private let loop: CurlLoop

  /// A transport; libcurl is opened with the first request.
  ///
  /// - Parameters:
  ///   - configuration: How to connect.
  ///   - loop: Drives libcurl, for one transport at a time; nil for a thread of its own.
  public init(_ configuration: TransportConfiguration, on loop: EventLoop? = nil) {
    self.configuration = configuration
    self.loop = CurlLoop(on: loop)
  }

  deinit { loop.stop() }

  /// Ends every request at once, and refuses those that come.
  public func cutShort() { loop.cutShort() }

  /// Sends a request and reads the whole answer, whatever its status.
  ///
  /// - Throws: `HTTPFailure` if there was no whole answer.
  public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    for field in request.fields {
      let isSafe = "\(field.name)\(field.value.reveal())".utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      guard isSafe else {
        throw HTTPFailure(
          .malformed, detail: "the field \(Neutralized(field.name)) has a control character", arrival: .nothingSent)
      }
    }
    try request.checkDestinations()
    let submission = CurlSubmission(
      request: request, configuration: configuration, end: request.grace > .zero ? TimeLimit.end : nil)
    do {
      var response = try await loop.send(submission).get()
      response.proxy = configuration.proxies.name(for: request.url.origin)
      return response
    } catch {
      throw advised(error)
    }
  }

  /// The failure with what this machine's settings have to do with it.
  private func advised(_ error: HTTPFailure) -> HTTPFailure {
    let advice: Message?
    switch error.reason {
    case .tls: advice = configuration.rootVariables.advice
    case .nameNotResolved: advice = NameSources.advice()
    default: return error
    }
    return HTTPFailure(error.reason, detail: error.detail, advice: advice, arrival: error.arrival)
  }
}

/// How the transport connects: deadlines, root certificates, proxies.
public struct TransportConfiguration: Sendable {
  /// The time a connection may take to be made.
  public var connectLimit: Duration
  /// The time a request may take in all.
  public var requestLimit: Duration
  /// What the `User-Agent` field says.
  public var userAgent: String

  let roots: TrustRoots
  let rootVariables: RootVariables
  let proxies: ProxySettings

  /// A configuration.
  ///
  /// - Parameters:
  ///   - environment: May name root certificates (`SSL_CERT_FILE`, `SSL_CERT_DIR`) and proxies (`https_proxy`,
  ///     `no_proxy` and their variants).
  ///   - connectLimit: 5 s.
  ///   - requestLimit: 15 s.
  ///   - userAgent: The name of the program.
  ///   - rootVariables: The variables by which publishing tools are told of root certificates: they are not read, and a
  ///     failure says so.
  public init(
    environment: Environment, connectLimit: Duration = .seconds(5), requestLimit: Duration = .seconds(15),
    userAgent: String = "token-broker",
    rootVariables: @autoclosure @escaping @Sendable () -> [String] = []
  ) {
    self.connectLimit = connectLimit
    self.requestLimit = requestLimit
    self.userAgent = userAgent
    roots = TrustRoots(environment)
    self.rootVariables = RootVariables(environment, ofTools: rootVariables())
    proxies = ProxySettings(environment)
  }
}
