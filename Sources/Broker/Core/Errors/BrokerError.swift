/// A failure in the reader's world: what happened, what to change, where to read on.
///
/// Texts of servers, files and variables go through ``UntrustedText`` before they become part of an error; secrets
/// never do.
public struct BrokerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A label and a value that help to see the cause, such as a claim.
  public struct Fact: Sendable, Equatable {
    /// What the value is.
    public let label: String
    /// The value, neutralised.
    public let value: String

    /// A fact; both texts are neutralised here.
    public init(_ label: String, _ value: String) {
      self.label = UntrustedText.neutralized(label, limit: 64)
      self.value = UntrustedText.neutralized(value)
    }
  }

  /// The stable code.
  public let code: ErrorCode
  /// One sentence: what happened, naming the variable, key or host.
  public let message: String
  /// One sentence: what to change; nil if nothing can be.
  public let remedy: String?
  /// The provider's or the registry's documentation.
  public let reference: String?
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
    _ code: ErrorCode, _ message: String, remedy: String? = nil, reference: String? = nil, facts: [Fact] = [],
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
    _ code: ErrorCode? = nil, message: String? = nil, remedy: String? = nil, facts: [Fact]? = nil,
    recovery: Recovery? = nil, causes: [Cause]? = nil
  ) -> BrokerError {
    BrokerError(
      code ?? self.code, message ?? self.message, remedy: remedy ?? self.remedy, reference: reference,
      facts: facts ?? self.facts, recovery: recovery ?? self.recovery, refusal: refusal, causes: causes ?? self.causes)
  }
}
