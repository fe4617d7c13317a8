/// An address that a request may go to: https, or http on loopback; no user, no fragment, an ASCII host.
///
/// Path and query are kept byte for byte: GitHub's request address has a double slash in its path and a query of its
/// own, and both must survive.
public struct HTTPURL: Sendable, Hashable, CustomStringConvertible {
  /// Scheme, host and port.
  public let origin: Origin
  /// The path, beginning with `/`, percent-encoded as it was given.
  public let path: String
  /// The query without its `?`, percent-encoded as it was given; nil if there is none.
  public let query: String?

  private init(origin: Origin, path: String, query: String?) {
    self.origin = origin
    self.path = path
    self.query = query
  }

  /// Parses an address.
  ///
  /// - Throws: ``InvalidURL`` with the reason, for anything that is not an https address (or http on loopback).
  public init(_ text: String) throws(InvalidURL) {
    guard text.utf8.count <= 4096 else { throw InvalidURL("it is longer than 4096 characters") }
    guard let colon = text.firstRange(of: "://") else { throw InvalidURL("it does not begin with https://") }
    guard let scheme = Origin.Scheme(rawValue: text[..<colon.lowerBound].lowercased()) else {
      throw InvalidURL("it does not begin with https://")
    }
    let rest = text[colon.upperBound...]
    guard !rest.utf8.contains(UInt8(ascii: "#")) else { throw InvalidURL("it has a fragment (#)") }
    let authorityEnd =
      rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    let authority = rest[..<authorityEnd]
    guard !authority.utf8.contains(UInt8(ascii: "@")) else {
      throw InvalidURL("it names a user; credentials have no place in it")
    }
    let (host, port) = try Self.split(authority, scheme: scheme)
    let origin = Origin(scheme: scheme, host: try Host.normalize(host), port: port)
    guard scheme == .https || origin.isLoopback else {
      throw InvalidURL("it is plain http; only a loopback address may be")
    }

    let target = rest[authorityEnd...]
    guard target.utf8.allSatisfy(Self.isTargetByte) else {
      throw InvalidURL("it has a character that must be percent-encoded")
    }
    let queryStart = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    let path = String(target[..<(queryStart ?? target.endIndex)])
    self.origin = origin
    self.path = path.isEmpty ? "/" : path
    self.query = queryStart.map { String(target[target.utf8.index(after: $0)...]) }
  }

  /// The address of `path` on an origin; `path` begins with `/` and is percent-encoded.
  public init(_ origin: Origin, path: String) {
    self.init(origin: origin, path: path, query: nil)
  }

  /// This path and query on another origin.
  public func moved(to origin: Origin) -> HTTPURL {
    HTTPURL(origin: origin, path: path, query: query)
  }

  /// This address with `name=value` in its query, percent-encoded (RFC 3986, unreserved characters stay), in place of
  /// any item of that name; the rest of the query keeps its bytes.
  public func settingQueryItem(_ name: String, _ value: String) -> HTTPURL {
    var items = (query ?? "").split(separator: "&").map(String.init)
    items.removeAll { $0.prefix { $0 != "=" } == name }
    items.append("\(PercentEncoding.encode(name))=\(PercentEncoding.encode(value))")
    return HTTPURL(origin: origin, path: path, query: items.joined(separator: "&"))
  }

  /// The whole address.
  public var description: String { "\(origin)\(requestTarget)" }

  /// Path and query as a request line carries them (RFC 9112, section 3.2.1).
  public var requestTarget: String { query.map { "\(path)?\($0)" } ?? path }

  private static func split(
    _ authority: Substring, scheme: Origin.Scheme
  ) throws(InvalidURL) -> (host: Substring, port: Int) {
    let hostEnd: Substring.Index
    if authority.hasPrefix("[") {
      guard let bracket = authority.firstIndex(of: "]") else {
        throw InvalidURL("its host is not an IPv6 address in brackets")
      }
      hostEnd = authority.index(after: bracket)
    } else {
      hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
    }
    let host = authority[..<hostEnd]
    guard hostEnd < authority.endIndex else { return (host, scheme.defaultPort) }
    let digits = authority[hostEnd...].dropFirst()
    guard
      authority[hostEnd] == ":", !digits.isEmpty, digits.utf8.count <= 5,
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), (1...65535).contains(port)
    else { throw InvalidURL("its port is not a number from 1 to 65535") }
    return (host, port)
  }

  private static func isTargetByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x7E: !#""<>\^`{|}"#.utf8.contains(byte)
    default: false
    }
  }
}

/// Why a text is not an address that the broker sends requests to.
public struct InvalidURL: Error, Sendable, Equatable {
  /// The reason as the end of a sentence, such as `it has no host`.
  public let reason: Message

  init(_ reason: Message) {
    self.reason = reason
  }
}
