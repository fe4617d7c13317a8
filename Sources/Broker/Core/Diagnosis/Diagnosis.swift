/// Finds out why something failed: pure, from what the run knows.
///
/// What the claims, the environment and the answer determine ranks first, then what evidence beside them speaks for. Where
/// there is none (a registry says "not found" alike for repository, owner id, workflow and environment), the last cause is
/// that one of the fields differs from what is registered.
public struct Diagnosis: Sendable {
  /// The causes, the likeliest first; empty if the error says it all.
  public let causes: [Cause]

  /// Makes the diagnosis.
  public init(_ input: DiagnosisInput) {
    let review = input.job.flatMap { input.rules?.review($0) } ?? []
    let found =
      switch input.error.code {
      case .publisherNotFound: PublisherDiagnosis(input).causes
      // What the registry said, and what it would say next.
      case .exchangeRefused: input.said + review + input.suspicions
      case .expectationFailed: ExpectationDiagnosis(input).causes
      case .identityTokenMalformed, .identityTokenAudience, .identityTokenExpired, .identityTokenSpent:
        TokenDiagnosis(input).causes
      case .ruleRefused: review
      default: GeneralDiagnosis(input: input).causes
      }
    // An expectation of this target's is explained anew, with all that is known by now.
    let thrown = input.error.code == .expectationFailed && !found.isEmpty ? [] : input.error.causes
    causes = Self.settled(Self.ranked(thrown + found))
  }

  /// Without what is only possible, once something is certain.
  private static func settled(_ causes: [Cause]) -> [Cause] {
    causes.first?.certainty == .certain ? causes.filter { $0.certainty > .possible } : causes
  }

  /// The causes by certainty, each code once, otherwise in the order they were found.
  public static func ranked(_ causes: [Cause]) -> [Cause] {
    var kept: [Cause] = []
    for cause in causes {
      guard let index = kept.firstIndex(where: { $0.code == cause.code }) else {
        kept.append(cause)
        continue
      }
      if kept[index].certainty < cause.certainty { kept[index] = cause }
    }
    return [.certain, .likely, .possible].flatMap { certainty in kept.filter { $0.certainty == certainty } }
  }
}
