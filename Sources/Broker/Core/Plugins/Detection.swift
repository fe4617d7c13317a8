/// What a provider found in the environment.
public enum Detection: Sendable {
  /// The job does not run here; says what was seen instead, such as `GITHUB_ACTIONS is not set`.
  case absent(String)
  /// The job runs here; says by what evidence, such as `GITHUB_ACTIONS is "true"`.
  case present(evidence: String, source: any IdentityTokenSource)
}
