import BrokerCore

/// Why publishing failed, as a tool shows it: by texts in lower case, of which the output has one.
///
/// In its sentences `{registry}` stands for the registry's name, `{project}` for the project that the registry names, and
/// `{files}` for the files of it that the tool names: `, to which F belongs`.
struct UploadRow: Sendable {
  /// The cause's name.
  let code: Message
  let certainty: Cause.Certainty
  /// Whether the registry refused an upload; else the tool gave up by itself.
  let isRefusal: Bool
  /// Whether the credential covers less than the upload.
  let isAboutReach: Bool
  /// Texts of which the output has one, in lower case.
  let texts: [String]
  /// Texts of which the output has one beside these, in lower case; empty where they say enough.
  let beside: [String]
  /// The oldest version of core metadata that the files have, the number behind `2.`; nil where it may be any.
  let metadata: Int?
  /// What happened, one sentence.
  let summary: Message
  /// What to do about it, one sentence each; the first is the one to try first.
  let fixes: [Message]

  init(
    _ code: Message, _ certainty: Cause.Certainty = .certain, isRefusal: Bool = true, isAboutReach: Bool = false,
    texts: [String], beside: [String] = [], metadata: Int? = nil, _ summary: Message, fixes: Message...
  ) {
    self.metadata = metadata
    self.code = code
    self.certainty = certainty
    self.isRefusal = isRefusal
    self.isAboutReach = isAboutReach
    self.texts = texts
    self.beside = beside
    self.summary = summary
    self.fixes = fixes
  }

  /// Whether the output shows it, of which these texts were found, and the files do not speak against it.
  func fits(_ found: [String: Int], metadata newest: () -> Int? = { nil }) -> Bool {
    guard texts.contains(where: { found[$0] != nil }), beside.isEmpty || beside.contains(where: { found[$0] != nil })
    else { return false }
    guard let metadata else { return true }
    return newest().map { $0 >= metadata } ?? true
  }

  /// What it means at a registry, where a tool printed `output`.
  func failure(at registry: String, in output: String) -> PublishingFailure {
    let refused = isAboutReach ? RefusedProject(in: output) : nil
    func filled(_ sentence: Message) -> Message {
      sentence.filled { name in
        switch name {
        case "registry": Message(Neutralized(registry))
        case "project": refused?.name ?? "this file's"
        case "files": refused?.files ?? ""
        default: nil
        }
      }
    }
    return PublishingFailure(
      Cause(code, certainty, filled(summary), fixes: fixes.map(filled)), isRefusal: isRefusal,
      isAboutReach: isAboutReach)
  }
}

/// What PyPI's server software answers a refused upload (Warehouse, forklift/legacy.py, packaging/services.py and
/// utils/project.py), and what tools say in its place (twine 7.0, uv 0.13, poetry 2.5, flit 4.2, hatch 1.18, pdm 2.29,
/// maturin 1.16).
///
/// Causes are known by their text, not by the status: tools show different parts of an answer, and PyPI has changed its
/// statuses. The text stands in the status line, in the body, or in both: a CDN leaves it out of the line. Those that say
/// most come first.
enum UploadTable {
  static let rows =
    route + exchanges + notSent + projects + files + releases + credentials + index + hidden + silent

  /// All their texts.
  static let search = TextSearch(rows.flatMap { $0.texts + $0.beside })

  // MARK: The way to the index

