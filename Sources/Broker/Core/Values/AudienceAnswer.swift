/// What a registry answered when it was asked for its audience.
public struct AudienceAnswer: Sendable, Equatable {
  /// The audience it names.
  public let audience: Audience
  /// The server's clock, from the answer's `Date` field; nil if it sent none.
  public let serverTime: UnixTime?

  /// An answer.
  public init(audience: Audience, serverTime: UnixTime?) {
    self.audience = audience
    self.serverTime = serverTime
  }
}
