public import BrokerSandbox

extension SandboxProvider {
  /// GitHub Actions: an endpoint that makes identity tokens (docs.github.com, "OpenID Connect reference").
  public static let github = SandboxProvider(
    "github", title: "GitHub Actions", issuer: "https://token.actions.githubusercontent.com",
    clueVariable: "GITHUB_ACTIONS",
    foreignVariables: [
      "GITHUB_ACTIONS", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_EVENT_PATH",
    ],
    stepFiles: [
      "GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_ENV": "env", "GITHUB_PATH": "path",
      "GITHUB_STATE": "state",
    ],
    isAsked: true, tokenLifetime: 300, claims: claims,
    publisher: ("octo-org", "sample", "release.yml"),
    claimsOfPublisher: { publisher in
      let path = "\(publisher.owner)/\(publisher.repository)"
      let file = "\(path)/.github/workflows/\(publisher.workflow)@refs/heads/main"
      return [
        SandboxClaim("repository", path), SandboxClaim("repository_owner", publisher.owner),
        SandboxClaim("repository_owner_id", publisher.ownerID),
        SandboxClaim("sub", "repo:\(path):ref:refs/heads/main"), SandboxClaim("workflow_ref", file),
        SandboxClaim("job_workflow_ref", file),
      ]
    }, makeEndpoint: GitHubEndpoint.init, makeRunner: { GitHubLog($0) })

  private static let sha = "5770f2c3941334f2828cd79a46b728b6c66d21ba"

  private static let claims: [(name: String, value: String)] = [
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
}
