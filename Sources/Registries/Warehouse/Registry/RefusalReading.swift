import BrokerCore

/// Reads PyPI's codes and texts of a refused exchange (Warehouse, oidc/views.py, oidc/models/_core.py).
struct RefusalReading {
  let forms: PublisherForms
  let refusal: Refusal
  let input: DiagnosisInput

  var causes: [Cause] {
    switch refusal.code {
    case "invalid-publisher": publisher
    case "invalid-payload": [payload]
    case "invalid-token": token
    case "invalid-reuse-token": [reused]
    case "invalid-pending-publisher": [pendingNameTaken]
    case "not-enabled": [switchedOff]
    default:
      [
        Cause(
          "refusal-unknown", .possible, "\(registry) refused with a code that token-broker does not know.",
          fixes: ["Read what it says above; the registry's documentation may know the code."])
      ]
    }
  }

  private var registry: String { input.registry }
  private var text: String { refusal.text }

  /// The name in single quotes behind some words: `jti` of `Missing claim 'jti'`.
  private func name(after words: String) -> String? {
    guard let range = text.firstRange(of: "\(words)'") else { return nil }
    return UntrustedText.neutralized(String(text[range.upperBound...].prefix { $0 != "'" }), limit: 64)
  }

  /// What the claims show beside the text.
  private func reviewed(_ code: String) -> Cause? {
    input.job.flatMap { job in JobReview(registry: registry, job: job).causes.first { $0.code == code } }
  }

  // MARK: invalid-publisher

  private var publisher: [Cause] {
    if text.contains("'pull_request_target' is not supported") {
      return [
        Cause(
          "pull-request-target", .certain,
          "The run was started by pull_request_target, and \(registry) refuses every such run.",
          fixes: ["Start the publishing workflow by a push of a tag, by a release, or by hand (workflow_dispatch)."],
          snippet: Snippet("the workflow file", ["on:", "  release:", "    types: [published]"]))
      ]
    }
    if text.contains("job_workflow_ref claim does not match") { return [workflowDiffers] }
    if text.contains("ci_config_ref_uri claim does not match") { return [pipelineDiffers] }
    if text.contains("extract workflow filename") { return [workflowName] }
    if let name = name(after: "Missing claim ") { return [claimMissing(name)] }
    if text.contains("claim is empty") || text.contains("claims are empty") {
      let names = ["job_workflow_ref", "ci_config_ref_uri", "ref_path and sha", "ref and sha"]
      return [claimMissing(names.first { text.contains("The \($0) claim") } ?? "ref")]
    }
    for words in ["Check failed for required claim ", "Check failed for optional claim "] {
      if let name = name(after: words) { return [claimDiffers(name)] }
    }
    if text.contains("does not match expected issuer") || text.contains("is unsupported") { return [issuer] }
    return []
  }

  private var workflowDiffers: Cause {
    if let cause = reviewed("reusable-workflow") { return cause }
    let isElsewhere = input.job == nil
    return Cause(
      isElsewhere ? "reusable-workflow" : "workflow-ref-differs", isElsewhere ? .likely : .certain,
      isElsewhere
        ? "The file that defines the job (job_workflow_ref) is not the publisher's: usually a reusable workflow of another "
          + "repository."
        : "The file that defines the job is the publisher's by name, but not at the ref or commit that the run is for.",
      fixes: [
        isElsewhere
          ? "Keep the publishing job in a workflow of the repository itself; a reusable workflow may build, and pass its "
            + "files on as artifacts."
          : "Call the publishing workflow at the run's own ref: a local call (./.github/workflows/...) does that."
      ])
  }

  private var pipelineDiffers: Cause {
    if let cause = reviewed("pipeline-file-elsewhere") { return cause }
    let expected = text.firstRange(of: "['").map { String(text[$0.upperBound...].prefix { $0 != "@" && $0 != "'" }) }
    let got = (input.job?.jobWorkflow ?? name(after: "got ")).map { String($0.prefix { $0 != "@" }) }
    if let expected, let got, expected.lowercased() == got.lowercased(), expected != got {
      return Cause(
        "path-case-differs", .certain,
        "The project's path has another case than the publisher's: \(registry) finds the publisher without regard to case, "
          + "and then compares exactly.",
        fixes: ["Register the publisher again with the path exactly as GitLab shows it."],
        fields: [Cause.Field("Project and pipeline file", got, expected: expected)],
        address: forms.address(input.job, project: input.project))
    }
    return Cause(
      "pipeline-ref-differs", .certain,
      "The pipeline's top-level file is not the publisher's at the ref or commit that the pipeline is for.",
      fixes: ["Keep the pipeline file in the project itself; an external or remote configuration file does not match."],
      fields: [Cause.Field("Project and pipeline file", got, expected: expected)])
  }

  private var workflowName: Cause {
    Cause(
      "workflow-file-name", .certain,
      "\(registry) cannot read the name of a .yml or .yaml file from the claim that names the job's file.",
      fixes: [
        "Define the publishing job in a file that ends in .yml: in .github/workflows on GitHub, in the project itself on "
          + "GitLab."
      ])
  }

