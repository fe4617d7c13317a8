/// An issuer, or a kind of issuer, whose identity tokens a registry accepts.
public struct AcceptedIssuer: Sendable {
  /// The issuer's address; nil for issuers that the registry's administrators register one by one.
  public let address: String?
  /// The kind of its tokens.
  public let family: IssuerFamily
  /// What stands for it in a list: the name of its kind, or a few words.
  public let words: Message
  /// Where that was read: a file of the registry's server, or a page.
  public let source: Message
  /// The day of what was read, as `2026-08-21`.
  public let day: Message

  /// An issuer of this address.
  public init(_ address: StaticString, _ family: IssuerFamily, source: Message, day: Message) {
    self.address = address.description
    self.family = family
    words = "\(Neutralized(family.name))"
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

/// A kind of issuer that a registry does not accept, and that people ask about.
public struct RefusedIssuer: Sendable {
  /// What people call it.
  public let name: Message
  /// Where it was asked for; nil if that is not known.
  public let request: Message?
  /// Whether an issuer is of this kind, by its address.
  public let isOf: @Sendable (_ issuer: String) -> Bool

  /// A kind of issuer.
  public init(_ name: Message, request: Message?, isOf: @escaping @Sendable (_ issuer: String) -> Bool) {
    self.name = name
    self.request = request
    self.isOf = isOf
  }
}

extension [AcceptedIssuer] {
  /// Which issuers a registry accepts and as of when, as a clause without an end: the oldest of what was read counts.
  ///
  /// - Parameters:
  ///   - registry: The registry's name.
  ///   - refused: The kind of issuer that a job has; nil if nothing is known of it.
  /// - Returns: The clause.
  public func clause(for registry: String, but refused: RefusedIssuer? = nil) -> Message {
    let named = filter { $0.address != nil }.map(\.words)
    let list: Message =
      named.count < 2
      ? named.joined() : "\(named.dropLast().joined(separator: ", ")) and \(named[named.count - 1])"
    let registered = filter { $0.address == nil }.map { "; \($0.words)" as Message }.joined()
    let but: Message =
      refused.map { refused in
        "; not \(refused.name)\(refused.request.map { " (requested: \($0))" as Message } ?? "")"
      } ?? ""
    let day: Message = map(\.day).min { $0.text < $1.text }.map { ", as of \($0)" } ?? ""
    return "\(Neutralized(registry)) accepts \(list)\(registered)\(but)\(day)"
  }
}
