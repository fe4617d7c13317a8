import BrokerCore

/// The proxies that the environment names, as curl reads them: lower case first, and no upper-case `HTTP_PROXY`, which a
/// web server sets from a request's header.
struct ProxySettings: Sendable, Equatable {
  private let https: String
  private let exceptions: String

  init(_ environment: Environment) {
    func first(_ names: String...) -> String { names.compactMap(environment.nonEmpty).first ?? "" }
    https = first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    exceptions = first("no_proxy", "NO_PROXY")
  }

  /// The proxy for a request to `origin`, and the hosts that are asked directly; empty texts for none.
  ///
  /// Loopback is never proxied: libcurl does send 127.0.0.1 to a proxy unless told not to. Plain http goes to loopback
  /// alone.
  func settings(for origin: Origin) -> (proxy: String, exceptions: String) {
    origin.isLoopback ? ("", "*") : (https, exceptions)
  }
}
