import BrokerCore

extension FailureRow {
  private static let explain = "token-broker explain < log.txt"

  private static func log(_ text: String) -> [(name: String, text: String)] { [("log.txt", text)] }

  private static let notFound =
    "valid token, but no corresponding publisher (Publisher with matching claims was not found)"

  /// As PyPA's action for GitHub writes it.
  private static func action(_ file: String, job: String? = nil, event: String = "push") -> String {
    """
    Trusted publishing exchange failure:
    Token request failed: the server refused the request for the following reasons:

    * `invalid-publisher`: \(notFound)

    The claims rendered below are **for debugging purposes only**.

    * `sub`: `repo:octo-org/sample:ref:refs/heads/main`
    * `repository`: `octo-org/sample`
    * `repository_owner`: `octo-org`
    * `repository_owner_id`: `1000`
    * `workflow_ref`: `octo-org/sample/.github/workflows/\(file)@refs/heads/main`
    * `job_workflow_ref`: `\(job ?? "octo-org/sample/.github/workflows/\(file)")@refs/heads/main`
    * `ref`: `refs/heads/main`
    * `event_name`: `\(event)`
    * `environment`: `MISSING`
    """
  }

  private static let ownIndexFirst = (
    name: "broker.json",
    text: #"{"version":1,"registries":{"mine":{"type":"pypi","upload-url":"https://index.example.com/"},"pypi":{}}}"#
  )

