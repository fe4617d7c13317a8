/// An issuer, or a kind of issuer, whose identity tokens a registry accepts.
public struct AcceptedIssuer: Sendable {
  /// The issuer's address; nil for issuers that the registry's administrators register one by one.
  public let address: String?
  /// The kind of its tokens.
  public let family: IssuerFamily
  /// What stands for it in a list: the address, or a few words.
  public let words: String
  /// Where that was read: a file of the registry's server, or a page.
  public let source: String
  /// The day of what was read, as `2026-08-21`.
  public let day: String

  /// An issuer of this address.
  public init(_ address: String, _ family: IssuerFamily, source: String, day: String) {
    self.address = address
    self.family = family
    words = address
    self.source = source
    self.day = day
  }

  /// Issuers that are registered one by one, in a few words.
  public init(registered words: String, _ family: IssuerFamily, source: String, day: String) {
    address = nil
    self.family = family
    self.words = words
    self.source = source
    self.day = day
  }
}

extension [AcceptedIssuer] {
  /// Which issuers a registry accepts and as of when, as a clause without an end: the oldest of what was read counts.
  public func clause(for registry: String) -> String {
    let list =
      count < 2 ? map(\.words) : [dropLast().map(\.words).joined(separator: ", "), "and \(self[count - 1].words)"]
    return "\(registry) accepts \(list.joined(separator: ", "))" + (map(\.day).min().map { " (as of \($0))" } ?? "")
  }
}