  private static let route = [
    UploadRow(
      "proxy-unreachable", isRefusal: false,
      texts: [
        "proxyerror('unable to connect to proxy', newconnectionerror",
        "tunnel error: failed to create underlying connection",
        "proxyerror('cannot connect to proxy.', newconnectionerror",
      ],
      "The proxy that the job's variables name does not answer.",
      fixes:
        "Set https_proxy to the address of a proxy that runs, or remove it where the job reaches {registry} without one."
    ),
    UploadRow(
      "proxy-credentials", isRefusal: false,
      texts: [
        "tunnel connection failed: 407", "proxy authorization required", "proxy server responded 407",
        "407 proxy authentication required",
      ],
      "The proxy between the job and {registry} wants a user name and a password.",
      fixes:
        "Put them into https_proxy (http://USER:PASSWORD@HOST:PORT), from a masked variable, or name {registry}'s host in "
        + "no_proxy where the job reaches it without the proxy."),
    UploadRow(
      "proxy-refused", isRefusal: false,
      texts: [
        "tunnel connection failed", "tunnel error: unsuccessful", "connect proxy failed", "[proxyerror]",
        "proxyerror('unable to connect to proxy'", "proxyerror('cannot connect to proxy",
      ],
      "A proxy between the job and {registry} refused the connection; {registry} was not asked.",
      fixes: "Have the proxy allow {registry}'s host, for uploads and its audience alike.",
      "Where the job reaches it without the proxy, name the host in no_proxy."),
    UploadRow(
      "certificate-unknown", .likely, isRefusal: false,
      texts: [
        "certificate_verify_failed", "certificate verify failed", "invalid peer certificate",
        "unable to get local issuer certificate",
      ],
      "The tool does not trust the certificate that it was shown for {registry}'s host: a proxy that decrypts has its own, or "
        + "the job's image has no root certificates.",
      fixes:
        "Give the tool the proxy's root certificate (SSL_CERT_FILE, and REQUESTS_CA_BUNDLE for tools in Python), or have "
        + "the proxy leave {registry}'s host alone.",
      "Install the package ca-certificates in the job's image."),
    UploadRow(
      "host-unknown", .likely, isRefusal: false,
      texts: [
        "name or service not known", "temporary failure in name resolution", "failed to lookup address information",
        "nodename nor servname provided", "no such host is known", "no address associated with hostname",
        "dns error: failed to lookup",
      ],
      "The name of a host could not be resolved.",
      fixes:
        "Look at the address that the text names, and at the job's DNS; behind a proxy set https_proxy, which not every "
        + "tool reads."),
    UploadRow(
      "host-unreachable", .likely, isRefusal: false, texts: ["error connecting to repository"],
      "poetry could not connect to {registry}, and does not say why: a proxy, a certificate, or the network.",
      fixes: "Run poetry publish -vvv, or twine or uv in its place: they say why."),
  ]

  // MARK: Exchanges that a tool makes by itself

  private static let exchanges = [
    UploadRow(
      "publishing-switched-off", .likely, isRefusal: false,
      texts: ["403 forbidden", "json: missing field `audience`"],
      beside: ["/_/oidc/audience", "failed to resolve pypi token via oidc"],
      "The question for {registry}'s audience was refused: {registry} has switched trusted publishing off, or a proxy "
        + "answered in its place.",
      fixes: "Run token-broker check in the job: it says which of the two it is.",
      "Try again later; {registry}'s status page says when."),
    UploadRow(
      "no-trusted-publishing", .likely, isRefusal: false, texts: ["404 not found"], beside: ["/_/oidc/audience"],
      "{registry} does not know the addresses of trusted publishing.",
      fixes: "Look at the address that the tool uploads to: the audience is asked on its host.",
      "If the index has no trusted publishing, use an API token of its own."),
    UploadRow(
      "index-unavailable", .likely, isRefusal: false,
      texts: [
        "500 internal server error", "502 bad gateway", "503 service unavailable", "504 gateway",
        "too many 500 error responses",
        "too many 502 error responses", "too many 503 error responses", "too many 504 error responses",
      ], beside: ["/_/oidc/"],
      "{registry}, or what stands before it, could not serve the exchange; nothing is wrong with the job.",
      fixes: "Run the job again later; {registry}'s status page says when."),
    UploadRow(
      "answer-foreign", .likely, isRefusal: false,
      texts: [
        "jsondecodeerror", "error decoding response body", "the token-minting request returned invalid json",
        "the index produced an unexpected", "the index gave us an invalid response",
      ],
      beside: [
        "/_/oidc/", "_make_trusted_publishing_token", "via oidc", "token-minting", "token request failed",
        "token response error",
      ],
      "What answered in {registry}'s place does not speak its protocol: a proxy's page or a sign-in page, or a server's error "
        + "page.",
      fixes: "Run token-broker check in the job: it says who answered, and what.",
      "Behind a proxy, have it let {registry}'s host through, or name the host in no_proxy."),
    UploadRow(
      "client-silent", .likely, isRefusal: false,
      texts: ["failed to get pypi token via oidc", "failed to resolve pypi token via oidc"],
      "The tool tried trusted publishing by itself, was refused, and keeps the reason to itself.",
      fixes: "Run token-broker check in the job, or publish with token-broker exec: both say why."),
  ]

