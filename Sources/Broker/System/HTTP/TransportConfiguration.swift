public import BrokerCore

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
    userAgent: String = "token-broker", rootVariables: [String] = []
  ) {
    self.connectLimit = connectLimit
    self.requestLimit = requestLimit
    self.userAgent = userAgent
    roots = TrustRoots(environment)
    self.rootVariables = RootVariables(environment, ofTools: rootVariables)
    proxies = ProxySettings(environment)
  }
}
