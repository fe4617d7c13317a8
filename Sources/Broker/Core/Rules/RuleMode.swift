/// What the rules of a file do with a job that they do not admit.
public enum RuleMode: String, Sendable, CaseIterable {
  /// They refuse it.
  case enforce
  /// They say that they would refuse it, and let it pass.
  case audit
}