  // MARK: Tools that give up by themselves

  private static let notSent = [
    // Below 6 twine reads metadata with a library that says nothing of a version that it does not know, and finds no
    // fields then.
    UploadRow(
      "tool-too-old", isRefusal: false, texts: ["invaliddistribution: metadata is missing required fields"],
      metadata: 4,
      "This twine is too old for Metadata-Version 2.4 and later, and sees no name and version in the file; nothing was uploaded.",
      fixes:
        "Update twine (6.1 knows Metadata-Version 2.4, 7.0 knows 2.5), or have the build write an older one (hatchling: "
        + "core-metadata-version)."),
    UploadRow(
      "tool-too-old", isRefusal: false,
      texts: [
        "invaliddistribution: invalid distribution metadata",
        "invaliddistribution: make sure the distribution is using a supported metadata-version",
      ],
      beside: [
        "is not a valid metadata version", "unrecognized or malformed field", "using a supported metadata-version",
      ], metadata: 4,
      "twine itself does not know this version of the metadata; nothing was uploaded.",
      fixes:
        "Update twine (7.0 knows Metadata-Version 2.5, 6.1 knows 2.4), or have the build write an older one (hatchling: "
        + "core-metadata-version)."),
    UploadRow(
      "metadata-invalid", isRefusal: false,
      texts: [
        "invaliddistribution: invalid distribution metadata",
        "invaliddistribution: metadata is missing required fields",
      ],
      "twine itself does not take the file's metadata; nothing was uploaded.",
      fixes:
        "Build the files anew with a backend of today: twine cannot read the metadata of one (METADATA in a wheel, PKG-INFO "
        + "in a source distribution), and its text names what is missing or wrong."),
    UploadRow(
      "client-settings", isRefusal: false, texts: ["not allowed when using trusted publishing"],
      "uv was given a credential beside its own trusted publishing, and takes one alone.",
      fixes:
        "A settings file given to uv asks for its own trusted publishing: remove trusted-publishing from it, or let uv "
        + "publish without token-broker."),
  ]

  private static let silent = [
    UploadRow(
      "client-silent", .likely, isRefusal: false,
      texts: ["credentials not found and non-interactive mode is enabled", "username and password are required"],
      "The tool has no credential: where it tried trusted publishing by itself, that failed, and it does not say why.",
      fixes: "Run token-broker check in the job, or publish with token-broker exec: both say why.",
      "In GitHub Actions, see first that the job has the permission id-token: write."),
    UploadRow(
      "client-silent", .likely, isRefusal: false, texts: ["missing credentials for"],
      "uv tried trusted publishing by itself, failed, and keeps the reason to itself.",
      fixes: "Run token-broker check in the job, or uv publish --trusted-publishing always, which says why.",
      "In GitHub Actions, see first that the job has the permission id-token: write."),
  ]

  // MARK: The project

