/// What a provider looks for in the environment.
public struct ProviderClue: Sendable {
  /// How much a clue says.
  public enum Strength: Int, Sendable, Comparable {
    /// It is about the machine, which may itself be rented by a CI system.
    case machine
    /// It is about the job.
    case job

    /// Whether `left` says less than `right`.
    public static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
  }

  /// What it looks for, such as `GITHUB_ACTIONS=true`.
  public let text: String
  /// How much that says.
  public let strength: Strength

  /// A clue.
  public init(_ text: String, strength: Strength) {
    self.text = text
    self.strength = strength
  }
}