  private func claimMissing(_ name: String) -> Cause {
    Cause(
      "claim-missing", .certain, "The identity token has no \(name) claim, without which \(registry) refuses it.",
      fixes: name == "ci_config_ref_uri"
        ? [
          "Keep the top-level pipeline file in the project: with a remote or external configuration file GitLab leaves this "
            + "claim out. Include the shared file from there."
        ]
        : [
          "Use the identity provider's own tokens: a self-managed or old server may leave claims out; update it, or publish "
            + "from the hosted service."
        ])
  }

  private func claimDiffers(_ name: String) -> Cause {
    switch name {
    case "sub":
      return Cause(
        "subject-customised", .certain,
        "The subject (sub) of the identity tokens is customised, and \(registry) does not find the project's path in it.",
        fixes: [
          input.job?.family == PublisherFamily.gitHub
            ? "Set the repository's or organisation's OIDC subject claim template back to the default."
            : "Set the project's ci_id_token_sub_claim_components back to begin with project_path (projects API)."
        ])
    case "repository_owner_id":
      return Cause(
        "owner-id-differs", .certain,
        "The owner's id is not the one the publisher was registered with: the account was deleted and made again, or "
          + "renamed and its name taken by another.",
        fixes: ["Delete the publisher at \(registry) and register it again."],
        address: forms.address(input.job, project: input.project))
    default:
      return Cause(
        "claim-differs", .certain, "The claim \(name) is not what the publisher was registered with.",
        fixes: ["Compare it with the trusted publisher's settings, and change the one that is wrong."],
        fields: input.job.flatMap { input.rules?.fields(for: $0) } ?? [],
        address: forms.address(input.job, project: input.project))
    }
  }

  // MARK: invalid-payload

  private var payload: Cause {
    if text.contains("issuer") { return issuer }
    if text.contains("too similar") || text.contains("isn't allowed") || text.contains("prohibited") {
      let isSimilar = text.contains("too similar")
      return Cause(
        isSimilar ? "project-name-similar" : "project-name-not-allowed", .certain,
        isSimilar
          ? "The pending publisher's project cannot be made: its name is too similar to a project that exists."
          : "The pending publisher's project cannot be made: its name is not allowed.",
        fixes: ["Choose another project name, delete the pending publisher, and register one for that name."],
        address: forms.address(input.job, project: nil))
    }
    if text.contains("registration temporarily disabled") {
      return Cause(
        "new-projects-off", .certain,
        "\(registry) makes no new projects at the moment, and this publisher is a pending one.",
        fixes: ["Try again later; the registry's status page says when."])
    }
    if text.contains("malformed JWT") {
      return Cause(
        "token-malformed", .certain, "What was sent is not an identity token that \(registry) can decode.",
        fixes: [
          "Pass the provider's token on whole and unchanged; an own provider plug-in has to return the JWT itself."
        ])
    }
    return Cause(
      "request-malformed", text.contains("TokenPayload") ? .certain : .possible,
      "\(registry) could not make use of the request.",
      fixes: ["Check that nothing on the way changes requests (a proxy), and report it to token-broker's project."])
  }

  private var issuer: Cause {
    IssuerReading(registry: registry, issuer: input.job?.issuer ?? name(after: "ssuer "), family: input.job?.family)
      .cause
  }

  // MARK: Other codes

  private var token: [Cause] {
    let found = TokenDiagnosis(input).causes
    guard found.isEmpty else { return found }
    if input.token == nil {
      return [
        Cause(
          "token-refused", .likely,
          "\(registry) does not say why: the token is made out to another audience, has expired, or its signature cannot be "
            + "checked.",
          fixes: [
            "Run token-broker check in the same job: it compares audience, times and issuer of the job's own token."
          ])
      ]
    }
    return [
      Cause(
        "key-rotation", .likely,
        "Audience and times of the token are right: the issuer has probably changed its keys, which \(registry) fetches "
          + "again within a minute.",
        fixes: ["Wait a minute and run the job again."]),
      Cause(
        "signature-wrong", .possible,
        "If it stays so, the signature does not belong to the issuer that the token names.",
        fixes: ["Pass the provider's token on unchanged; nothing but the issuer can make one."]),
    ]
  }

  private var reused: Cause {
    Cause(
      "token-reused", .certain,
      "This identity token was exchanged before: another tool in the job, or another mint, has used it up.",
      fixes: [
        "Mint once in the job and hand the API token to every tool that needs it; switch off the trusted publishing of the "
          + "tools themselves (twine, uv: give them the token).",
        "Give the job one identity token for each exchange.",
      ], snippet: input.audience.flatMap { input.guide.spareToken($0) })
  }

  private var pendingNameTaken: Cause {
    Cause(
      "pending-name-taken", .certain,
      "The publisher was a pending one, and a project of its name exists by now; this refusal has deleted it.",
      fixes: [
        "If the project is yours, add a trusted publisher in the project's own settings.",
        "If it is somebody else's, choose another name: a pending publisher does not reserve one.",
      ],
      fields: input.job.flatMap { input.rules?.fields(for: $0) } ?? [],
      address: forms.address(input.job, project: input.project ?? "PROJECT"))
  }

  private var switchedOff: Cause {
    Cause(
      "publishing-switched-off", .certain,
      "Trusted publishing is switched off at \(registry) by its administrators, for this provider or for all.",
      fixes: ["Try again later; the registry's status page says when."])
  }
}
