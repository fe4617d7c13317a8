import BrokerCore

/// The proxies that the environment names, as curl reads them: lower case first, and no upper-case `HTTP_PROXY`, which a
/// web server sets from a request's header.
struct ProxySettings: Sendable {
  private let https: String
  private let exceptions: String
  /// What stands before the `@` of the proxy's address: libcurl quotes the whole address when it cannot use it.
  let redaction: SecretRedaction?

  init(_ environment: Environment) {
    func first(_ names: String...) -> String { names.compactMap(environment.nonEmpty).first ?? "" }
    https = first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    exceptions = first("no_proxy", "NO_PROXY")
    redaction = Self.credentials(https).map(SecretRedaction.init)
  }

  /// The proxy for a request to `origin`, and the hosts that are asked directly; empty texts for none.
  ///
  /// Plain http goes to this machine and its link-local services alone, and never to a proxy: libcurl does send 127.0.0.1
  /// to one unless told not to.
  func settings(for origin: Origin) -> (proxy: String, exceptions: String) {
    origin.isLoopback || origin.scheme == .http ? ("", "*") : (https, exceptions)
  }

  /// The proxy for a request to `origin` as people know it, without user and password; nil if it is asked directly.
  func name(for origin: Origin) -> String? {
    guard !origin.isLoopback, !https.isEmpty, !isExempt(origin.host) else { return nil }
    let address = https.firstRange(of: "://").map { https[$0.upperBound...] } ?? https[...]
    return String(
      (address.lastIndex(of: "@").map { address[address.index(after: $0)...] } ?? address).prefix { $0 != "/" })
  }

  /// Whether the list of exceptions names a host or a domain around it.
  private func isExempt(_ host: String) -> Bool {
    exceptions.split { $0 == "," || $0 == " " }.contains { name in
      let domain = name.drop { $0 == "." }.lowercased()
      return name == "*" || host == domain || host.hasSuffix(".\(domain)")
    }
  }

  /// User and password of a proxy's address; nil if it has none.
  private static func credentials(_ address: String) -> Secret? {
    guard let end = address.lastIndex(of: "@") else { return nil }
    let start = address.firstRange(of: "://")?.upperBound ?? address.startIndex
    return start < end ? Secret(String(address[start..<end])) : nil
  }
}
