/// An issuer, or a kind of issuer, whose identity tokens a registry accepts.
public struct AcceptedIssuer: Sendable {
  /// The issuer's address; nil for issuers that the registry's administrators register one by one.
  public let address: String?
  /// The kind of its tokens.
  public let family: IssuerFamily
  /// What stands for it in a list: the address, or a few words.
  public let words: Message
  /// Where that was read: a file of the registry's server, or a page.
  public let source: Message
  /// The day of what was read, as `2026-08-21`.
  public let day: Message

  /// An issuer of this address.
  public init(_ address: StaticString, _ family: IssuerFamily, source: Message, day: Message) {
    self.address = address.description
    self.family = family
    words = Message(stringLiteral: address)
    self.source = source
    self.day = day
  }

  /// Issuers that are registered one by one, in a few words.
  public init(registered words: Message, _ family: IssuerFamily, source: Message, day: Message) {
    address = nil
    self.family = family
    self.words = words
    self.source = source
    self.day = day
  }
}

extension [AcceptedIssuer] {
  /// Which issuers a registry accepts and as of when, as a clause without an end: the oldest of what was read counts.
  public func clause(for registry: String) -> Message {
    let list: [Message] =
      count < 2 ? map(\.words) : [dropLast().map(\.words).joined(separator: ", "), "and \(self[count - 1].words)"]
    let day = map(\.day).min { $0.text < $1.text }
    return "\(Neutralized(registry)) accepts \(list.joined(separator: ", "))" + (day.map { " (as of \($0))" } ?? "")
  }
}
