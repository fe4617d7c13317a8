/// Why a text is not an address that the broker sends requests to.
public struct InvalidURL: Error, Sendable, Equatable {
  /// The reason as the end of a sentence, such as `it has no host`.
  public let reason: Message

  init(_ reason: Message) {
    self.reason = reason
  }
}
