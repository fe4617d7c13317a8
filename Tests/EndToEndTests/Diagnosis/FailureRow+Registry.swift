import BrokerCore

extension FailureRow {
  static let issuerRows: [FailureRow] = [
    FailureRow(
      .issuer, "GitHub: an enterprise has an issuer of its own",
      gitHub("--claim iss=https://token.actions.githubusercontent.com/octo-enterprise"), .exchangeRefused,
      ["issuer-enterprise-slug"], ["include_enterprise_slug"]),
    FailureRow(
      .issuer, "GitHub Enterprise Server", gitHub("--claim iss=https://github.example.com/_services/token"),
      .exchangeRefused, ["issuer-enterprise-server"], ["Publish from github.com", "API token as a secret"]),
    FailureRow(
      .issuer, "GitHub Enterprise Cloud with data residency",
      gitHub("--claim iss=https://token.actions.octo.ghe.com"), .exchangeRefused, ["issuer-data-residency"],
      ["data residency"]),
    FailureRow(
      .issuer, "A self-managed GitLab", gitLab("--claim iss=https://gitlab.example.com"), .exchangeRefused,
      ["issuer-self-managed"], ["administrators to register the issuer", "gitlab.com"]),
    FailureRow(
      .issuer, "A Forgejo, such as Codeberg", gitHub("--claim iss=https://codeberg.org/api/actions"), .exchangeRefused,
      ["issuer-forgejo"], ["not Forgejo (requested: https://github.com/pypi/warehouse/issues/19786)"]),
    FailureRow(
      .issuer, "Some other issuer", gitHub("--claim iss=https://oidc.example.com"), .exchangeRefused,
      ["issuer-unknown"], ["https://oidc.example.com"]),
    FailureRow(
      .issuer, "An issuer that the kind of publisher does not allow",
      gitHub(
        "--claim iss=https://token.actions.githubusercontent.com/octo "
          + refuse(
            "invalid-publisher",
            "valid token, but no corresponding publisher (Issuer 'https://token.actions.githubusercontent.com/octo' is unsupported)"
          )), .publisherNotFound, ["issuer-enterprise-slug"], ["include_enterprise_slug"]),
    FailureRow(
      .issuer, "The publisher belongs to another issuer",
      gitLab(
        "--claim iss=https://gitlab.example.com "
          + refuse(
            "invalid-publisher",
            "valid token, but no corresponding publisher (JWT issuer 'https://gitlab.example.com' does not match expected issuer 'https://gitlab.com')"
          )), .publisherNotFound, ["issuer-self-managed"], ["https://gitlab.example.com"]),
  ]

  private static func pending(_ project: String) -> String {
    "--publisher provider=github,owner=octo-org,repository=sample,workflow=release.yml,project=\(project),pending=true"
  }

