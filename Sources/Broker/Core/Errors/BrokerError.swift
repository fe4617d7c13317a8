/// A failure as its reader sees it: what happened, what to change, where to read on.
///
/// Texts of servers, files and variables become part of an error as ``Neutralized`` alone; secrets never do.
public struct BrokerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A label and a value that help to see the cause, such as a claim.
  public struct Fact: Sendable, Equatable {
    /// What the value is.
    public let label: Message
    /// The value.
    public let value: Message

    /// A fact.
    public init(_ label: Message, _ value: Message) {
      self.label = label
      self.value = value
    }
  }

  /// The stable code.
  public let code: ErrorCode
  /// One sentence: what happened, naming the variable, key or host.
  public let message: Message
  /// One sentence: what to change; nil if nothing can be.
  public let remedy: Message?
  /// The provider's or the registry's documentation.
  public let reference: Message?
  /// Values that help to see the cause.
  public let facts: [Fact]
  /// What may follow.
  public let recovery: Recovery
  /// What the registry said, if it refused.
  public let refusal: Refusal?
  /// Why, the likeliest first; empty if message and remedy say it all.
  public let causes: [Cause]

  /// A failure.
  ///
  /// - Parameters:
  ///   - code: The stable code.
  ///   - message: One sentence: what happened.
  ///   - remedy: One sentence: what to change.
  ///   - reference: An address to read on.
  ///   - facts: Values that help to see the cause.
  ///   - recovery: What may follow.
  ///   - refusal: What the registry said, if it refused.
  ///   - causes: Why, the likeliest first.
  public init(
    _ code: ErrorCode, _ message: Message, remedy: Message? = nil, reference: Message? = nil, facts: [Fact] = [],
    recovery: Recovery = .none, refusal: Refusal? = nil, causes: [Cause] = []
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.reference = reference
    self.facts = facts
    self.recovery = recovery
    self.refusal = refusal
    self.causes = causes
  }

  /// The exit status that goes with the code.
  public var status: ExitStatus { code.status }

  /// Message and remedy on one line.
  public var description: String {
    "[\(code)] \(message)" + (remedy.map { " \($0)" } ?? "")
  }

  /// This error with parts of it changed; what is not given stays, its causes and the registry's refusal included.
  public func with(
    _ code: ErrorCode? = nil, message: Message? = nil, remedy: Message? = nil, facts: [Fact]? = nil,
    recovery: Recovery? = nil, causes: [Cause]? = nil
  ) -> BrokerError {
    BrokerError(
      code ?? self.code, message ?? self.message, remedy: remedy ?? self.remedy, reference: reference,
      facts: facts ?? self.facts, recovery: recovery ?? self.recovery, refusal: refusal, causes: causes ?? self.causes)
  }
}
