import BrokerCore

extension FailureRow {
  /// The claims of a job in a repository and a file.
  private static func job(
    _ repository: String, file: String = "release.yml", owner: String = "octo-org", id: String = "1000"
  ) -> String {
    let path = "\(owner)/\(repository)/.github/workflows/\(file)@refs/heads/main"
    return
      "--claim repository=\(owner)/\(repository) --claim repository_owner=\(owner) --claim repository_owner_id=\(id) "
      + "--claim workflow_ref=\(path) --claim job_workflow_ref=\(path)"
  }

  private static let withEnvironment =
    "--publisher provider=github,owner=octo-org,repository=sample,workflow=release.yml,environment=pypi"
  private static let gitLabWithEnvironment =
    "--publisher provider=gitlab,owner=octo-group/sub,repository=sample,workflow=.gitlab-ci.yml,environment=pypi"

  static let publisherRows: [FailureRow] = [
    FailureRow(
      .publisher, "GitHub: nobody registered the repository", gitHub(job("unregistered")), .publisherNotFound,
      ["environment-missing", "publisher-differs"],
      ["\"unregistered\"", "Owner's id, not on the form", "https://pypi.org/manage/account/publishing/"],
      absent: ["provider=github"]),
    FailureRow(
      .publisher, "GitHub: nobody registered the repository with TestPyPI",
      gitHub(job("unregistered"), command: "token-broker mint testpypi"), .publisherNotFound,
      ["environment-missing", "publisher-differs"], ["https://test.pypi.org/manage/account/publishing/"]),
    FailureRow(
      .publisher, "GitHub: another workflow file", gitHub(job("sample", file: "publish.yml")), .publisherNotFound,
      ["environment-missing", "publisher-differs"], ["\"publish.yml\""]),
    FailureRow(
      .publisher, "GitHub: the publisher has an environment, the job has none", gitHub(withEnvironment),
      .publisherNotFound, ["environment-missing", "publisher-differs"], ["(none)", "environment: ENVIRONMENT"]),
    FailureRow(
      .publisher, "GitHub: the job has another environment",
      gitHub("\(withEnvironment) --claim environment=staging"), .publisherNotFound,
      ["environment-differs", "publisher-differs"], ["in place of \"staging\""], absent: ["environment-missing"]),
    FailureRow(
      .publisher, "GitHub: the owner's account was made again under the same name",
      gitHub(job("sample", id: "9999")), .publisherNotFound, ["environment-missing", "publisher-differs"], ["\"9999\""]),
    FailureRow(
      .publisher, "Google: the publisher is another account",
      google("--claim email=other@octo-project.iam.gserviceaccount.com"), .publisherNotFound,
      ["service-account-differs", "publisher-differs"],
      ["Email \"other@octo-project.iam.gserviceaccount.com\"", "https://pypi.org/manage/account/publishing/"],
      absent: ["environment"]),
    FailureRow(
      .publisher, "Google: the publisher of a project is another account",
      google("--project sample --claim email=other@octo-project.iam.gserviceaccount.com"), .publisherNotFound,
      ["service-account-differs", "publisher-differs"],
      [
        "/manage/project/sample/settings/publishing/?provider=google&email=other%40octo-project.iam.gserviceaccount.com"
          + "&sub=104000000000000000001"
      ], files: [("token-broker.json", #"{"version":1,"registries":{"pypi":{"project":"sample"}}}"#)]),
    FailureRow(
      .publisher, "Google: the account was made again under its name", google("--claim sub=105"), .publisherNotFound,
      ["service-account-differs", "publisher-differs"], ["Subject \"105\"", "made again under its name"]),
    FailureRow(
      .publisher, "Google: the identity token names no account", google("--claim email="), .publisherNotFound,
      ["email-missing"], ["format=full", "includeEmail"]),
    FailureRow(
      .publisher, "Google: the account's address is not verified", google("--claim email_verified=false"),
      .publisherNotFound, ["email-not-verified"], ["does not say that its e-mail address is verified"]),
    FailureRow(
      .publisher, "GitHub: the owner is registered in another case", gitHub(job("sample", owner: "Octo-Org")),
      .publisherNotFound, ["owner-differs", "publisher-differs"], ["with the owner \"Octo-Org\", letter by letter"]),
    FailureRow(
      .publisher, "GitHub: a reusable workflow of another repository",
      gitHub("--claim job_workflow_ref=octo-org/shared/.github/workflows/release.yml@refs/heads/main"),
      .publisherNotFound, ["reusable-workflow"],
      ["octo-org/shared", "workflow of octo-org/sample itself", "artifacts"]),
    FailureRow(
      .publisher, "GitHub: a reusable workflow of another repository, with a file name of its own",
      gitHub("--claim job_workflow_ref=octo-org/shared/.github/workflows/publish.yml@refs/tags/v1"),
      .publisherNotFound, ["reusable-workflow"], ["octo-org/shared"], absent: ["publisher-differs"]),
    FailureRow(
      .publisher, "GitHub: a reusable workflow of the same repository",
      gitHub("--claim job_workflow_ref=octo-org/sample/.github/workflows/called.yml@refs/heads/main"),
      .publisherNotFound, ["reusable-workflow-called", "publisher-differs"],
      ["workflow name called.yml, not the caller's"]),
    FailureRow(
      .publisher, "GitHub: the publishing workflow is called at another ref",
      gitHub("--claim job_workflow_ref=octo-org/sample/.github/workflows/release.yml@refs/heads/other"),
      .publisherNotFound, ["workflow-ref-differs"], ["at the run's own ref"]),
    FailureRow(
      .publisher, "GitHub: the job's file does not end in .yml",
      gitHub("--claim job_workflow_ref=octo-org/sample/dynamic/release@refs/heads/main"), .publisherNotFound,
      ["workflow-file-name"], ["ends in .yml"]),
    FailureRow(
      .publisher, "GitHub: the run was started by pull_request_target",
      gitHub("--claim event_name=pull_request_target"), .ruleRefused, ["pull-request-target"],
      ["push of a tag", "types: [published]"]),
    FailureRow(
      .publisher, "GitLab: nobody registered the project",
      gitLab(
        "--claim project_path=octo-group/other --claim namespace_path=octo-group "
          + "--claim sub=project_path:octo-group/other:ref_type:branch:ref:main "
          + "--claim ci_config_ref_uri=gitlab.com/octo-group/other//.gitlab-ci.yml@refs/heads/main"),
      .publisherNotFound, ["environment-missing", "publisher-differs"],
      ["Namespace \"octo-group\"", "https://pypi.org/manage/account/publishing/"]),
    FailureRow(
      .publisher, "GitLab: the project is registered in another case",
      gitLab(
        "--claim project_path=Octo-Group/sub/sample --claim namespace_path=Octo-Group/sub "
          + "--claim sub=project_path:Octo-Group/sub/sample:ref_type:branch:ref:main "
          + "--claim ci_config_ref_uri=gitlab.com/Octo-Group/sub/sample//.gitlab-ci.yml@refs/heads/main"),
      .publisherNotFound, ["path-case-differs"], ["exactly as GitLab shows it", "gitlab.com/Octo-Group/sub/sample"]),
    FailureRow(
      .publisher, "GitLab: another pipeline file",
      gitLab("--claim ci_config_ref_uri=gitlab.com/octo-group/sub/sample//ci/publish.yml@refs/heads/main"),
      .publisherNotFound, ["pipeline-file-differs", "publisher-differs"],
      [
        "\"ci/publish.yml\" \".gitlab-ci.yml\"",
        "Register a publisher at pypi with the pipeline file \"ci/publish.yml\"",
      ]),
    FailureRow(
      .publisher, "GitLab: the pipeline file belongs to another project",
      gitLab("--claim ci_config_ref_uri=gitlab.com/octo-group/shared//.gitlab-ci.yml@refs/heads/main"),
      .publisherNotFound, ["pipeline-file-elsewhere"], ["CI/CD configuration file", "include"]),
    FailureRow(
      .publisher, "GitLab: the pipeline file is remote, so that a claim is missing",
      gitLab("--claim ci_config_ref_uri="), .publisherNotFound, ["claim-missing"],
      ["ci_config_ref_uri", "remote or external"]),
    FailureRow(
      .publisher, "GitLab: the publisher has an environment, the job has none", gitLab(gitLabWithEnvironment),
      .publisherNotFound, ["environment-missing", "publisher-differs"], ["name: ENVIRONMENT"]),
    FailureRow(
      .publisher, "GitLab: the environment is written in another case",
      gitLab("\(gitLabWithEnvironment) --claim environment=PyPI"), .publisherNotFound,
      ["environment-differs", "publisher-differs"], ["with the environment \"PyPI\", letter by letter"]),
    FailureRow(
      .publisher, "GitLab: the subject of the tokens is customised", gitLab("--claim sub=octo-group-sample"),
      .publisherNotFound, ["subject-customised"], ["ci_id_token_sub_claim_components"]),
  ]

  private static func notFound(_ detail: String) -> String {
    refuse("invalid-publisher", "valid token, but no corresponding publisher (\(detail))")
  }

  /// Texts that need a server of another version or kind.
  static let publisherTextRows: [FailureRow] = [
    FailureRow(
      .publisher, "Google: the subject is another account's",
      google(
        refuse(
          "invalid-publisher",
          "valid token, but no corresponding publisher (Check failed for optional claim 'sub')")),
      .publisherNotFound, ["service-account-id-differs"], ["made again under its old address", "or without one"]),
    FailureRow(
      .publisher, "A claim is missing", gitHub("--claim jti="), .publisherNotFound, ["claim-missing"],
      ["no jti claim"]),
    FailureRow(
      .publisher, "The claim that names the job's file is empty",
      gitHub(notFound("The job_workflow_ref claim is empty")), .publisherNotFound, ["claim-missing"],
      ["no job_workflow_ref claim"]),
    FailureRow(
      .publisher, "The claims that name the ref are empty", gitHub("--claim ref= --claim sha="), .publisherNotFound,
      ["claim-missing"], ["ref and sha"]),
    FailureRow(
      .publisher, "GitLab: the claims that name the ref are empty", gitLab("--claim ref_path= --claim sha="),
      .publisherNotFound, ["claim-missing"], ["ref_path and sha"]),
    FailureRow(
      .publisher, "The owner's id differs",
      gitHub(notFound("Check failed for required claim 'repository_owner_id'")), .publisherNotFound,
      ["owner-id-differs"], ["deleted and made again", "register it again"]),
    FailureRow(
      .publisher, "GitHub: an organisation has customised the subject",
      gitHub("--claim sub=owner:octo-org \(notFound("Check failed for required claim 'sub'"))"), .publisherNotFound,
      ["subject-customised"], ["subject claim template"], absent: ["owner:octo-org"]),
    FailureRow(
      .publisher, "An optional claim differs",
      gitHub(notFound("Check failed for optional claim 'environment'")), .publisherNotFound, ["claim-differs"],
      ["The claim environment"]),
    FailureRow(
      .publisher, "An older server found nothing", gitHub(notFound("All lookup strategies exhausted")),
      .publisherNotFound, ["environment-missing", "publisher-differs"], ["Compare each value"]),
    FailureRow(
      .publisher, "The registry cannot read the workflow's name",
      gitLab(notFound("Could not extract workflow filename from OIDC claims")), .publisherNotFound,
      ["workflow-file-name"], ["ends in .yml"]),
    FailureRow(
      .publisher, "GitLab: the pipeline file at another ref",
      gitLab("--claim ci_config_ref_uri=gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@refs/heads/other"),
      .publisherNotFound, ["pipeline-ref-differs"], ["external or remote configuration file"]),
  ]
}
