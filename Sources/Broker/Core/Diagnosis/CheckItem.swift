/// One thing that was looked at before publishing, and what was seen.
public struct CheckItem: Sendable, Equatable {
  /// How it looks.
  public enum Outcome: String, Sendable, MessageValue {
    /// It is as it should be.
    case pass
    /// Publishing works, but something about it is a risk.
    case warn
    /// Publishing would fail.
    case fail
    /// It was looked at, and what was seen does not tell.
    case unknown
    /// It was not looked at.
    case skip

    /// The word for people.
    public var description: String { self == .unknown ? "not known" : rawValue }
  }

  /// The stable name, in kebab case.
  public let name: Message
  /// How it looks.
  public let outcome: Outcome
  /// One sentence.
  public let sentence: Message
  /// Why it looks so, and what to change.
  public let causes: [Cause]

  /// An item; a cause's summary is its sentence where none is given.
  public init(_ name: Message, _ outcome: Outcome, _ sentence: Message, causes: [Cause] = []) {
    self.name = name
    self.outcome = outcome
    self.sentence = sentence
    self.causes = causes
  }
}