  static let registryRows: [FailureRow] = [
    FailureRow(
      .registry, "A pending publisher's project exists by now",
      gitHub("\(pending("taken")) --project taken"), .exchangeRefused, ["pending-name-taken"],
      ["project's own settings", "https://pypi.org/manage/project/PROJECT/settings/publishing/?provider=github"]),
    FailureRow(
      .registry, "A pending publisher's project has a name too similar to another",
      gitHub("\(pending("rlg-glthub")) --project rig-github"), .exchangeRefused, ["project-name-similar"],
      ["Choose another project name", "https://pypi.org/manage/account/publishing/"]),
    FailureRow(
      .registry, "A pending publisher's project has a name that is not allowed", gitHub(pending("asyncio")),
      .exchangeRefused, ["project-name-not-allowed"], ["Choose another project name"]),
    FailureRow(
      .registry, "A pending publisher's project has a word in its name that refusals have too",
      gitHub(
        refuse(
          "invalid-payload", "The name 'rlg-issuer' is too similar to an existing project. See https://x/ for more.")),
      .exchangeRefused, ["project-name-similar"], ["Choose another project name"], absent: ["registered issuers"]),
    FailureRow(
      .registry, "New projects are switched off", gitHub("\(pending("new")) --switch new-projects-off"),
      .exchangeRefused, ["new-projects-off"], ["status page"]),
    FailureRow(
      .registry, "Trusted publishing from GitHub is switched off", gitHub("--switch github-off"), .exchangeRefused,
      ["publishing-switched-off"], ["status page"]),
    FailureRow(
      .registry, "Trusted publishing is switched off", gitHub("--switch trusted-publishing-off"),
      .trustedPublishingUnavailable, ["publishing-switched-off"], ["status page"]),
    FailureRow(
      .registry, "The index has no trusted publishing", gitHub("--switch no-trusted-publishing"),
      .trustedPublishingUnavailable, ["no-trusted-publishing"], ["Check upload-url in registries.pypi"]),
    FailureRow(
      .registry, "The registry cannot decode the token", gitHub(refuse("invalid-payload", "malformed JWT")),
      .exchangeRefused, ["token-malformed"], ["whole and unchanged"]),
    FailureRow(
      .registry, "The registry cannot read the request",
      gitHub(refuse("invalid-payload", "1 validation error for TokenPayload")), .exchangeRefused,
      ["request-malformed"], ["a proxy"]),
    FailureRow(
      .registry, "The registry says something new", gitHub(refuse("invalid-moon-phase", "wait for the full moon")),
      .exchangeRefused, ["refusal-unknown"], ["invalid-moon-phase"]),
    FailureRow(
      .registry, "The registry asks for another service's audience", gitHub("--fault audience=audience:sigstore"),
      .audienceRefused, ["audience-unexpected"], ["do not trust this answer"]),
    FailureRow(
      .registry, "The registry cannot serve the request now", gitHub("--fault audience=status:503:3600"), .unavailable,
      ["host-unavailable"], ["nothing is wrong with the job", "Try again in 3600 s"]),
    FailureRow(
      .registry, "The configuration names a host that takes no uploads", gitHub("", "TOKEN_BROKER_CONFIG=broker.json"),
      .configurationInvalid, [], ["upload.test.pypi.org, which does not take these uploads"],
      files: [
        (
          "broker.json",
          #"{"version":1,"registries":{"pypi":{"type":"testpypi","upload-url":"https://upload.test.pypi.org/legacy/"}}}"#
        )
      ]),
  ]

  private static let reusable = "--claim job_workflow_ref=octo-org/shared/.github/workflows/release.yml@refs/heads/main"