  private static let projects = [
    UploadRow(
      "project-name-differs", texts: ["non-user identities cannot create new projects"],
      "{registry} has no project of the name that the file has, and the API token of a trusted publisher makes none.",
      fixes:
        "The project's name in its metadata is not the name in the pending publisher at {registry}: make them equal."),
    UploadRow(
      "project-not-covered",
      texts: ["oidc scoped token is not valid for project"],
      "The API token is not for the project that the file belongs to.",
      fixes:
        "The trusted publisher of this job belongs to another project at {registry}: add it to this project's too."),
    // The registry says this of a covered project only where a holder has added projects to the token.
    UploadRow(
      "credential-too-narrow", isAboutReach: true, texts: ["project-scoped token is not valid for project"],
      "The API token was made good for other projects than the file's.",
      fixes:
        "The credential was made good for other projects than {project}{files}: name its file in the command of exec, or "
        + "the project with mint --project."),
    UploadRow(
      "project-name-similar", texts: ["is too similar to an existing project"],
      "{registry} makes no project of this name: it is too similar to that of another project.",
      fixes: "Choose another project name: {registry} compares names without regard to case, - _ . and look-alikes."),
    UploadRow(
      "project-name-taken",
      texts: ["allowed to upload to project", "allowed to upload to the project"],
      "The project belongs to somebody else at {registry}, or to an account that did not make this API token.",
      fixes:
        "If the project is yours, have an owner add the trusted publisher in its settings; else choose another name."),
    UploadRow(
      "project-name-not-allowed",
      texts: apostrophes("isn't allowed (conflict") + apostrophes("isn't allowed. see")
        + ["conflict with python standard library"],
      "{registry} makes no project of this name: it is prohibited, or that of a module of Python's standard library.",
      fixes: "Choose another project name."),
    UploadRow(
      "too-many-new-projects", texts: ["too many new projects"],
      "{registry} limits how many new projects are made in a day, and counts attempts, too.",
      fixes: "Wait a day before the next attempt; a project that exists is not concerned."),
    UploadRow(
      "new-projects-off", texts: ["new project registration temporarily disabled"],
      "{registry} makes no new projects at present.", fixes: "Try again later; {registry}'s status page says when."),
    UploadRow(
      "organisation-inactive", texts: ["organization account owning this project is inactive"],
      "The organisation that owns the project is inactive at {registry}.",
      fixes: "The organisation that owns the project is inactive at {registry}: its owners have to activate it again."),
  ]

  // MARK: The file

  private static let files = [
    UploadRow(
      "file-exists", texts: ["file already exists", "local file and index file do not match"],
      "{registry} has a file of this name with other contents, or these contents under another name.",
      fixes:
        "{registry} has had a file of this name with other contents, and never takes another: publish a new version, "
        + "or the very same files."),
    UploadRow(
      "file-name-used", texts: ["filename was previously used", "filename has already been used"],
      "{registry} had a file of this name that has been deleted since.",
      fixes:
        "{registry} has had a file of this name, and never takes another: publish a new version; a deleted file does "
        + "not give its name back."),
    UploadRow(
      "platform-tag", texts: ["has an unsupported platform tag"], "{registry} does not take wheels of this platform.",
      fixes:
        "{registry} takes wheels for Linux with a manylinux or musllinux tag: auditwheel or cibuildwheel makes them."),
    UploadRow(
      "local-version", texts: ["the use of local versions in", "cannot use pep 440 local versions"],
      "The version has a local part, behind a plus sign.",
      fixes:
        "{registry} takes no version with a plus sign in it: build from a tag, or configure how the version is made."),
    UploadRow(
      "metadata-version", texts: ["is not a valid metadata version", "unknown metadata version"],
      "{registry} does not know the version of the file's metadata.",
      fixes:
        "Build with a tool that writes a Metadata-Version of today's PyPI, 2.4 at most (hatchling: core-metadata-version)."
    ),
    UploadRow(
      "version-invalid", texts: apostrophes("is invalid for 'version'"),
      "The version is none that {registry} knows (PEP 440).",
      fixes: "Write a version such as 1.2.3, 1.2.3rc1 or 1.2.3.post1: no other words and no hyphens."),
    UploadRow(
      "description-not-rendered", texts: ["the description failed to render"],
      "The project's description (readme) cannot be shown.",
      fixes:
        "Repair the readme, or say what it is written in (content-type of readme in pyproject.toml): twine check shows "
        + "where it breaks."),
    UploadRow(
      "classifier-unknown", texts: ["invalid value for classifiers", "is not a valid classifier"],
      "The metadata has a classifier that {registry} does not know.",
      fixes: "Write the classifiers as https://pypi.org/classifiers/ lists them."),
    UploadRow(
      "licence-file-missing", texts: ["does not exist in distribution file"],
      "The metadata names a licence file that is not in the distribution.",
      fixes: "Have the build put each file of license-files into the distribution, or name those that exist."),
    UploadRow(
      "wheel-record", texts: ["does not contain the required record file", "record file is missing"],
      "The wheel has no list of its files (RECORD).",
      fixes:
        "Pack the wheel anew with a tool that makes wheels (wheel pack): one that was zipped by hand is none."
    ),
    UploadRow(
      "file-name-wrong",
      texts: [
        "start filename for", "should contain the normalized project name", "version in filename should be",
        "invalid wheel filename",
      ] + apostrophes("is invalid, should be '"),
      "The file's name is not made of the project's normalised name and its version.",
      fixes: "Leave the names of files as the build makes them, and build with a backend of today."),
    UploadRow(
      "file-invalid", texts: ["invalid distribution file"],
      "The file is no distribution that {registry} can read, or its name has another project or version than its contents.",
      fixes: "Build the files anew, and do not rename them: twine check looks at them before they are uploaded."),
    UploadRow(
      "file-too-large", texts: ["file too large. limit for project"],
      "The file is larger than {registry} takes for this project.",
      fixes:
        "{registry} limits the size of files: make the file smaller, or ask its operators for a higher limit in the "
        + "project's settings."),
    UploadRow(
      "project-too-large", texts: ["project size too large"],
      "With this file the project would be larger than {registry} allows.",
      fixes: "{registry} limits the size of projects: delete old releases, or ask its operators for more."),
    UploadRow(
      "digest-differs", texts: ["digest supplied does not match a digest calculated"],
      "What arrived is not what the tool read from the file.",
      fixes:
        "Upload again; if it stays so, something on the way changes uploads (a proxy) or the file while it is sent."),
    UploadRow(
      "attestations-invalid", texts: ["invalid attestations supplied during upload"],
      "{registry} cannot verify the attestations.",
      fixes:
        "The attestations do not fit the file or the publisher: sign in the job that publishes, after the last build."),
    UploadRow(
      "metadata-invalid",
      texts: apostrophes("is invalid for '") + ["see https://packaging.python.org/specifications/core-metadata"],
      "{registry} does not take a value of the file's metadata.",
      fixes: "Change the value that the text names, in pyproject.toml, and build again."),
  ]

