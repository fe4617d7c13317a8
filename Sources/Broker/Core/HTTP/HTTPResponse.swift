/// An answer, whole.
public struct HTTPResponse: Sendable {
  /// The status code, 200 to 599.
  public let status: Int
  /// The header fields in the order they came; of a name that came twice, both.
  public let fields: [(name: String, value: String)]
  /// The body, decompressed.
  public let body: [UInt8]
  /// The proxy that is configured for the request, as host and port; nil for none.
  public var proxy: String?
  /// Who issued the server's certificate, such as `C = US, O = Let's Encrypt, CN = E5`; nil without TLS, or on a connection
  /// that an earlier request had opened.
  public var certificateIssuer: String?

  /// An answer.
  public init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The first value of a header field; names are compared without regard to case.
  public func field(_ name: String) -> String? {
    let wanted = name.lowercased()
    return fields.first { $0.name.lowercased() == wanted }?.value
  }
}

extension HTTPResponse {
  /// The server's clock, from the `Date` field (RFC 9110, section 6.6.1).
  public var serverTime: UnixTime? { field("date").flatMap(DateReader.http) }

  /// How long the server asks to wait, from `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
  ///
  /// A date counts from the server's own clock where it sent one, else from `now`. Never negative; nil if there is no
  /// such field or it is neither form.
  public func retryAfter(now: UnixTime) -> Duration? {
    guard let text = field("retry-after") else { return nil }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.isEmpty {
      return .seconds(Int64(text).map { min($0, Self.longestWait) } ?? Self.longestWait)
    }
    guard let date = DateReader.http(text) else { return nil }
    return .seconds(min(max(0, date.seconds(since: serverTime ?? now)), Self.longestWait))
  }

  /// Ten years: more than anybody waits, and far from overflow.
  private static let longestWait: Int64 = 10 * 365 * 24 * 3600
}
