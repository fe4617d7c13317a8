import BrokerCore

/// Uploads that fail, as publishing tools show it.
extension FailureRow {
  private static func row(
    _ title: String, _ cause: String, _ words: String, _ log: String,
    registry: String = "https://upload.pypi.org/legacy/"
  ) -> FailureRow {
    FailureRow(
      .upload, title, "token-broker explain < log.txt", nil, [cause], [words],
      files: [("log.txt", log.replacing("{registry}", with: registry))])
  }

  /// twine, with the reason in the status line.
  private static func twine(_ title: String, _ cause: String, _ words: String, _ reason: String) -> FailureRow {
    row("twine: \(title)", cause, words, "ERROR    HTTPError: 400 Bad Request from {registry}\n         \(reason)")
  }

  /// uv, with the body alone.
  private static func uv(_ title: String, _ cause: String, _ words: String, _ reason: String) -> FailureRow {
    row(
      "uv: \(title)", cause, words,
      "error: Failed to publish `dist/sample-1.0.tar.gz` to {registry}\n"
        + "  Caused by: Server returned status code 400 Bad Request. Server says: 400 \(reason)\n\n"
        + "The server could not comply with the request since it is either malformed or otherwise incorrect.")
  }

  static let uploadRows: [FailureRow] = [
    twine(
      "a file of this name exists", "file-exists", "publish a new version",
      "File already exists ('sample-1.0.tar.gz', with blake2_256 hash 'b57e'). See https://pypi.org/help/#file-name-reuse"
    ),
    uv(
      "a deleted file had this name", "file-name-used", "does not give its name back",
      "This filename was previously used by a file that has since been deleted. Use a different version."),
    uv(
      "the project's name is too similar to another", "project-name-similar", "Choose another project name",
      "The name 'samp1e' is too similar to an existing project. See https://pypi.org/help/#project-name"),
    twine(
      "the project's name is prohibited", "project-name-not-allowed", "Choose another project name",
      "The name 'asyncio' isn't allowed (conflict with Python Standard Library module name). See https://pypi.org/help/"
    ),
    twine(
      "the project is somebody else's", "project-name-taken", "choose another name",
      "The user 'octocat' isn't allowed to upload to project 'app'. See https://pypi.org/help/#project-name"),
    uv("too many new projects", "too-many-new-projects", "Wait a day", "Too many new projects created"),
    twine(
      "no new projects at present", "new-projects-off", "status page",
      "New project registration temporarily disabled. See https://pypi.org/help/#admin-intervention"),
    uv(
      "the organisation's account is inactive", "organisation-inactive", "activate it",
      "Organization account owning this project is inactive."),
    uv(
      "a wheel for plain Linux", "platform-tag", "auditwheel",
      "Binary wheel 'sample-1.0-cp313-cp313-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'."),
    uv(
      "a local version", "local-version", "build from a tag",
      "The use of local versions in '1.0+g1234' is not allowed. See https://packaging.python.org/specifications/core-metadata"
    ),
    row(
      "twine is too old for the metadata", "tool-too-old", "Update twine",
      "ERROR    InvalidDistribution: Invalid distribution metadata: '2.5' is not a valid metadata version"),
    uv(
      "a version of the metadata that is not known", "metadata-version", "core-metadata-version",
      "'9.9' is not a valid metadata version. See https://packaging.python.org/specifications/core-metadata"),
    uv(
      "a version that is none", "version-invalid", "1.2.3rc1",
      "'1.0-foo-bar' is invalid for 'version'. See https://packaging.python.org/specifications/core-metadata"),
    uv(
      "metadata that is not valid", "metadata-invalid", "that the text names",
      "'x' is invalid for 'author-email'. See https://packaging.python.org/specifications/core-metadata"),
    twine(
      "a readme that cannot be shown", "description-not-rendered", "twine check",
      "The description failed to render for 'text/x-rst'. See https://pypi.org/help/#description-content-type"),
    twine(
      "a classifier that is none", "classifier-unknown", "https://pypi.org/classifiers/",
      "Invalid value for classifiers. Error: 'Foo' is not a valid classifier"),
    uv(
      "a licence file that is not there", "licence-file-missing", "license-files",
      "License-File LICENSE does not exist in distribution file sample-1.0.tar.gz at sample-1.0/LICENSE"),
    uv(
      "a wheel without its list of files", "wheel-record", "wheel pack",
      "Wheel 'sample-1.0-py3-none-any.whl' does not contain the required RECORD file: sample-1.0.dist-info/RECORD"),
    uv(
      "a file whose name is not the project's", "file-name-wrong", "as the build makes them",
      "Start filename for 'octo-sample' with 'octo_sample'."),
    uv(
      "a file that is no distribution", "file-invalid", "do not rename them",
      "Invalid distribution file. WHEEL not found at sample-1.1.dist-info/WHEEL"),
    twine(
      "a file that is too large", "file-too-large", "higher limit",
      "File too large. Limit for project 'sample' is 100 MB. See https://pypi.org/help/#file-size-limit"),
    twine(
      "a project that is too large", "project-too-large", "delete old releases",
      "Project size too large. Limit for project 'sample' total size is 10 GB. See https://pypi.org/help/"),
    uv(
      "a file that changed on the way", "digest-differs", "changes uploads",
      "The digest supplied does not match a digest calculated from the uploaded file."),
    uv(
      "attestations that do not fit", "attestations-invalid", "after the last build",
      "Invalid attestations supplied during upload: Verification failed"),
    uv(
      "a release that is closed for new files", "release-closed", "publish a new version",
      "Uploading new files to releases older than 14 days is not allowed."),
    twine(
      "a second source distribution", "second-sdist", "leave this one out",
      "Only one sdist may be uploaded per release."),
    row(
      "twine: the credential was made good for other projects", "credential-too-narrow",
      "to which octo_tools-2.0.tar.gz belongs",
      "Uploading octo_tools-2.0.tar.gz\nERROR    HTTPError: 403 Forbidden from {registry}\n"
        + "         Invalid API Token: project-scoped token is not valid for project: 'octo-tools'"),
    twine(
      "the credential was made to end sooner", "credential-life-over", "--credential-life",
      "Invalid API Token: token is expired"),
    twine(
      "the API token expired during the upload", "api-token-expired", "--per-file",
      "Invalid API Token: token is expired, token is expired"),
    twine(
      "another user name than __token__", "user-name-wrong", "remove user names",
      "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead."),
    twine(
      "an account without a verified address", "email-unverified", "the API token that token-broker mints",
      "User 'octocat' does not have a verified primary email address. Please add a verified primary email"),
    twine("plain http", "plain-http", "begin with https://", "SSL is required"),
    twine(
      "the index is read-only", "uploads-off", "status page", "Read-only mode: Uploads are temporarily disabled."),
    row(
      "flit: no index at the address", "address-wrong", "with the slash at the end",
      "requests.exceptions.HTTPError: 404 Client Error: Not Found for url: {registry}"),
    row(
      "uv: the index is away", "uploads-unavailable", "passes over what pypi has already",
      "error: Failed to publish `dist/sample-1.0.tar.gz` to {registry}\n  Caused by: Server returned status code 502 Bad "
        + "Gateway. Server says: upstream connect error"),
    row(
      "twine: a refusal whose reason it keeps to itself", "reason-hidden", "twine upload --verbose",
      "ERROR    HTTPError: 400 Bad Request from {registry}\n         Bad Request"),
    row(
      "uv: the proxy is gone", "proxy-unreachable", "Set https_proxy",
      "error: Failed to obtain token for trusted publishing\n  cause: client error (Connect)\n  cause: tunnel error: failed to create underlying connection"
    ),
    row(
      "uv: the proxy wants a password", "proxy-credentials", "masked variable",
      "error: Failed to obtain token for trusted publishing\n  cause: client error (Connect)\n  cause: tunnel error: proxy authorization required"
    ),
    row(
      "uv: a certificate that it does not trust", "certificate-unknown", "SSL_CERT_FILE",
      "error: Failed to publish `dist/sample-1.0.tar.gz` to {registry}\n  cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer"
    ),
    row(
      "hatch: a name that cannot be resolved", "host-unknown", "https_proxy",
      "Error uploading to repository: {registry} - [Errno -2] Name or service not known"),
    row(
      "poetry: no connection", "host-unreachable", "poetry publish -vvv",
      "Publishing sample (1.0) to PyPI\nError connecting to repository"),
    row(
      "uv: the audience is refused", "publishing-switched-off", "token-broker check",
      "error: Failed to obtain token for trusted publishing\n  cause: HTTP status client error (403 Forbidden) for url\n         (https://upload.pypi.org/_/oidc/audience)"
    ),
    row(
      "uv: an index without trusted publishing", "no-trusted-publishing", "an API token of its own",
      "error: Failed to obtain token for trusted publishing\n  cause: HTTP status client error (404 Not Found) for url\n         (https://upload.pypi.org/_/oidc/audience)"
    ),
    row(
      "uv: the exchange cannot be served", "index-unavailable", "status page",
      "error: Failed to obtain token for trusted publishing\n  cause: HTTP status server error (503 Service Unavailable) for url\n         (https://upload.pypi.org/_/oidc/audience)"
    ),
    row(
      "uv: a sign-in page answers", "answer-foreign", "who answered",
      "error: Failed to obtain token for trusted publishing\n  cause: error decoding response body for url\n         (https://upload.pypi.org/_/oidc/audience)"
    ),
    row(
      "pdm: trusted publishing fails in silence", "client-silent", "token-broker exec",
      "Getting PyPI token via OIDC...\nFailed to get PyPI token via OIDC\n[PdmUsageError]: Username and password are required"
    ),
    row(
      "twine: refused for now", "too-many-requests", "Wait",
      "ERROR    HTTPError: 429 Too Many Requests from {registry}\n         Too Many Requests"),
  ]
}
