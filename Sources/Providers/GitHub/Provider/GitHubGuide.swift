import BrokerCore

/// What people write into a workflow (docs.github.com, "Workflow syntax for GitHub Actions").
enum GitHubGuide {
  static let guide = ProviderGuide(
    environment: { Snippet("the job in the workflow file", ["environment: \(Snippet.quoted($0))"]) },
    protection: "rulesets on GitHub", mergedArtifacts: "merge-multiple: true of actions/download-artifact",
    jobFile: { path, text in
      guard path.hasPrefix("\(GitHubWorkflow.folder)/") else { return nil }
      let workflow = try? GitHubWorkflow(path: path, bytes: Array(text.utf8))
      var identity: Reading<Bool> = .absent
      if case .granted(let line) = workflow?.permission(of: nil) {
        identity = .known(true, FilePlace(path, line: line))
      }
      return JobFile(path: path, identities: [identity], environments: workflow?.environments ?? [])
    })

  static let permissions = Snippet(
    "the job in the workflow file",
    ["permissions:", "  contents: read", "  id-token: write    # a job's block replaces the workflow's"])

  /// Neither variable is there: what the workflows of the checkout say about it comes first.
  static func noToken(in environment: Environment, _ files: any FileReading) -> [Cause] {
    let job = environment.nonEmpty("GITHUB_JOB")
    guard let started = GitHubWorkflow(of: environment, files: files) else { return [permissionMissing] }
    guard let job, !started.defines(job) else { return noToken(started, started.permission(of: job), job) }
    // A job of a called workflow has at most what the calling job has, and that if it says nothing.
    for call in started.calls {
      guard let called = GitHubWorkflow(at: call.path, in: environment, files: files), called.defines(job) else {
        continue
      }
      let calling = started.permission(of: call.job)
      guard case .granted = calling else { return noToken(started, calling, call.job, calling: called.path) }
      let own = called.permission(of: job)
      return own == .missing ? noToken(started, calling, call.job) : noToken(called, own, job)
    }
    return noToken(started, started.permission(of: job), job)
  }

  private static func noToken(
    _ workflow: GitHubWorkflow, _ permission: GitHubWorkflow.Permission, _ job: String?, calling called: String? = nil
  ) -> [Cause] {
    let path = Neutralized(workflow.path, limit: 120)
    let words: Message = job.map { "the job \(Neutralized.quoted($0, limit: 60))" } ?? "its jobs"
    let calls: Message =
      called.map {
        ", which calls \(Neutralized($0, limit: 120)): a called workflow cannot have more than its caller"
      } ?? ""
    switch permission {
    case .granted(let line):
      return [
        Cause(
          "variable-lost", .likely,
          "\(path) gives \(words) the permission id-token: write (line \(line)), and neither variable has reached this step.",
          fixes: [
            "Pass ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN on: into a container that a step starts by "
              + "itself (docker run -e), through sudo (sudo -E), or past env -i.",
            "If this is a reusable workflow, give the calling job the permission as well: a called workflow cannot have "
              + "more than its caller.",
          ]), permissionMissing.with(.possible),
      ]
    case .replaced(let line):
      return [
        Cause(
          "permission-missing", .likely,
          "In \(path), \(words)\(calls.isEmpty ? calls : "\(calls),") has a permissions block of its own (line \(line)) without "
            + "id-token: write; it replaces the workflow's.",
          fixes: ["Add id-token: write to the permissions of \(words) in \(path), line \(line)."], snippet: permissions)
      ]
    case .unknown: return [permissionMissing]
    case .missing:
      return [
        Cause(
          "permission-missing", .likely,
          "\(path), as the checkout has it, gives \(words) no permission to ask for an identity token\(calls).",
          fixes: ["Give \(words) in \(path) the permission id-token: write."] + permissionMissing.fixes.dropFirst(),
          snippet: permissions)
      ]
    }
  }

