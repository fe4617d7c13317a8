import BrokerCore

extension FailureRow {
  private static let check = "token-broker check pypi"

  static let checkRows: [FailureRow] = [
    FailureRow(
      .check, "A GitHub job in an environment", gitHub("--claim environment=pypi", command: check), nil, [],
      ["0 warn, 0 failed", "would match: Owner \"octo-org\""], absent: ["eyJ"]),
    FailureRow(
      .check, "No environment, an unprotected ref, a self-hosted runner",
      gitHub("--claim ref_protected=false --claim runner_environment=self-hosted", command: check), nil,
      ["environment-missing", "ref-unprotected", "runner-self-hosted"], ["3 warn, 0 failed", "environment: pypi"]),
    FailureRow(
      .check, "One environment for two registries",
      gitHub("--claim environment=release", command: "token-broker check release"), nil, ["environment-shared"],
      ["testpypi and pypi from one environment"]),
    FailureRow(
      .check, "A run that the registry refuses whatever is registered",
      gitHub("--claim environment=pypi --claim event_name=pull_request_target", command: check), nil,
      ["pull-request-target"], ["2 failed", "fail publisher", "fail rules"], status: 8),
    FailureRow(
      .check, "A reusable workflow of another repository, seen before it is refused",
      gitHub(
        "--claim environment=pypi --claim job_workflow_ref=octo-org/shared/.github/workflows/release.yml@refs/heads/main",
        command: check), nil, ["reusable-workflow"], ["1 failed"], status: 1),
    FailureRow(
      .check, "A reusable workflow of the same repository, seen before it is refused",
      gitHub(
        "--claim environment=pypi --claim job_workflow_ref=octo-org/sample/.github/workflows/called.yml@refs/heads/main",
        command: check), nil, ["reusable-workflow-called"], ["warn publisher", "called.yml, not the caller's"]),
    FailureRow(
      .check, "An issuer that the registry may not know",
      gitLab("--claim environment=pypi --claim iss=https://gitlab.example.com", command: check), nil,
      ["pipeline-file-elsewhere"], ["issuer-self-managed"], status: 1),
    FailureRow(
      .check, "The job is not the one that is expected", gitHub("--claim environment=pypi", command: check), nil,
      ["workflow-differs"], ["fail expect", "\"release.yml\" \"publish.yml\""],
      files: expecting(#""workflow":"publish.yml""#), status: 8),
    FailureRow(
      .check, "GitLab: one identity token, good for one exchange", gitLab("--claim environment=pypi", command: check),
      nil, ["supply-single"], ["PYPI_ID_TOKEN_2:"]),
    FailureRow(
      .check, "GitLab: --mint would use the only token up",
      gitLab("", command: "token-broker check pypi --mint"), .usage, ["supply-single"], ["--use-up-token"]),
    FailureRow(
      .check, "GitLab: offline, with a list of audiences",
      gitLab("--claim 'aud=[pypi]' --claim environment=pypi", command: "token-broker check pypi --offline"), nil,
      ["audience-list"], ["skip audience", "fail identity-token"], status: 8),
    FailureRow(
      .check, "GitLab: offline, with a token that has expired",
      gitLab("--claim exp=-3600 --claim environment=pypi", command: "token-broker check pypi --offline"), nil,
      ["token-expired"], ["fail identity-token"], status: 5),
    FailureRow(
      .check, "This machine's clock is behind the registry's",
      gitHub("--clock 300 --claim environment=pypi", command: check), nil, ["clock-off"],
      ["behind the registry's", "NTP", "1 warn, 0 failed"]),
    FailureRow(
      .check, "--mint finds that nothing is registered",
      gitHub(
        "--claim environment=pypi --publisher provider=github,owner=octo-org,repository=other,workflow=release.yml",
        command: "token-broker check pypi --mint"), nil, ["publisher-differs"],
      ["fail exchange", "a pending publisher becomes a project"], status: 6),
    FailureRow(
      .check, "The job may not ask, seen by a check",
      gitHub("", "-u ACTIONS_ID_TOKEN_REQUEST_URL -u ACTIONS_ID_TOKEN_REQUEST_TOKEN", command: check), nil,
      ["permission-missing"], ["fail permission", "id-token: write"], status: 5),
    FailureRow(
      .two, "A check finds a reusable workflow and a run by pull_request_target",
      gitHub(
        "--claim environment=pypi --claim event_name=pull_request_target "
          + "--claim job_workflow_ref=octo-org/shared/.github/workflows/release.yml@refs/heads/main", command: check),
      nil,
      ["pull-request-target", "reusable-workflow"], ["2 failed"], status: 8),
  ]
}
