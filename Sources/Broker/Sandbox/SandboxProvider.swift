/// The CI systems that the sandbox plays.
public enum SandboxProvider: String, Sendable, CaseIterable {
  /// GitHub Actions: an endpoint that makes identity tokens.
  case github
  /// GitLab CI: variables that hold identity tokens.
  case gitlab

  /// The issuer that its tokens name.
  var issuer: String {
    switch self {
    case .github: "https://token.actions.githubusercontent.com"
    case .gitlab: "https://gitlab.com"
    }
  }

  /// The name as PyPI's answers give it.
  var publisherName: String { rawValue }
}
