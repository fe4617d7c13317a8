import BrokerCore

/// What the refusals of an exchange by PyPI's server software mean (Warehouse, oidc/views.py, oidc/models and
/// oidc/utils.py): the one place for its codes and texts.
enum RefusalTable {
  // MARK: Refused exchanges

  static let codes = [
    RefusalCode(
      name: "invalid-publisher", isAboutPublisher: true,
      words: [
        "no corresponding publisher", "Publisher with matching claims was not found", "All lookup strategies exhausted",
      ],
      remedy:
        "Compare the values below with the trusted publisher registered at {registry}: one of them differs, or there "
        + "is none.",
      rows: [
        pullRequestTarget,
        RefusalRow(
          texts: ["job_workflow_ref claim does not match"], code: "reusable-workflow", certainty: .likely,
          summary:
            "The file that defines the job (job_workflow_ref) is not the publisher's: usually a reusable workflow of "
            + "another repository.",
          fixes: [
            "Keep the publishing job in a workflow of the repository itself; a reusable workflow may build, and pass its "
              + "files on as artifacts."
          ], when: { $0.input.job == nil }),
        RefusalRow(
          texts: ["job_workflow_ref claim does not match"], code: "workflow-ref-differs",
          summary:
            "The file that defines the job is the publisher's by name, but not at the ref or commit that the run is "
            + "for.",
          fixes: [
            "Call the publishing workflow at the run's own ref: a local call (./.github/workflows/...) does that."
          ], reviewed: "reusable-workflow"),
        RefusalRow(
          texts: ["ci_config_ref_uri claim does not match"], code: "path-case-differs",
          summary: "The project's path has another case than the publisher's: {registry} finds the publisher without "
            + "regard to case, and then compares exactly.",
          fixes: ["Register the publisher again with the path exactly as GitLab shows it."],
          when: { $0.differsInCaseAlone }, fields: { $0.pipelineFile }, address: { $0.form(of: $0.input.project) },
          reviewed: "pipeline-file-elsewhere"),
        RefusalRow(
          texts: ["ci_config_ref_uri claim does not match"], code: "pipeline-ref-differs",
          summary:
            "The pipeline's top-level file is not the publisher's at the ref or commit that the pipeline is for.",
          fixes: [
            "Keep the pipeline file in the project itself; an external or remote configuration file does not match."
          ],
          fields: { $0.pipelineFile }, reviewed: "pipeline-file-elsewhere"),
        RefusalRow(
          texts: ["extract workflow filename"], code: "workflow-file-name",
          summary: "{registry} cannot read the name of a .yml or .yaml file from the claim that names the job's file.",
          fixes: [
            "Define the publishing job in a file that ends in .yml: in .github/workflows on GitHub, in the project itself "
              + "on GitLab."
          ]),
        pipelineFileMissing,
        accountUnnamed,
        RefusalRow(
          texts: ["claim 'email_verified'"], code: "email-not-verified",
          summary:
            "The identity token does not say that its e-mail address is verified, without which {registry} refuses it.",
          fixes: [
            "Use a token of Google's own that is a service account's: those of the metadata server and of IAM say so, in their "
              + "full form (format=full, includeEmail)."
          ], when: { !$0.isOtherFamily(than: PublisherFamily.google) }),
        RefusalRow(
          texts: ["Missing claim '", " claim is empty", " claims are empty"], code: "claim-missing", summary: missing,
          fixes: [
            "Use the identity provider's own tokens: a self-managed or old server may leave claims out; update it, or "
              + "publish from the hosted service."
          ]),
        subject(
          "Set the repository's or organisation's OIDC subject claim template back to the default.",
          when: { $0.input.job?.family == PublisherFamily.gitHub }),
        RefusalRow(
          texts: checked.map { "\($0) claim 'sub'" }, code: "service-account-id-differs",
          summary:
            "The subject of the identity token is not the publisher's: the service account was made again under its old "
            + "address, or the publisher has another's id.",
          fixes: [
            "Delete the publisher at {registry} and register it again, with the account's id of today or without one."
          ],
          when: { $0.input.job?.family == PublisherFamily.google }, fields: { $0.jobFields },
          address: { $0.form(of: $0.input.project) }),
        subject("Set the project's ci_id_token_sub_claim_components back to begin with project_path (projects API)."),
        RefusalRow(
          texts: checked.map { "\($0) claim 'repository_owner_id'" }, code: "owner-id-differs",
          summary: "The owner's id is not the one the publisher was registered with: the account was deleted and made "
            + "again, or renamed and its name taken by another.",
          fixes: ["Delete the publisher at {registry} and register it again."],
          address: { $0.form(of: $0.input.project) }),
        RefusalRow(
          texts: checked.map { "\($0) claim '" }, code: "claim-differs",
          summary: "The claim {claim} is not what the publisher was registered with.",
          fixes: ["Compare it with the trusted publisher's settings, and change the one that is wrong."],
          fields: { $0.jobFields }, address: { $0.form(of: $0.input.project) }),
      ] + Issuers.rows(shownBy: ["does not match expected issuer", "is unsupported"])),
    RefusalCode(
      name: "invalid-pending-publisher", words: ["valid token, but project already exists"],
      remedy: "The project exists by now: add a trusted publisher in its own settings instead of a pending one.",
      rows: [
        RefusalRow(
          code: "pending-name-taken",
          summary:
            "The publisher was a pending one, and a project of its name exists by now; this refusal has deleted it.",
          fixes: [
            "If the project is yours, add a trusted publisher in the project's own settings.",
            "If it is somebody else's, choose another name: a pending publisher does not reserve one.",
          ], fields: { $0.jobFields }, address: { $0.form(of: $0.input.project ?? "PROJECT") })
      ]),
    RefusalCode(
      name: "invalid-reuse-token", words: ["invalid token: already used"],
      remedy:
        "An identity token is good for one exchange: mint once per job, or give the job one identity token per mint.",
      rows: [
        RefusalRow(
          code: "token-reused",
          summary:
            "This identity token was exchanged before: another tool in the job, or another mint, has used it up.",
          fixes: [
            "Mint once in the job and hand the API token to every tool that needs it; switch off the trusted publishing of "
              + "the tools themselves (twine, uv: give them the token).",
            "Give the job one identity token for each exchange.",
          ], snippet: { input in input.audience.flatMap { input.guide.spareToken($0) } })
      ]),
    RefusalCode(
      name: "invalid-payload", words: ["unknown trusted publishing issuer"],
      remedy: "See the registry's documentation.",
      rows: Issuers.rows(
        shownBy: ["unknown trusted publishing issuer"],
        remedy: "{registry} does not know this token's issuer: it accepts its registered issuers only.") + [
          RefusalRow(
            texts: ["validation error for TokenPayload"], code: "request-malformed", summary: unread, fixes: [report]),
          RefusalRow(
            texts: ["too similar to"], code: "project-name-similar",
            summary:
              "The pending publisher's project cannot be made: its name is too similar to a project that exists.",
            fixes: [rename], address: { $0.form(of: nil) }),
          RefusalRow(
            texts: ["isn't allowed", "prohibited"], code: "project-name-not-allowed",
            summary: "The pending publisher's project cannot be made: its name is not allowed.", fixes: [rename],
            address: { $0.form(of: nil) }),
          RefusalRow(
            texts: ["registration temporarily disabled"], code: "new-projects-off",
            summary: "{registry} makes no new projects at the moment, and this publisher is a pending one.",
            fixes: [wait]),
          RefusalRow(
            texts: ["malformed JWT"], code: "token-malformed",
            summary: "What was sent is not an identity token that {registry} can decode.",
            fixes: [
              "Pass the provider's token on whole and unchanged; an own provider plug-in has to return the JWT itself."
            ]),
          RefusalRow(code: "request-malformed", certainty: .possible, summary: unread, fixes: [report]),
        ]),
    RefusalCode(
      name: "invalid-token", isAboutToken: true, words: ["malformed or invalid token"],
      remedy:
        "{registry} does not say why: check the audience, the clock and the issuer; after a rotation of the issuer's "
        + "keys it passes within a minute.",
      rows: [
        RefusalRow(
          code: "token-refused", certainty: .likely,
          summary:
            "{registry} does not say why: the token is made out to another audience, has expired, or its signature "
            + "cannot be checked.",
          fixes: [
            "Run token-broker check in the same job: it compares audience, times and issuer of the job's own token."
          ],
          when: { $0.input.token == nil }),
        RefusalRow(
          code: "key-rotation", certainty: .likely,
          summary:
            "Audience and times of the token are right: the issuer has probably changed its keys, which {registry} "
            + "fetches again within a minute.",
          fixes: ["Wait a minute and run the job again."], isFollowed: true),
        RefusalRow(
          code: "signature-wrong", certainty: .possible,
          summary: "If it stays so, the signature does not belong to the issuer that the token names.",
          fixes: ["Pass the provider's token on unchanged; nothing but the issuer can make one."]),
      ]),
    RefusalCode(
      name: "not-enabled", words: ["publishing functionality not enabled"],
      remedy: "Trusted publishing from this provider is switched off there; see the registry's status page.",
      rows: [
        RefusalRow(
          code: "publishing-switched-off",
          summary:
            "Trusted publishing is switched off at {registry} by its administrators, for this provider or for all.",
          fixes: [wait])
      ]),
  ]