  private static let releases = [
    UploadRow(
      "release-closed", texts: ["to releases older than 14 days is not allowed"],
      "The release was made more than 14 days ago, and takes no new files.",
      fixes: "{registry} has closed this release to new files 14 days after its first: publish a new version."),
    UploadRow(
      "second-sdist", texts: ["only one sdist may be uploaded per release"],
      "The release has another source distribution already.",
      fixes:
        "The release has a source distribution under another name: leave this one out, or publish a new version."),
  ]

  // MARK: The credential

  private static let credentials = [
    // The registry checks once what a holder has added, and twice what it gave itself.
    UploadRow(
      "api-token-expired", texts: ["token is expired, token is expired"],
      "The API token expired before the upload was done.",
      fixes: "The credential expired during the upload, it lives 15 minutes: --per-file mints one for each file."),
    UploadRow(
      "credential-life-over", isAboutReach: true, texts: ["token is expired"],
      "The API token was made to end before its 15 minutes are over, and did before the upload was done.",
      fixes: "Give a longer --credential-life, or --per-file, which mints a credential for each file."),
    UploadRow(
      "user-name-wrong",
      texts: ["username/password authentication is no longer supported", "has two factor auth enabled"],
      "The upload was made with a user name and a password, not with the API token.",
      fixes: "The tool sent another user name than __token__: remove user names from its settings (.pypirc, keyring)."),
    UploadRow(
      "email-unverified", texts: ["does not have a verified primary email address"],
      "The account whose API token was used has no verified mail address.",
      fixes: "Publish with the API token that token-broker mints, or verify the address in the account's settings."),
    UploadRow(
      "plain-http", texts: ["ssl is required"], "The upload was made over plain http.",
      fixes: "The tool uploads over plain http: the address has to begin with https://, as upload-url of "
        + "registries.{registry} does."),
  ]

  // MARK: The index

