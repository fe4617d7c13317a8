import BrokerCore

/// The kinds of issuer that crates.io has forms for (crates/crates_io_trustpub).
enum PublisherFamily {
  /// GitHub Actions.
  static let gitHub = IssuerFamily("GitHub")
  /// GitLab CI.
  static let gitLab = IssuerFamily("GitLab")
}

/// crates.io's publisher forms: their fields, how they are compared, and where they are
/// (src/controllers/trustpub/tokens/exchange/mod.rs).
struct PublisherForms {
  /// The registry's name.
  let registry: String

  static let acceptedIssuers = [
    AcceptedIssuer(
      "https://token.actions.githubusercontent.com", PublisherFamily.gitHub, source: "crates/crates_io_trustpub",
      day: "2026-08-21"),
    AcceptedIssuer(
      "https://gitlab.com", PublisherFamily.gitLab, source: "crates/crates_io_trustpub", day: "2026-08-21"),
  ]

  /// All that is known of what the registry compares.
  var rules: PublisherRules {
    PublisherRules(
      forms: Self.forms, projectLabel: "Crate", review: review, obstacle: obstacle, address: address,
      newProject: { _ in newCrate },
      namesDifference: true)
  }

  /// The forms.
  static let forms = [
    PublisherRules.Form(
      PublisherFamily.gitHub,
      fields: [
        PublisherRules.Field(.owner, "Repository owner", comparison: .ignoringCase),
        PublisherRules.Field(.repository, "Repository name", comparison: .ignoringCase),
        PublisherRules.Field(.callingWorkflow, "Workflow filename"),
        PublisherRules.Field(.environment, "Environment name", comparison: .ignoringCase),
      ],
      noted: [
        PublisherRules.Form.Noted("owner's id", title: "Owner's id, not on the form", code: "owner-id-differs") {
          $0.ownerID
        }
      ],
      file: ComparedFile(
        .started, claim: "workflow_ref", source: "crates/crates_io_trustpub", day: "2026-08-21")),
    PublisherRules.Form(
      PublisherFamily.gitLab,
      fields: [
        PublisherRules.Field(.namespace, "Namespace", comparison: .ignoringCase),
        PublisherRules.Field(.project, "Project", comparison: .ignoringCase),
        PublisherRules.Field(.pipelineFile, "Workflow filepath"),
        PublisherRules.Field(.environment, "Environment name", comparison: .ignoringCase),
      ],
      noted: [
        PublisherRules.Form.Noted(
          "namespace's id", title: "Namespace's id, not on the form", code: "owner-id-differs"
        ) { $0.ownerID }
      ]),
  ]

  /// What has to be there before a crate that crates.io does not know can be published.
  private var newCrate: Message {
    "the first version of each has to be published with an API token of a person (cargo login, cargo publish); then a trusted "
      + "publisher is registered in the crate's settings"
  }

  /// Where a crate's publishers are registered; nothing can be filled in.
  private func address(_ job: JobIdentity?, project: String?) -> Message? {
    guard job.flatMap(obstacle) == nil else { return nil }
    return project.map {
      let crate = $0.utf8.allSatisfy(CrateFiles.isNameByte) ? $0 : "CRATE"
      return "https://crates.io/crates/\(Neutralized(crate, limit: 64))/settings/new-trusted-publisher"
    }
  }

  // MARK: What is refused whatever is registered

  /// The events that it refuses (exchange/mod.rs).
  static let refusedEvents = ["pull_request_target", "workflow_run"]

  private func review(_ job: JobIdentity) -> [Cause] {
    [obstacle(job), job.family == PublisherFamily.gitHub ? event(job) : pipelineFile(job)].compactMap { $0 }
  }

  private func obstacle(_ job: JobIdentity) -> Cause? {
    guard let issuer = job.issuer else { return nil }
    let own = Self.acceptedIssuers.filter { $0.family == job.family }
    guard !(own.isEmpty ? Self.acceptedIssuers : own).contains(where: { $0.address == issuer }) else { return nil }
    return Cause(
      "issuer-unknown", .certain,
      "A job of the issuer \(Neutralized.quoted(issuer)) cannot publish to \(Neutralized(registry)) this way: "
        + "\(Self.acceptedIssuers.clause(for: registry)), and no server of one's own.",
      fixes: ["Publish from github.com or gitlab.com, or with an API token of a person."])
  }

  private func event(_ job: JobIdentity) -> Cause? {
    guard let event = job.event, Self.refusedEvents.contains(event) else { return nil }
    return Self.refused(event, at: registry)
  }

  static func refused(_ event: String, at registry: String) -> Cause {
    Cause(
      "event-refused", .certain,
      "\(Neutralized(registry)) takes no job that was started by \(Neutralized(event, limit: 64)): such a job can run other "
        + "people's code with the repository's identity.",
      fixes: ["Start the publishing workflow by push (of a tag), release or workflow_dispatch."])
  }

  private func pipelineFile(_ job: JobIdentity) -> Cause? {
    guard job.family == PublisherFamily.gitLab, job.workflow == nil, !job.unknown.contains(.pipelineFile) else {
      return nil
    }
    return Cause(
      "claim-missing", .certain,
      "The identity token does not name the pipeline's file (ci_config_ref_uri), which \(Neutralized(registry)) compares: with a "
        + "remote configuration file GitLab leaves it out.",
      fixes: ["Keep the top-level pipeline file in the project, and include the shared one from there."])
  }
}
