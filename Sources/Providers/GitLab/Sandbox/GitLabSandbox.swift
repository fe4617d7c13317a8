public import BrokerSandbox

extension SandboxProvider {
  /// GitLab CI: variables that hold identity tokens (docs.gitlab.com, "OpenID Connect (OIDC) authentication using ID
  /// tokens").
  public static let gitlab = SandboxProvider(
    "gitlab", title: "GitLab CI", issuer: "https://gitlab.com", clueVariable: "GITLAB_CI",
    foreignVariables: ["GITLAB_CI", "PYPI_ID_TOKEN", "TESTPYPI_ID_TOKEN"],
    isAsked: false, tokenLifetime: 3600, claims: claims,
    publisher: ("octo-group/sub", "sample", ".gitlab-ci.yml"),
    claimsOfPublisher: { publisher in
      let path = "\(publisher.owner)/\(publisher.repository)"
      return [
        SandboxClaim("project_path", path), SandboxClaim("namespace_path", publisher.owner),
        SandboxClaim("namespace_id", publisher.ownerID),
        SandboxClaim("sub", "project_path:\(path):ref_type:branch:ref:main"),
        SandboxClaim("ci_config_ref_uri", "gitlab.com/\(path)//\(publisher.workflow)@refs/heads/main"),
      ]
    }, makeEndpoint: GitLabVariables.init, makeRunner: { GitLabLog($0) })

  private static let sha = "5770f2c3941334f2828cd79a46b728b6c66d21ba"

  private static let claims: [(name: String, value: String)] = [
    ("sub", "project_path:octo-group/sub/sample:ref_type:branch:ref:main"), ("namespace_id", "1000"),
    ("namespace_path", "octo-group/sub"), ("project_id", "2000"), ("project_path", "octo-group/sub/sample"),
    ("project_visibility", "public"), ("user_id", "1"), ("user_login", "octocat"),
    ("user_email", "octocat@example.com"), ("pipeline_id", "3000"), ("pipeline_source", "push"), ("job_id", "4000"),
    ("ref", "main"), ("ref_type", "branch"), ("ref_path", "refs/heads/main"), ("ref_protected", "true"),
    ("runner_environment", "gitlab-hosted"), ("runner_id", "5000"), ("sha", sha),
    ("ci_config_ref_uri", "gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@refs/heads/main"),
    ("ci_config_sha", sha),
  ]
}
