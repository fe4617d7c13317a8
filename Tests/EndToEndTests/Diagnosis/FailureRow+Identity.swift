import BrokerCore

extension FailureRow {
  private static let noVariables = "-u ACTIONS_ID_TOKEN_REQUEST_URL -u ACTIONS_ID_TOKEN_REQUEST_TOKEN"

  static let identityRows: [FailureRow] = [
    FailureRow(
      .identity, "GitHub: the job may not ask for an identity token", gitHub("", noVariables), .identityPermission,
      ["permission-missing"], ["id-token: write", "replaces the workflow's", "calling job"]),
    FailureRow(
      .identity, "GitHub: one of the runner's variables is lost", gitHub("", "-u ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
      .identityPermission, ["variable-lost"], ["ACTIONS_ID_TOKEN_REQUEST_TOKEN did not reach", "sudo -E"]),
    FailureRow(
      .identity, "GitHub: a pull request from a fork",
      gitHub("", "\(noVariables) GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=event.json"), .identityFork,
      ["fork-pull-request"], ["types: [published]", "Leave pull_request_target alone"],
      files: [("event.json", #"{"pull_request":{"head":{"repo":{"fork":true}}}}"#)]),
    FailureRow(
      .identity, "GitHub: a pull request from a fork that was deleted",
      gitHub("", "\(noVariables) GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=event.json"), .identityFork,
      ["fork-pull-request"], ["in the repository itself"],
      files: [("event.json", #"{"pull_request":{"head":{"repo":null}}}"#)]),
    FailureRow(
      .identity, "GitHub: the runner's request token is not this job's",
      gitHub("", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-another-job"), .identityRefused, ["identity-request-refused"],
      ["ends with the job"], absent: ["of-another-job"]),
    FailureRow(
      .identity, "GitLab: the job names no identity token", gitLab("", "-u PYPI_ID_TOKEN"), .identityTokenMissing,
      ["id-token-missing"], ["id_tokens:", "PYPI_ID_TOKEN:", "aud: pypi"]),
    FailureRow(
      .identity, "GitLab: the identity token has another name",
      gitLab(
        "",
        command:
          #"sh -c 'export MY_ID_TOKEN="$PYPI_ID_TOKEN"; unset PYPI_ID_TOKEN; token-broker mint pypi --format token'"#),
      .identityTokenMissing, ["id-token-missing"], ["If one of MY_ID_TOKEN", "providers.gitlab.variables"]),
    FailureRow(
      .identity, "GitLab: a merge request of a fork runs with the project's identity",
      gitLab(
        "", "CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_SOURCE_PROJECT_PATH=stranger/sample"),
      .identityFork, ["fork-merge-request"], ["if: $CI_COMMIT_TAG", "stranger's hands"]),
    FailureRow(
      .identity, "GitLab: a merge request's pipeline runs in the fork",
      gitLab(
        "--claim project_path=stranger/sample --claim namespace_path=stranger "
          + "--claim sub=project_path:stranger/sample:ref_type:branch:ref:main "
          + "--claim ci_config_ref_uri=gitlab.com/stranger/sample//.gitlab-ci.yml@refs/heads/main",
        "CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_PROJECT_PATH=octo-group/sub/sample"),
      .publisherNotFound, ["fork-pipeline"], ["runs in the fork \"stranger/sample\""]),
    FailureRow(
      .identity, "Google: the build's service account may not make identity tokens for itself",
      google("--fault identity-token=status:404"), .identityRefused, ["google-role-missing"],
      ["roles/iam.serviceAccountOpenIdTokenCreator on itself", "gcloud iam service-accounts add-iam-policy-binding"]),
    FailureRow(
      .identity, "Google: the metadata server may not give the identity",
      google("--fault identity-token=status:403"), .identityRefused, ["google-account-refused"],
      ["roles/iam.workloadIdentityUser"]),
    FailureRow(
      .identity, "Google: the machine's service account may not act for another",
      google("", "GOOGLE_SERVICE_ACCOUNT_NAME=release@another-project.iam.gserviceaccount.com"), .identityRefused,
      ["google-impersonation-denied"],
      ["on release@another-project.iam.gserviceaccount.com", "--role=roles/iam.serviceAccountOpenIdTokenCreator"]),
    FailureRow(
      .identity, "Google: the variable names no service account",
      google("", "GOOGLE_SERVICE_ACCOUNT_NAME=release"), .identityPermission, [],
      ["GOOGLE_SERVICE_ACCOUNT_NAME is \"release\"", "Write its e-mail address"]),
    FailureRow(
      .identity, "Google: a variable names another server",
      google("", "GCE_METADATA_HOST=metadata.example.com"), .identityPermission, ["metadata-foreign"],
      ["nothing was asked there", "Unset GCE_METADATA_HOST"]),
    FailureRow(
      .identity, "Google: what answers is not the metadata server",
      google(
        "",
        command:
          #"sh -c 'GCE_METADATA_HOST="${TOKEN_BROKER_SANDBOX#http://}" token-broker mint pypi --format token'"#),
      .identityAnswerInvalid, ["metadata-foreign"], ["does not say \"Metadata-Flavor: Google\""]),
    FailureRow(
      .identity, "Google: nothing answers",
      google("", "GCE_METADATA_HOST=127.0.0.1:1", command: "token-broker mint pypi --format token --timeout 1"),
      .unreachable, ["metadata-unreachable"], ["169.254.169.254", "NO_GCE_CHECK=true"]),
    FailureRow(
      .identity, "Google: a file that was found names the account to act for", google(""), .declarationRefused, [],
      ["providers.google.impersonate", "in the organisation's file"],
      files: [
        (
          "token-broker.json",
          #"{"version":1,"providers":{"google":{"impersonate":"a@another-project.iam.gserviceaccount.com"}}}"#
        )
      ]),
    FailureRow(
      .identity, "No CI job at all", "env -u GITHUB_ACTIONS -u GITLAB_CI token-broker mint pypi --format token",
      .providerNotFound, ["not-in-ci"], ["runner sets", "token-broker rehearse"]),
    FailureRow(
      .identity, "A job of two CI systems", gitHub("", "GITLAB_CI=true"), .providerAmbiguous, ["several-providers"],
      ["--provider"]),
  ]

  static let tokenRows: [FailureRow] = [
    FailureRow(
      .token, "GitLab: the variable holds something else", gitLab("", "PYPI_ID_TOKEN=something-else"),
      .identityTokenMalformed, ["variable-hidden"],
      ["PYPI_ID_TOKEN holds no identity token", "Remove the variable PYPI_ID_TOKEN", "aud: pypi"],
      absent: ["something-else"]),
    FailureRow(
      .token, "GitLab: the audience is a list", gitLab("--claim 'aud=[pypi]'"), .identityTokenAudience,
      ["audience-list"], ["without brackets", "aud: pypi"]),
    FailureRow(
      .token, "GitLab: the token is made out to another audience",
      gitLab("--fault identity-token=token-audience:https://gitlab.com"), .identityTokenAudience, ["audience-differs"],
      ["made out to \"https://gitlab.com\"", "aud: pypi"]),
    FailureRow(
      .token, "GitLab: the token has expired", gitLab("--claim exp=-3600"), .identityTokenExpired, ["token-expired"],
      ["right before publishing", "timeout"]),
    FailureRow(
      .token, "The issuer's clock is ahead", gitLab("--claim nbf=+600 --claim iat=+600"), .identityTokenExpired,
      ["token-not-yet-valid"], ["Set the clock of the issuer"]),
    FailureRow(
      .token, "GitLab: the token was used already",
      gitLab(
        "",
        command: "sh -c 'token-broker mint pypi --format token >/dev/null; token-broker mint pypi --format token'"),
      .exchangeRefused, ["token-reused"], ["Mint once in the job", "PYPI_ID_TOKEN_2:", "providers.gitlab.variables"]),
    FailureRow(
      .token, "GitLab: the answer was lost, and with it the only token", gitLab("--fault exchange=lose-answer"),
      .identityTokenSpent, ["token-spent"], ["PYPI_ID_TOKEN_2:"]),
    FailureRow(
      .token, "The issuer has changed its keys",
      gitHub(refuse("invalid-token", "malformed or invalid token")), .exchangeRefused,
      ["key-rotation", "signature-wrong"], ["Wait a minute"], absent: ["audience-differs", "token-expired"]),
  ]
}
