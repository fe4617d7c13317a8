import BrokerCore

/// The claims of the jobs that the sandbox plays, as the two CI systems document them.
struct JobClaims: Sendable {
  let provider: SandboxProvider
  let overrides: [SandboxClaim]

  /// The payload of a token.
  func payload(audience: String, identifier: String, now: UnixTime, lifetime: Int64) -> [(String, JSONText.Value)] {
    let common: [(String, JSONText.Value)] = [
      ("iss", .string(provider.issuer)), ("aud", .string(audience)), ("jti", .string(identifier)),
      ("iat", .integer(now.seconds)), ("nbf", .integer(now.seconds - 5)),
      ("exp", .integer(now.advanced(by: lifetime).seconds)),
    ]
    var claims = common + (provider == .github ? Self.github : Self.gitlab).map { ($0.0, .string($0.1)) }
    for claim in overrides {
      let index = claims.firstIndex { $0.0 == claim.name }
      switch (index, claim.value) {
      case (let index?, let value?): claims[index].1 = value
      case (let index?, nil): claims.remove(at: index)
      case (nil, let value?): claims.append((claim.name, value))
      case (nil, nil): break
      }
    }
    return claims
  }

  /// A claim that is a string, after the overrides.
  func text(_ name: String) -> String? {
    if let claim = overrides.last(where: { $0.name == name }) {
      if case .string(let text)? = claim.value { return text }
      return nil
    }
    return (provider == .github ? Self.github : Self.gitlab).first { $0.0 == name }?.1
  }

  static let sha = "5770f2c3941334f2828cd79a46b728b6c66d21ba"

  private static let github: [(String, String)] = [
    ("sub", "repo:octo-org/sample:ref:refs/heads/main"), ("repository", "octo-org/sample"),
    ("repository_id", "2000"), ("repository_owner", "octo-org"), ("repository_owner_id", "1000"),
    ("repository_visibility", "public"), ("actor", "octocat"), ("actor_id", "1"), ("event_name", "push"),
    ("ref", "refs/heads/main"), ("ref_type", "branch"), ("ref_protected", "true"), ("sha", sha), ("head_ref", ""),
    ("base_ref", ""), ("workflow", "Release"),
    ("workflow_ref", "octo-org/sample/.github/workflows/release.yml@refs/heads/main"), ("workflow_sha", sha),
    ("job_workflow_ref", "octo-org/sample/.github/workflows/release.yml@refs/heads/main"),
    ("job_workflow_sha", sha), ("run_id", "3000"), ("run_number", "7"), ("run_attempt", "1"),
    ("runner_environment", "github-hosted"), ("enterprise", ""),
  ]

  private static let gitlab: [(String, String)] = [
    ("sub", "project_path:octo-group/sub/sample:ref_type:branch:ref:main"), ("namespace_id", "1000"),
    ("namespace_path", "octo-group/sub"), ("project_id", "2000"), ("project_path", "octo-group/sub/sample"),
    ("project_visibility", "public"), ("user_id", "1"), ("user_login", "octocat"),
    ("user_email", "octocat@example.com"), ("pipeline_id", "3000"), ("pipeline_source", "push"), ("job_id", "4000"),
    ("ref", "main"), ("ref_type", "branch"), ("ref_path", "refs/heads/main"), ("ref_protected", "true"),
    ("runner_environment", "gitlab-hosted"), ("sha", sha),
    ("ci_config_ref_uri", "gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@refs/heads/main"),
    ("ci_config_sha", sha),
  ]
}