  /// A file that admits an event which is kept out otherwise.
  private static let admitting = [
    ("token-broker.json", #"{"version":1,"rules":{"event":["push","pull_request_target"]}}"#)
  ]

  static let twoFaultRows: [FailureRow] = [
    FailureRow(
      .two, "pull_request_target, and a repository that nobody registered",
      gitHub(
        "--claim event_name=pull_request_target --claim repository=octo-org/other "
          + "--claim workflow_ref=octo-org/other/.github/workflows/release.yml@refs/heads/main "
          + "--claim job_workflow_ref=octo-org/other/.github/workflows/release.yml@refs/heads/main"),
      .publisherNotFound, ["pull-request-target"], ["push of a tag"], absent: ["publisher-differs"], files: admitting),
    FailureRow(
      .two, "A reusable workflow, and pull_request_target",
      gitHub("\(reusable) --claim event_name=pull_request_target"), .publisherNotFound,
      ["reusable-workflow", "pull-request-target"], ["octo-org/shared"], files: admitting),
    FailureRow(
      .two, "A reusable workflow, and no environment",
      gitHub(
        "\(reusable) --publisher provider=github,owner=octo-org,repository=sample,workflow=release.yml,environment=pypi"
      ),
      .publisherNotFound, ["reusable-workflow", "environment-missing"], ["environment: ENVIRONMENT"]),
    FailureRow(
      .two, "An enterprise's issuer, and pull_request_target",
      gitHub(
        "--claim iss=https://token.actions.githubusercontent.com/octo --claim event_name=pull_request_target"),
      .exchangeRefused, ["issuer-enterprise-slug", "pull-request-target"], ["include_enterprise_slug"],
      files: admitting),
    FailureRow(
      .two, "An enterprise server, and a reusable workflow",
      gitHub("--claim iss=https://github.example.com/_services/token \(reusable)"), .exchangeRefused,
      ["issuer-enterprise-server", "reusable-workflow"], ["Publish from github.com"]),
    FailureRow(
      .two, "The provider is switched off, and a reusable workflow", gitHub("--switch github-off \(reusable)"),
      .exchangeRefused, ["publishing-switched-off", "reusable-workflow"], ["status page"]),
    FailureRow(
      .two, "A list of audiences in a token that has expired", gitLab("--claim 'aud=[pypi]' --claim exp=-3600"),
      .identityTokenAudience, ["audience-list", "token-expired"], ["without brackets"]),
    FailureRow(
      .two, "Another audience in a token that is not valid yet",
      gitLab("--claim aud=sigstore --claim nbf=+600"), .identityTokenAudience,
      ["audience-differs", "token-not-yet-valid"], ["aud: pypi"]),
    FailureRow(
      .two, "A customised subject, and a pipeline file of another project",
      gitLab(
        "--claim sub=octo --claim ci_config_ref_uri=gitlab.com/octo-group/shared//.gitlab-ci.yml@refs/heads/main"),
      .publisherNotFound, ["subject-customised", "pipeline-file-elsewhere"], ["include"]),
    FailureRow(
      .two, "A pending publisher whose name is taken, and pull_request_target",
      gitHub(
        "\(pending("taken")) --project taken \(refuse("invalid-pending-publisher", "valid token, but project already exists")) --claim event_name=pull_request_target"
      ),
      .exchangeRefused, ["pending-name-taken", "pull-request-target"], ["project's own settings"], files: admitting),
    FailureRow(
      .two, "A self-managed GitLab, and a customised subject",
      gitLab("--claim iss=https://gitlab.example.com --claim sub=octo"), .exchangeRefused,
      ["issuer-self-managed", "subject-customised"], ["https://gitlab.example.com"]),
    FailureRow(
      .two, "A fork's merge request pipeline, and a customised subject",
      gitLab(
        "--claim project_path=stranger/sample --claim namespace_path=stranger --claim sub=stranger "
          + "--claim ci_config_ref_uri=gitlab.com/stranger/sample//.gitlab-ci.yml@refs/heads/main",
        "CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_PROJECT_PATH=octo-group/sub/sample"),
      .publisherNotFound, ["fork-pipeline", "subject-customised"], ["runs in the fork"]),
  ]

  static let quietRows: [FailureRow] = [
    FailureRow(
      .quiet, "GitHub: a job as it is registered, with the ids in its subject",
      gitHub("--claim sub=repo:octo-org@1000/sample@2000:ref:refs/heads/main"), nil, [],
      ["API token written"]),
    FailureRow(
      .quiet, "GitHub: a subject that an organisation has customised, which does not matter here",
      gitHub("--claim sub=owner:octo-org"), nil, [], ["API token written"]),
    FailureRow(
      .quiet, "A clock that is off, which only the registry's can tell", gitHub("--clock 3600"), nil, [],
      ["this machine's clock is", "behind the registry's", "API token written"]),
    FailureRow(
      .quiet, "GitLab: a job as it is registered, with an environment",
      gitLab(
        "--claim environment=pypi --publisher "
          + "provider=gitlab,owner=octo-group/sub,repository=sample,workflow=.gitlab-ci.yml,environment=pypi"), nil, [],
      ["API token written"]),
  ]
}
