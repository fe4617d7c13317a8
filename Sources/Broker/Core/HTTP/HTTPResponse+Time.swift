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
