import BrokerCore

/// What people write into a workflow (docs.github.com, "Workflow syntax for GitHub Actions").
enum GitHubGuide {
  static let guide = ProviderGuide(
    environment: { Snippet("the job in the workflow file", ["environment: \(Snippet.quoted($0))"]) },
    protection: "rulesets on GitHub", mergedArtifacts: "merge-multiple: true of actions/download-artifact")

  static let permissions = Snippet(
    "the job in the workflow file",
    ["permissions:", "  contents: read", "  id-token: write    # a job's block replaces the workflow's"])

  /// The job may not ask for an identity token.
  static let permissionMissing = Cause(
    "permission-missing", .certain,
    "The job has no permission to ask for an identity token, so that the runner sets neither variable.",
    fixes: [
      "Give the job the permission id-token: write, at the job itself: a job's permissions block replaces the workflow's, "
        + "it does not add to it.",
      "In a reusable workflow, the calling job needs the permission as well: a called workflow cannot have more than its "
        + "caller.",
      "In a container that a step starts by itself, pass both variables on: docker run -e ACTIONS_ID_TOKEN_REQUEST_URL "
        + "-e ACTIONS_ID_TOKEN_REQUEST_TOKEN.",
    ], snippet: permissions)

  /// The runner set the variables, but only one has reached this step.
  static func variableLost(_ missing: String) -> Cause {
    Cause(
      "variable-lost", .certain,
      "The runner sets both variables or neither, and \(Neutralized(missing)) did not reach this step.",
      fixes: ["Pass both variables on: into a container, through sudo (sudo -E) or a tool that clears the environment."]
    )
  }

  static let forkPullRequest = Cause(
    "fork-pull-request", .certain,
    "GitHub gives no identity token to runs for pull requests from forks, whatever the workflow's permissions say.",
    fixes: [
      "Publish from a run in the repository itself: on: push with a tag, or on: release.",
      "Leave pull_request_target alone: it has an identity, but PyPI refuses it, and it would run a stranger's code.",
    ],
    snippet: Snippet("the workflow file", ["on:", "  release:", "    types: [published]"]))

  /// An output that holds a masked value is left out of a job's `outputs` (actions/runner, JobExtension.cs).
  static let outputMasked = Cause(
    "output-masked", .certain,
    "GitHub hands no output to another job that holds a masked value: the other job gets an empty text.",
    fixes: [
      "Mint in the job that publishes: an API token stays in its job, with token-broker exec or as an output of a step before."
    ],
    snippet: Snippet(
      "the job that publishes", ["steps:", "  - run: token-broker exec pypi -- pipx run twine upload dist/*"]))

  /// Clients name the variable or the permission (gh-action-pypi-publish, uv, twine, id); the runner says what it masks.
  static func causes(in log: String) -> [Cause] {
    if log.contains("Skip output '"), log.contains("since it may contain secret") { return [outputMasked] }
    let signs = [
      GitHubEndpoint.secretVariable, GitHubEndpoint.addressVariable, "id-token: write", "OIDC token permissions",
      "id-token permission",
    ]
    let refused = ["GitHub: OIDC token request failed", "HTTP request failed: HTTP status"]
    let busy = ["(code=5", "HTTP request failed: HTTP status server error", "GitHub: OIDC token request timed out"]
    let fork = ["on a fork", "from a fork", "from forks", "third-party"]
    let found = TextSearch(signs + refused + busy + fork + ["GitHub Actions detection error"])
      .found(in: LogText(log.utf8))
    func has(_ texts: [String]) -> Bool { texts.contains { found[$0] != nil } }
    if has(busy), has(refused + busy.suffix(1)) { return [requestUnserved] }
    if has(Array(refused.dropLast())) || has(refused) && has(["GitHub Actions detection error"]) {
      return [requestRefused.with(.likely)]
    }
    guard has(signs) else { return [] }
    let isFork = has(fork)
    return (isFork ? [forkPullRequest.with(.likely)] : []) + [permissionMissing.with(isFork ? .possible : .likely)]
  }

  private static let requestUnserved = Cause(
    "host-unavailable", .likely, "The runner's endpoint for identity tokens could not serve the request.",
    fixes: ["Run the job again; GitHub's status page says whether Actions has trouble."])

  static let requestRefused = Cause(
    "identity-request-refused", .certain,
    "The runner's endpoint does not accept this job's request token.",
    fixes: [
      "Ask while the job runs, with the variables as the runner set them: the request token ends with the job, and a "
        + "copy in a secret or a file is worth nothing later."
    ])
}
