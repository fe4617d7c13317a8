/// Which providers' identity tokens a registry takes today, as somebody read it.
///
/// Rows are for providers and registries by the names that people give their entries; a recipe has one without being a plug-in.
public struct Acceptance: Sendable {
  /// Whether a registry takes the tokens of a provider.
  public enum Answer: Sendable, Equatable {
    /// It does; under a condition, in a few words.
    case yes(Message? = nil)
    /// It does not.
    case no
    /// It does where its administrators have registered the issuer.
    case registered

    /// The word for a table.
    public var word: Message {
      switch self {
      case .yes(nil): "yes"
      case .yes: "yes*"
      case .no: "no"
      case .registered: "registered"
      }
    }
  }

  /// The registry.
  public let registry: String
  /// The answers by provider; of one that is not named, nothing is known.
  public let answers: [(provider: String, answer: Answer)]
  /// Where it was read.
  public let source: Message
  /// The day of what was read, as `2026-08-21`.
  public let day: Message

  /// What a registry takes.
  public init(
    _ registry: String, _ answers: [(provider: String, answer: Answer)], source: Message, day: Message
  ) {
    self.registry = registry
    self.answers = answers
    self.source = source
    self.day = day
  }

  /// The answer for a provider; nil if it is not known.
  public func answer(for provider: String) -> Answer? { answers.first { $0.provider == provider }?.answer }

  /// The conditions of its answers, each with the provider.
  public var conditions: [Message] {
    answers.compactMap { provider, answer in
      if case .yes(let condition?) = answer { "\(Neutralized(provider)): \(condition)" } else { nil }
    }
  }
}

extension [Acceptance] {
  /// The providers of all rows, each once.
  public var providers: [String] {
    flatMap { $0.answers.map(\.provider) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
