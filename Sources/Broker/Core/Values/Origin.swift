/// Scheme, host and port of an HTTP address (RFC 6454, section 4).
public struct Origin: Sendable, Hashable, MessageValue {
  /// The two schemes the broker speaks.
  public enum Scheme: String, Sendable {
    /// HTTP over TLS.
    case https
    /// Plain HTTP; only ever to loopback, and to the link-local addresses that a provider names.
    case http

    /// The port that is meant where an address names none.
    public var defaultPort: Int { self == .https ? 443 : 80 }
  }

  /// The scheme.
  public let scheme: Scheme
  /// The host in lower case: a name, an IPv4 address, or an IPv6 address in brackets.
  public let host: String
  /// The port, 1 to 65535.
  public let port: Int
  /// The link-local address that the host is, whatever a resolver says; nil for every other host.
  public let linkLocalAddress: String?

  /// The https origin of a host on the usual port; `host` is a valid name in lower case.
  public static func https(host: StaticString) -> Origin {
    Origin(scheme: .https, host: host.description, port: Scheme.https.defaultPort)
  }

  /// The plain http origin of a port on 127.0.0.1.
  public static func loopback(port: Int) -> Origin {
    Origin(scheme: .http, host: "127.0.0.1", port: port)
  }

  /// The plain http origin of a service that the machine itself is given, at a link-local address (RFC 3927): no router
  /// passes on what is sent there.
  ///
  /// - Parameters:
  ///   - address: The address, of 169.254.0.0/16.
  ///   - name: The name that requests call it by, in lower case; it is not looked up. Nil for the address.
  /// - Returns: The origin.
  public static func linkLocal(_ address: StaticString, name: StaticString? = nil) -> Origin {
    let address = address.description
    precondition(address.hasPrefix("169.254.") && Host.isIPv4(address), "the address is not link-local")
    return Origin(
      scheme: .http, host: name?.description ?? address, port: Scheme.http.defaultPort, linkLocalAddress: address)
  }

  init(scheme: Scheme, host: String, port: Int, linkLocalAddress: String? = nil) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.linkLocalAddress = linkLocalAddress
  }

  /// Whether the host is a literal of 127.0.0.0/8, `[::1]`, or the name `localhost`.
  ///
  /// Judged by the name in the address, never by what it resolves to.
  public var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || (host.hasPrefix("127.") && Host.isIPv4(host))
  }

  /// Host, and the port where it is not the scheme's own: `upload.pypi.org`, `127.0.0.1:8080`.
  public var authority: Authority { Authority(host: host, port: port == scheme.defaultPort ? nil : port) }

  /// The origin as an address without a path, such as `https://upload.pypi.org`.
  public var description: String { "\(scheme.rawValue)://\(authority)" }
}

extension Origin {
  /// The host and port of an origin, as people write them.
  public struct Authority: MessageValue, Sendable, Hashable {
    /// The host, and the port where it is not the scheme's.
    public let description: String

    init(host: String, port: Int?) {
      description = port.map { "\(host):\($0)" } ?? host
    }
  }
}