  /// What any other code means.
  static let unknown = RefusalCode(
    name: "", words: [], remedy: "See the registry's documentation.",
    rows: [
      RefusalRow(
        code: "refusal-unknown", certainty: .possible,
        summary: "{registry} refused with a code that token-broker does not know.",
        fixes: ["Read what it says above; the registry's documentation may know the code."])
    ])

  /// What a code means.
  static func code(_ name: String?) -> RefusalCode { codes.first { $0.name == name } ?? unknown }

  // MARK: Sentences and rows that several codes share

  private static let missing: Message = "The identity token has no {claim} claim, without which {registry} refuses it."
  private static let unread: Message = "{registry} could not make use of the request."
  private static let report: Message =
    "Check that nothing on the way changes requests (a proxy), and report it to token-broker's project."
  private static let rename: Message =
    "Choose another project name, delete the pending publisher, and register one for that name."
  private static let wait: Message = "Try again later; the registry's status page says when."
  private static let checked = ["Check failed for required", "Check failed for optional"]

  static let pipelineFileMissing = RefusalRow(
    texts: ["Missing claim 'ci_config_ref_uri'", "The ci_config_ref_uri claim is empty"], code: "claim-missing",
    summary:
      "The identity token has no ci_config_ref_uri claim, without which {registry} refuses it: the pipeline file is not "
      + "one of the project.",
    fixes: [
      "Keep the top-level pipeline file in the project: with a remote or external configuration file GitLab leaves this "
        + "claim out. Include the shared file from there."
    ])

