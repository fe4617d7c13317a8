import BrokerCore

extension FailureRow {
  private static let release =
    "--release project=sample,version=1.4.2,provider=github,owner=octo-org,repository=sample,workflow=release.yml,environment=pypi"
  private static let registered =
    "--publisher provider=github,owner=octo-org,repository=sample,workflow=release.yml,environment=pypi"
  private static let publishYML =
    "--claim workflow_ref=octo-org/sample/.github/workflows/publish.yml@refs/heads/main "
    + "--claim job_workflow_ref=octo-org/sample/.github/workflows/publish.yml@refs/heads/main"
  private static let project = [
    (name: "token-broker.json", text: #"{"version":1,"registries":{"pypi":{"project":"sample"}}}"#)
  ]

  static let releaseRows: [FailureRow] = [
    FailureRow(
      .release, "The last release was published from an environment, this job has none",
      gitHub("\(registered) \(release)"), .publisherNotFound, ["environment-missing", "publisher-differs"],
      [
        "1.4.2 of sample was published by release.yml with environment \"pypi\"; this job is release.yml without environment",
        "environment: pypi", "https://pypi.org/manage/project/sample/settings/publishing/?provider=github",
      ], files: project),
    FailureRow(
      .release, "GitLab: the last release was published from another pipeline file",
      gitLab(
        "--publisher provider=gitlab,owner=octo-group/sub,repository=sample,workflow=ci/release.yml "
          + "--release project=sample,version=2.0,provider=gitlab,owner=octo-group/sub,repository=sample,workflow=ci/release.yml"
      ), .publisherNotFound, ["pipeline-file-differs", "publisher-differs"],
      ["2.0 of sample was published by ci/release.yml", "\".gitlab-ci.yml\" \"ci/release.yml\""], files: project),
    FailureRow(
      .release, "The last release was published from GitHub, this job runs at GitLab",
      gitLab("\(registered) \(release)"), .publisherNotFound, ["provider-differs"], ["was published from GitHub"],
      files: project),
    FailureRow(
      .release, "A project of whose releases none is attested", gitHub("\(registered) --project sample"),
      .publisherNotFound, ["environment-missing", "publisher-differs"],
      ["manage/project/sample/settings/publishing/"], files: project),
    FailureRow(
      .release, "A check compares the job with the last release",
      gitHub(
        "\(registered) \(release) --claim environment=staging", command: "token-broker check pypi --project sample"),
      nil, ["environment-differs"], ["warn last-release", "\"staging\" \"pypi\""]),
    FailureRow(
      .release, "A check finds that the publisher names no environment",
      gitHub(
        "--claim environment=pypi --release "
          + "project=sample,version=1.4.2,provider=github,owner=octo-org,repository=sample,workflow=release.yml",
        command: "token-broker check pypi --project sample"),
      nil, ["publisher-without-environment"], ["warn last-release", "owners by mail"]),
    FailureRow(
      .two, "Workflow and environment differ from the last release", gitHub("\(registered) \(release) \(publishYML)"),
      .publisherNotFound, ["workflow-differs", "environment-missing"],
      ["with environment \"pypi\"; this job is publish.yml without environment"], files: project),
    FailureRow(
      .two, "A reusable workflow, and an environment that differs from the last release",
      gitHub(
        "\(registered) \(release) --claim environment=staging "
          + "--claim job_workflow_ref=octo-org/shared/.github/workflows/release.yml@refs/heads/main"),
      .publisherNotFound, ["reusable-workflow", "environment-differs"], ["\"staging\" \"pypi\""], files: project),
  ]
}
