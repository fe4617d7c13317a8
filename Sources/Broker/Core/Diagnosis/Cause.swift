/// Why something failed, or will: one sentence, what to change, and where.
///
/// Everything in it can be shown: no secret is ever part of one.
public struct Cause: Sendable, Equatable {
  /// How sure it is.
  public enum Certainty: Int, Sendable, Comparable, MessageValue {
    /// Something that fits, one of several.
    case possible
    /// What fits best; the registry does not say.
    case likely
    /// What claims, environment and answer leave no doubt about.
    case certain

    /// The word for people and machines.
    public var name: String {
      switch self {
      case .possible: "possible"
      case .likely: "likely"
      case .certain: "certain"
      }
    }

    /// The same word.
    public var description: String { name }

    /// Whether `left` is less sure.
    public static func < (left: Certainty, right: Certainty) -> Bool { left.rawValue < right.rawValue }
  }

  /// A field of a form or a claim, with the value that the job has.
  public struct Field: Sendable, Equatable {
    /// The field's label.
    public let label: Message
    /// The job's value, neutralised; nil if it has none.
    public let value: Message?
    /// The value that is expected in its place, neutralised; nil if none is.
    public let expected: Message?

    /// A field; the values are neutralised here, and characters that deceive the eye are marked.
    public init(_ label: Message, _ value: String?, expected: String? = nil) {
      self.label = label
      self.value = value.map { Message(DeceptiveText.marked($0)) }
      self.expected = expected.map { Message(DeceptiveText.marked($0)) }
    }
  }

  /// The stable name, in kebab case.
  public let code: Message
  /// How sure it is.
  public var certainty: Certainty
  /// One sentence: what is wrong.
  public let summary: Message
  /// What to change, a sentence each; the first is the one to try first.
  public let fixes: [Message]
  /// The fields to compare or to fill in.
  public let fields: [Field]
  /// Where to change it.
  public let address: Message?
  /// Lines to paste.
  public let snippet: Snippet?
  /// The role of the fields whose differences it explains, whatever they are compared with; nil for none.
  public private(set) var explains: JobField.Role?

  /// A cause.
  ///
  /// - Parameters:
  ///   - code: The stable name.
  ///   - certainty: How sure it is.
  ///   - summary: One sentence.
  ///   - fixes: What to change.
  ///   - fields: The fields to compare or to fill in.
  ///   - address: Where to change it.
  ///   - snippet: Lines to paste.
  public init(
    _ code: Message, _ certainty: Certainty, _ summary: Message, fixes: [Message], fields: [Field] = [],
    address: Message? = nil, snippet: Snippet? = nil
  ) {
    self.code = code
    self.certainty = certainty
    self.summary = summary
    self.fixes = fixes
    self.fields = fields
    self.address = address
    self.snippet = snippet
  }

  /// This cause, which explains why fields of a role differ.
  public func explaining(_ role: JobField.Role?) -> Cause {
    var cause = self
    cause.explains = role
    return cause
  }

  /// This cause, surer or less sure.
  public func with(_ certainty: Certainty) -> Cause {
    var cause = self
    cause.certainty = certainty
    return cause
  }
}
