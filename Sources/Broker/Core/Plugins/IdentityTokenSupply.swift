/// How many identity tokens a source has for an audience.
public enum IdentityTokenSupply: Sendable, Equatable {
  /// Each request makes a new one, as on GitHub Actions.
  case renewable
  /// They were made when the job started, as on GitLab CI; so many have not been handed out.
  case fixed(remaining: Int)
}
