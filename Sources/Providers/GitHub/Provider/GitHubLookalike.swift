import BrokerCore

/// Runners that set GitHub's variables, and are not GitHub's.
enum GitHubLookalike {
  /// Which of them runs a job; nil if none is recognised.
  ///
  /// Forgejo sets `FORGEJO_ACTIONS` and `GITEA_ACTIONS` (forgejo-runner, internal/app/run/runner.go), Gitea the latter, and
  /// act `ACT` (nektos/act, pkg/runner/run_context.go).
  static func found(in environment: Environment) -> ProviderLookalike? {
    guard environment["GITHUB_ACTIONS"] == "true" else { return nil }
    if environment["FORGEJO_ACTIONS"] == "true" { return forgejo(environment.nonEmpty("GITHUB_SERVER_URL")) }
    if environment["GITEA_ACTIONS"] == "true" { return gitea }
    return environment["ACT"] == "true" ? act : nil
  }

  /// Its tokens are those of the instance (Forgejo 15, "OpenID Connect"): `iss` is `INSTANCE/api/actions`.
  private static func forgejo(_ server: String?) -> ProviderLookalike {
    let server = server.map { String($0.reversed().drop { $0 == "/" }.reversed()) }
    let place: Message = server.map { " (\(Neutralized($0, limit: 120)))" } ?? ""
    return ProviderLookalike(
      "Forgejo", evidence: "FORGEJO_ACTIONS is \"true\"", issuer: server.map { "\($0)/api/actions" },
      cause: Cause(
        "runner-forgejo", .certain,
        "The job runs at Forgejo Actions\(place), which sets GitHub's variables: its identity tokens are those of its own "
          + "server, not GitHub's.",
        fixes: [
          "Publish from GitHub or GitLab, for example from a mirror of the repository, or use an API token as a secret."
        ]))
  }

  private static let gitea = ProviderLookalike(
    "Gitea", evidence: "GITEA_ACTIONS is \"true\"",
    cause: Cause(
      "runner-gitea", .certain,
      "The job runs at Gitea Actions, which sets GitHub's variables and issues no identity tokens.",
      fixes: [
        "Publish from GitHub or GitLab, for example from a mirror of the repository, or use an API token as a secret."
      ]))

  private static let act = ProviderLookalike(
    "act", evidence: "ACT is \"true\"",
    cause: Cause(
      "runner-act", .certain,
      "The job runs in act on this machine, which sets GitHub's variables and issues no identity tokens, whatever its "
        + "permissions say.",
      fixes: [
        "Rehearse the job with token-broker sandbox -- COMMAND, which plays GitHub and the indexes; publish from GitHub "
          + "itself."
      ]))
}