  static let logRows: [FailureRow] = [
    FailureRow(
      .log, "PyPA's action: no publisher", explain, nil, ["environment-missing", "publisher-differs"],
      ["\"publish.yml\"", "environment: ENVIRONMENT"],
      files: log(action("publish.yml"))),
    FailureRow(
      .log, "PyPA's action: a reusable workflow", explain, nil, ["reusable-workflow"],
      ["octo-org/shared", "artifacts"],
      files: log(action("release.yml", job: "octo-org/shared/.github/workflows/publish.yml"))),
    FailureRow(
      .log, "An API token was handed to another job", explain, nil, ["output-masked"],
      ["gets an empty text", "Mint in the job that publishes"],
      files: log("Warning: Skip output 'api-token' since it may contain secret.\nComplete job name: mint")),
    FailureRow(
      .log, "PyPA's action: no permission", explain, nil, ["permission-missing"], ["id-token: write"],
      files: log(
        "Trusted publishing exchange failure:\nOpenID Connect token retrieval failed: GitHub: missing or insufficient "
          + "OIDC token permissions, the ACTIONS_ID_TOKEN_REQUEST_TOKEN environment variable was unset")),
    FailureRow(
      .log, "uv: no publisher", explain, nil, ["environment-differs", "publisher-differs"], ["in place of \"staging\""],
      files: log(
        """
        error: Failed to publish `dist/sample-1.0.tar.gz` to https://upload.pypi.org/legacy/
          Caused by: Failed to obtain token for trusted publishing
          Caused by: Server returned error code 422 Unprocessable Entity, is trusted publishing correctly configured?
        Response: {"message":"Token request failed","errors":[{"code":"invalid-publisher","description":"\(notFound)"}]}
        Token claims, which must match the publisher configuration: OIDCTokenClaims { repository: "octo-org/sample", \
        repository_owner: "octo-org", job_workflow_ref: "octo-org/sample/.github/workflows/publish.yml@refs/heads/main", \
        ref: "refs/heads/main", environment: Some("staging") }
        """)),
    FailureRow(
      .log, "uv 0.13: no publisher for a GitLab job, over several lines", explain, nil, ["publisher-differs"],
      [
        "Namespace \"octo-group/sub\"", "Environment name \"production place\"",
      ], absent: ["Some%28", "environment-missing"],
      files: log(
        """
        error: Failed to obtain token for trusted publishing
          cause: Server returned error code 422 Unprocessable Entity, is trusted
                 publishing correctly configured?
                 Response: {"errors":[{"code":"invalid-publisher","description":"valid
                 token, but no corresponding publisher (Publisher with matching claims
                 was not found)"}],"message":"Token request failed"}
                 Token claims, which must match the publisher configuration: GitLab(
                     GitLabTokenClaims {
                         sub:
                 "project_path:octo-group/sub/sample:ref_type:branch:ref:main",
                         project_path: "octo-group/sub/sample",
                         ci_config_ref_uri:
                 "gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@refs/heads/main",
                         environment: Some(
                             "production place",
                         ),
                     },
                 )
        """)),
    FailureRow(
      .log, "A log of PyPA's action, held against what the configuration expects",
      "\(explain) --config broker.json", nil, ["environment-missing"],
      ["The environment is expected to be \"pypi\""], absent: ["One of these fields"],
      files: log(action("release.yml")) + [
        (
          name: "broker.json",
          text:
            #"{"version":1,"registries":{"pypi":{"project":"sample","expect":{"workflow":"release.yml","environment":"pypi"}}}}"#
        )
      ]),
    FailureRow(
      .log, "A log of PyPA's action, in which all is as the configuration expects",
      "\(explain) --config broker.json", nil, ["publisher-absent"],
      ["Every field that pypi compares is as registries.pypi.expect says"], absent: ["One of these fields"],
      files: log(action("release.yml")) + [
        (
          name: "broker.json",
          text:
            #"{"version":1,"registries":{"pypi":{"expect":{"owner":"octo-org","repository":"sample","workflow":"release.yml"}}}}"#
        )
      ]),
    FailureRow(
      .log, "A log of PyPA's action, whose job is the one that another registry expects",
      "\(explain) --registry pypi --config broker.json", nil, ["wrong-index"],
      ["Give the command the target testpypi in this job, not pypi"],
      files: log(action("release.yml")) + [
        (
          name: "broker.json",
          text:
            #"{"version":1,"registries":{"testpypi":{"expect":{"owner":"octo-org","repository":"sample","workflow":"release.yml"}},"pypi":{}}}"#
        )
      ]),
    FailureRow(
      .log, "A refusal of another registry, which words it alike", explain, nil, ["file-exists"],
      ["likely: pypi has a file of this name"], absent: ["certain:"],
      files: log("npm ERR! 403 Forbidden - PUT https://registry.npmjs.org/sample - File already exists")),
    FailureRow(
      .log, "A proxy that refused another host", explain, nil, ["proxy-refused"], ["likely: A proxy"],
      absent: ["certain:"], files: log("Tunnel connection failed: 403 Forbidden for https://registry.npmjs.org/")),
    FailureRow(
      .log, "A GitHub log with times, of an older action that prints no environment", explain, nil,
      ["publisher-differs"],
      ["Workflow name \"release.yml\"", "Environment name \"pypi\""], absent: ["environment-missing"],
      files: log(
        """
        2026-11-26T09:00:00.0000001Z * `invalid-publisher`: \(notFound)
        2026-11-26T09:00:00.0000002Z The claims rendered below are **for debugging purposes only**.
        2026-11-26T09:00:00.0000003Z * `sub`: `repo:octo-org/sample:environment:pypi`
        2026-11-26T09:00:00.0000004Z * `repository`: `octo-org/sample`
        2026-11-26T09:00:00.0000005Z * `job_workflow_ref`: `octo-org/sample/.github/workflows/release.yml@refs/heads/main`
        """)),
    FailureRow(
      .log, "twine: no publisher, without a claim", explain, nil, ["publisher-differs"],
      ["the job's values are not shown", "token-broker check"], absent: ["these fields"],
      files: log(
        "ERROR    TrustedPublishingFailure: The token request failed; the index server\n         gave the following reasons:\n"
          + "         * `invalid-publisher`: valid token, but no corresponding publisher\n         (Publisher with matching "
          + "claims was not found)")),
    FailureRow(
      .log, "twine: a proxy in the way", explain, nil, ["proxy-refused"], ["name the host in no_proxy"],
      absent: ["refused the upload"],
      files: log(
        "requests.exceptions.ProxyError: HTTPSConnectionPool(host='upload.pypi.org', port=443): Max retries exceeded with url: "
          + "/legacy/ (Caused by ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden')))"
      )),
    FailureRow(
      .log, "What token-broker said itself", explain, nil, ["environment-missing", "publisher-differs"],
      ["token-broker said publisher-not-found", "Name the publisher's environment"],
      files: log(
        """
        error: pypi (upload.pypi.org) refused the exchange, invalid-publisher: "\(notFound)". [publisher-not-found]
          1. likely: The job names no environment; if the publisher was registered with one, it does not
             match. [environment-missing]
             fix: Name the publisher's environment in the job, or register a publisher without one.
          2. possible: One of these fields differs from what is registered at pypi. [publisher-differs]
             fix: Compare each value with the trusted publisher's settings.
                  Owner             "octo-org"
                  Environment name  (none)
        """)),
    FailureRow(
      .log, "uv: missing credentials", explain, nil, ["client-silent"], ["--trusted-publishing always"],
      files: log("error: Missing credentials for https://upload.pypi.org/legacy/")),
    FailureRow(
      .log, "uv: a settings file asks for its own trusted publishing", explain, nil, ["client-settings"],
      ["an error of a publishing tool", "remove trusted-publishing from it"], absent: ["upload was refused"],
      files: log("error: a username and a password are not allowed when using trusted publishing")),
    FailureRow(
      .log, "A refusal that names no registry, where several would word it so",
      "TOKEN_BROKER_CONFIG=broker.json \(explain)", nil, ["token-reused"],
      ["pypi, or another registry that words it so, refused the exchange"],
      files: log("invalid-reuse-token: invalid token: already used") + [ownIndexFirst]),
    FailureRow(
      .log, "A refusal of an own index, by its host",
      "TOKEN_BROKER_CONFIG=broker.json \(explain)", nil, ["token-reused"], ["mine refused the exchange"],
      files: log("https://index.example.com/_/oidc/mint-token: invalid-reuse-token: invalid token: already used")
        + [ownIndexFirst]),
    FailureRow(
      .log, "TestPyPI's issuer is unknown to it", explain, nil, ["issuer-self-managed"], ["testpypi accepts"],
      files: log(
        """
        Server refused token request at https://test.pypi.org/_/oidc/mint-token
        invalid-payload: unknown trusted publishing issuer
        iss: https://gitlab.example.com
        project_path: octo-group/sample
        """)),
    FailureRow(
      .log, "twine: the identity token was used already", explain, nil, ["token-reused"], ["twine, uv"],
      files: log("TrustedPublishingFailure: invalid-reuse-token: invalid token: already used")),
    FailureRow(
      .log, "A token that was refused without a reason", explain, nil, ["token-refused"], ["token-broker check"],
      files: log("* `invalid-token`: malformed or invalid token")),
    FailureRow(
      .log, "A client that found no variable at GitLab", explain, nil, ["id-token-missing"],
      ["PYPI_ID_TOKEN:", "aud: pypi"], files: log("Error: GitLab: environment variable PYPI_ID_TOKEN not found")),
    FailureRow(
      .log, "twine: the token belongs to another project", explain, nil, ["project-not-covered"],
      ["belongs to another project"],
      files: log(
        "HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/\nInvalid API Token: OIDC scoped token is not valid "
          + "for project 'sample'")),
    FailureRow(
      .log, "The mint answered 200 while the site was read-only, and the upload was refused", explain, nil,
      ["api-token-unknown"], ["minted while the site was read-only"],
      files: log(
        "HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/\nInvalid or non-existent authentication information."
      )),
    FailureRow(
      .log, "A pending publisher with another name than the project", explain, nil, ["project-name-differs"],
      ["make them equal"],
      files: log(
        "400 Non-user identities cannot create new projects. This was probably caused by successfully using a ...")),
    FailureRow(
      .log, "A log that holds an identity token", explain, nil, ["token-refused", "token-in-log"],
      ["Delete the log"],
      files: log("invalid-token: malformed or invalid token\neyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJweXBpIn0.c2lnbmF0dXJl")),
    FailureRow(
      .log, "A log without any such error", explain, .logNotRecognised, [], ["Paste the whole error"],
      files: log("Segmentation fault (core dumped)")),
    FailureRow(
      .two, "A pasted log shows a reusable workflow and a run by pull_request_target", explain, nil,
      ["pull-request-target", "reusable-workflow"], ["octo-org/shared"],
      files: log(
        action(
          "release.yml", job: "octo-org/shared/.github/workflows/publish.yml", event: "pull_request_target"))),
  ]
}
