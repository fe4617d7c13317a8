import BrokerCore

extension FailureRow {
  private static let check = "token-broker check pypi"
  private static let whole =
    #""owner":"octo-org","repository":"sample","workflow":"release.yml","environment":"pypi""#

  private static func release(_ parts: String) -> String {
    "--release project=sample,version=1.4.2,provider=github,owner=octo-org,repository=sample,workflow=release.yml\(parts)"
  }

  static let checkRows: [FailureRow] = [
    FailureRow(
      .check, "A GitHub job in an environment", gitHub("--claim environment=pypi", command: check), nil, [],
      [
        "0 warn, 0 failed, 1 not known", "not known publisher",
        "Nothing at hand says whether pypi has a publisher with these values: Owner \"octo-org\"", "--mint",
      ], absent: ["eyJ", "pass publisher"]),
    FailureRow(
      .check, "A GitHub job in an environment, as expect says",
      gitHub("--claim environment=pypi", command: check), nil, [],
      ["pass publisher registries.pypi.expect says that one is registered with these values: Owner \"octo-org\""],
      files: expecting(whole)),
    FailureRow(
      .check, "expect speaks of the owner alone", gitHub("--claim environment=pypi", command: check), nil, [],
      ["not known publisher", "registries.pypi.expect speaks of Owner alone", "pass expect"],
      files: expecting(#""owner":"octo-org""#)),
    FailureRow(
      .check, "The last attested release was published by such a job",
      gitHub("--claim environment=pypi \(release(",environment=pypi"))", command: "\(check) --project sample"), nil, [],
      ["pass publisher One that matches these values published 1.4.2 of sample", "pass last-release"]),
    FailureRow(
      .check, "--mint finds a publisher", gitHub("--claim environment=pypi", command: "\(check) --mint"), nil, [],
      ["pass publisher pypi found one that matches the job", "pass exchange"], absent: ["not known"]),
    FailureRow(
      .check, "A blank at the end of the environment, for two registries",
      gitHub("--claim 'environment=pypi '", command: "token-broker check"), nil, ["environment-differs"],
      ["warn environment", "not known publisher", "pypi<U+0020 SPACE>", "1 warn"],
      absent: ["pass environment", "pass publisher"]),
    FailureRow(
      .check, "The index that another registry's expectations describe",
      gitHub("--claim environment=testpypi", command: check), nil, ["wrong-index"],
      ["warn publisher", "Give the command the target testpypi in this job, not pypi"],
      files: [
        (
          "token-broker.json",
          #"{"version":1,"registries":{"testpypi":{"expect":{\#(whole.replacing("\"pypi", with: "\"testpypi"))}},"pypi":{}}}"#
        )
      ]),
    FailureRow(
      .check, "The project does not exist there", gitHub("--claim environment=pypi", command: check), nil,
      ["project-missing"],
      ["warn project", "See that a pending publisher with the project name sample", "30 days"],
      absent: ["/manage/project/"], files: [("pyproject.toml", "[project]\nname = \"sample\"\n")]),
    FailureRow(
      .check, "The remote of the checkout has another owner",
      gitHub("--claim environment=pypi", command: check), nil, ["owner-differs"],
      ["warn publisher", "The checkout's remote has the owner \"old-org\""],
      files: [
        (".git/config", "[remote \"origin\"]\n\turl = https://github.com/old-org/sample.git\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
      ]),
    FailureRow(
      .check, "No environment, an unprotected ref, a self-hosted runner",
      gitHub("--claim ref_protected=false --claim runner_environment=self-hosted", command: check), nil,
      ["environment-missing", "ref-unprotected", "runner-self-hosted"], ["3 warn, 0 failed", "environment: pypi"]),
    FailureRow(
      .check, "A run that the registry refuses whatever is registered",
      gitHub("--claim environment=pypi --claim event_name=pull_request_target", command: check), nil,
      ["pull-request-target"], ["1 failed", "fail rules"], status: 8),
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
      ["pull-request-target", "reusable-workflow"], ["1 failed"], status: 8),
  ]
}