  private static let index = [
    UploadRow(
      "uploads-off", texts: ["read-only mode", "uploads are temporarily disabled"],
      "{registry} takes no uploads at present.",
      fixes: "{registry} takes no uploads at present: see its status page, and run exec again later."),
    UploadRow(
      "api-token-unknown", .likely, texts: ["invalid or non-existent authentication information"],
      "{registry} does not know the API token.",
      fixes:
        "{registry} does not know the credential: it was made by another registry, was burned already, or was minted "
        + "while the site was read-only."),
    UploadRow(
      "address-wrong", .likely,
      texts: [
        "405 method not allowed", "405 client error", "error 405", "status 405", "post requests are not supported",
        "have an invalid url. you probably want", "404 not found", "404 client error", "error 404", "status 404",
        "status code 404", "attempted to redirect to",
        "410 gone", "410 client error", "error 410", "status 410", "status code 410",
      ],
      "Nothing takes uploads at the address that the tool used.",
      fixes: "The address does not take uploads: upload-url of registries.{registry} has to be PyPI's "
        + "https://upload.pypi.org/legacy/, TestPyPI's https://test.pypi.org/legacy/, or your own index's, with the slash "
        + "at the end."),
    UploadRow(
      "file-too-large", .likely,
      texts: [
        "413 request entity too large", "413 payload too large", "413 content too large", "413 client error",
        "413 request too long", "error 413", "status 413", "status code 413",
      ],
      "The file is larger than {registry} takes for this project, or than a proxy on the way does.",
      fixes: "Make the file smaller, or ask {registry}'s operators for a higher limit in the project's settings."),
    UploadRow(
      "uploads-unavailable", .likely,
      texts: [
        "502 bad gateway", "503 service unavailable", "504 gateway", "500 internal server error",
        "503 first byte timeout", "502 server error", "503 server error", "504 server error", "500 server error",
        "error 502", "error 503", "error 504", "status 502", "status 503", "status 504",
      ],
      "{registry}, or what stands before it, could not serve the upload; the file may have arrived all the same.",
      fixes: "Run exec again: it passes over what {registry} has already."),
  ]

  // MARK: Tools that keep the reason to themselves

  private static let hidden = [
    UploadRow(
      "reason-hidden", .possible, texts: ["username and/or password are possibly wrong"],
      "The upload was refused, and maturin says this whatever the reason is.",
      fixes:
        "maturin says this whenever it is refused and keeps the reason to itself: twine or uv, run in its place, show "
        + "it."),
    UploadRow(
      "too-many-requests", .likely,
      texts: ["429 too many requests", "429 client error", "error 429", "status 429", "status code 429"],
      "{registry} refused the upload for now: too many new projects in a day, or too many requests.",
      fixes: "Wait, and run the job again: a day for new projects, some minutes for a project that exists."),
    UploadRow(
      "reason-hidden", .possible, texts: ["[publisherror]"], "The upload was refused, and pdm does not say why.",
      fixes: "pdm keeps the reason to itself: twine or uv, run in its place, show it."),
    bad, forbidden,
  ]

  /// The two statuses of refusals that say nothing more.
  static let statuses = [(row: bad, status: 400), (row: forbidden, status: 403)]

  private static let bad = UploadRow(
    "reason-hidden", .possible,
    texts: ["400 bad request", "400 client error", "error 400", "status 400", "status code 400"],
    "The upload was refused (400), and the output does not have the reason, which {registry} gives in its answer's body.",
    fixes: "Run twine upload --verbose, or uv publish: both show the body.",
    "Look first whether {registry} has a file of this name (it never takes another), and whether the version has a plus "
      + "sign or the release is older than 14 days.")

  private static let forbidden = UploadRow(
    "reason-hidden", .possible,
    texts: ["403 forbidden", "403 client error", "error 403", "status 403", "status code 403"],
    "The upload was refused (403), and the output does not have the reason, which {registry} gives in its answer's body.",
    fixes: "Run twine upload --verbose, or uv publish: both show the body.",
    "Look first whether the trusted publisher is registered for this very project, and whether the API token was minted "
      + "for {registry} less than 15 minutes before.")

  /// A text as it is, and as it stands in HTML.
  private static func apostrophes(_ text: String) -> [String] {
    ["'", "&#39;", "&#x27;"].map { text.replacing("'", with: $0) }
  }
}
