public import BrokerCore

extension Runner {
  /// The runner of GitLab CI.
  ///
  /// It hides the values of variables that a project marks as masked, and none that a job makes (docs.gitlab.com, "Mask a
  /// CI/CD variable").
  public static let gitLab = {
    var runner = Runner("GitLab CI", variable: "GITLAB_CI", value: "true")
    runner.variables = ["GITLAB_*", "CI_*"]
    runner.checkout = "CI_PROJECT_DIR"
    return runner
  }()
}