  static let accountUnnamed = RefusalRow(
    texts: ["Missing claim 'email'"], code: "email-missing",
    summary: "The identity token does not name its service account (email), without which {registry} refuses it.",
    fixes: [
      "Ask for the full form of the token: format=full of the metadata server, includeEmail of IAM, "
        + "--include-email of gcloud auth print-identity-token."
    ])

  static let pullRequestTarget = RefusalRow(
    texts: ["'pull_request_target' is not supported"], code: "pull-request-target",
    summary: "The run was started by pull_request_target, and {registry} refuses every such run.",
    fixes: ["Start the publishing workflow by a push of a tag, by a release, or by hand (workflow_dispatch)."],
    snippet: { _ in Snippet("the workflow file", ["on:", "  release:", "    types: [published]"]) })

  private static func subject(
    _ fix: Message, when: @escaping @Sendable (RefusalReading) -> Bool = { _ in true }
  ) -> RefusalRow {
    RefusalRow(
      texts: checked.map { "\($0) claim 'sub'" }, code: "subject-customised",
      summary:
        "The subject (sub) of the identity tokens is customised, and {registry} does not find the project's path in "
        + "it.", fixes: [fix], when: when)
  }

  // MARK: Answers without a code

  static let statuses = [
    RefusalStatus(
      status: 404, step: nil, message: "has no trusted publishing: it answered 404",
      remedy: "Check upload-url in registries.{registry}; not every index has trusted publishing.",
      row: RefusalRow(
        code: "no-trusted-publishing", summary: "{host} does not know the addresses of trusted publishing.",
        fixes: [
          "Check upload-url in registries.{registry}: the audience is asked on its host and port.",
          "If the index has no trusted publishing, use an API token of its own.",
        ])),
    RefusalStatus(
      status: 403, step: .audience, message: "has switched trusted publishing off{said}",
      remedy: "Wait until its operators switch it on again; see its status page.",
      row: RefusalRow(
        code: "publishing-switched-off",
        summary: "{registry}'s administrators have switched trusted publishing off.", fixes: [wait]), isSaid: true),
  ]
}