  /// The job may not ask for an identity token: likely, because a step can lose the variables as well.
  static let permissionMissing = Cause(
    "permission-missing", .likely,
    "The job has no permission to ask for an identity token, or this step does not get the variables: the log of \"Set up "
      + "job\" lists id-token: write below \"GITHUB_TOKEN Permissions\" if the job has it.",
    fixes: [
      "Give the job the permission id-token: write, at the job itself: a job's permissions block replaces the workflow's, "
        + "it does not add to it.",
      "In a reusable workflow, the calling job needs the permission as well: a called workflow cannot have more than its "
        + "caller.",
      "In a container that a step starts by itself, pass both variables on: docker run -e ACTIONS_ID_TOKEN_REQUEST_URL "
        + "-e ACTIONS_ID_TOKEN_REQUEST_TOKEN.",
    ], snippet: permissions)

  /// The runner set the variables, but only one has reached this step.
  static func variableLost(_ missing: String, isEmpty: Bool = false) -> Cause {
    isEmpty
      ? Cause(
        "variable-hidden", .likely,
        "The runner sets both variables or neither, and \(Neutralized(missing)) is empty here: something of the job's own has set it.",
        fixes: [
          "Remove \(Neutralized(missing)) from env: in the workflow, and from what the step runs; the runner sets it."
        ])
      : Cause(
        "variable-lost", .likely,
        "The runner sets both variables or neither, and \(Neutralized(missing)) did not reach this step.",
        fixes: [
          "Pass \(Neutralized(missing)) on as well: into a container, through sudo (sudo -E) or a tool that clears the environment."
        ])
  }

  /// The run belongs to a fork, so that its tokens name that.
  static func runIn(fork: String) -> Cause {
    let fork = Neutralized.quoted(fork)
    return Cause(
      "run-in-fork", .likely, "The run belongs to \(fork), which is a fork, and its identity tokens name that.",
      fixes: [
        "Publish from the repository that \(fork) was made of; if the fork is what publishes, register a publisher for it."
      ]
    ).explaining(.repository)
  }

  static func forkPullRequest(from head: Message) -> Cause {
    forkPullRequest(
      "The pull request comes from \(head), and GitHub gives no identity token to runs for pull requests from forks, "
        + "whatever the workflow's permissions say.")
  }

  private static func forkPullRequest(_ summary: Message) -> Cause {
    Cause(
      "fork-pull-request", .certain, summary,
      fixes: [
        "Publish from a run in the repository itself: on: push with a tag, or on: release.",
        "Leave pull_request_target alone: it has an identity, but PyPI refuses it, and it would run a stranger's code.",
      ],
      snippet: Snippet("the workflow file", ["on:", "  release:", "    types: [published]"]))
  }

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
      return [requestRefused()]
    }
    guard has(signs) else { return [] }
    let isFork = has(fork)
    let forked = forkPullRequest(
      "GitHub gives no identity token to runs for pull requests from forks, whatever the workflow's permissions say.")
    return (isFork ? [forked.with(.likely)] : []) + [permissionMissing.with(isFork ? .possible : .likely)]
  }

  private static let requestUnserved = Cause(
    "host-unavailable", .likely, "The runner's endpoint for identity tokens could not serve the request.",
    fixes: ["Run the job again; GitHub's status page says whether Actions has trouble."])

  /// The endpoint's answer to a request token that is not its job's is 401; certain only where it says something itself.
  static func requestRefused(_ status: Int? = nil, said: Bool = false) -> Cause {
    let number: Message = status.map { " (status \($0))" } ?? ""
    return Cause(
      "identity-request-refused", said && status == 401 ? .certain : .likely,
      "The runner's endpoint does not accept this job's request token\(number).",
      fixes: [
        "Ask while the job runs, with the variables as the runner set them: the request token ends with the job, and a "
          + "copy in a secret or a file is worth nothing later."
      ])
  }
}
