import BrokerCore

/// PyPI's publisher forms: their fields, how they are compared, and their addresses (Warehouse, oidc/forms and
/// oidc/models).
struct PublisherForms {
  /// The registry's name.
  let registry: String
  /// The site with the forms.
  let site: Origin

  /// All that is known of what the registry compares.
  var rules: PublisherRules {
    PublisherRules(
      forms: Self.forms, projectLabel: "PyPI Project Name", pending: Self.pending,
      review: { JobReview(forms: self, job: $0).causes }, obstacle: obstacle,
      address: { address($0, project: $1) }, newProject: newProject)
  }

  /// What has to be there before a project that the registry does not know can be published (Warehouse, oidc/services.py:
  /// a mint makes one project of one pending publisher; these are removed after 30 days).
  ///
  /// Two pending publishers of the same values there cannot be (oidc/models, unique constraints).
  private func newProject(_ job: JobIdentity?) -> Message? {
    if let job, let cause = obstacle(job) { return cause.summary }
    let form = job.flatMap { job in Self.forms.first { $0.family == job.family } }
    let values = form?.fields.compactMap { field -> Message? in
      guard let job, !job.unknown.contains(field.field) else { return field.label }
      guard let value = field.field.value(of: job) else { return field.isOptional ? "no \(field.label)" : field.label }
      return "\(field.label) \(Neutralized.quoted(value))"
    }
    let named: Message = values.map { " with the project's name, \($0.joined(separator: ", "))" } ?? ""
    return "a new project needs a pending publisher, registered at \(site)/manage/account/publishing/\(named). "
      + "A job has one at a time, of which a mint makes the project, and it is gone after 30 days"
  }

  /// How a pending publisher ends (Warehouse, oidc/tasks.py; in force since May 2026).
  private static let pending: Message =
    "A pending publisher runs out 30 days after it was registered, and is gone once somebody else has made its project."

  /// Which of the two files of a called workflow is compared.
  static let comparedFile = ComparedFile(
    .defining, claim: "job_workflow_ref", source: "warehouse/oidc/models/github.py", day: "2026-08-21",
    change: "pypi/warehouse#20083 would change that to the caller's")

  /// The forms.
  ///
  /// GitHub's publishers name a file of the job, GitLab's the top-level pipeline file.
  /// GitHub's environment is compared without regard to case, GitLab's is not. Google's publishers name a
  /// service account; its subject is compared where the publisher has one.
  static let forms = [
    PublisherRules.Form(
      PublisherFamily.gitHub,
      fields: [
        PublisherRules.Field(.owner, "Owner", parameter: "owner"),
        PublisherRules.Field(.repository, "Repository name", parameter: "repository"),
        PublisherRules.Field(.workflow, "Workflow name", parameter: "workflow_filename"),
        PublisherRules.Field(
          .environment, "Environment name", parameter: "environment", comparison: .ignoringCase),
      ],
      noted: [
        PublisherRules.Form.Noted("owner's id", title: "Owner's id, not on the form", code: "owner-id-differs") {
          $0.ownerID
        }
      ], file: comparedFile),
    PublisherRules.Form(
      PublisherFamily.gitLab,
      fields: [
        PublisherRules.Field(.namespace, "Namespace", parameter: "namespace"),
        PublisherRules.Field(.project, "Project name", parameter: "project"),
        PublisherRules.Field(.pipelineFile, "Top-level pipeline file path", parameter: "workflow_filepath"),
        PublisherRules.Field(.environment, "Environment name", parameter: "environment"),
      ]),
    PublisherRules.Form(
      PublisherFamily.google,
      fields: [
        PublisherRules.Field(.serviceAccount, "Email", parameter: "email"),
        PublisherRules.Field(.serviceAccountID, "Subject", parameter: "sub", isOptional: true),
      ]),
  ]

  /// The service that the form for a kind of issuer means.
  private static let services: [IssuerFamily: Message] = [
    PublisherFamily.gitHub: "github.com", PublisherFamily.gitLab: "gitlab.com",
    PublisherFamily.google: "accounts.google.com",
  ]

  /// What is wrong with a job's issuer where the form for its kind means another; nil also if nobody knows it.
  func unknownIssuer(of job: JobIdentity) -> Cause? {
    let known = Issuers.accepted.filter { $0.address != nil }
    let own = known.filter { $0.family == job.family }
    guard let issuer = job.issuer, !(own.isEmpty ? known : own).contains(where: { $0.address == issuer }) else {
      return nil
    }
    let reading = RefusalReading(job, forms: self)
    return Issuers.rows().first(where: reading.fits).map(reading.cause)
  }

  /// Why the forms mean somebody else than a job.
  private func obstacle(_ job: JobIdentity) -> Cause? {
    unknownIssuer(of: job).map { cause in
      let host = Self.services[job.family] ?? "another service"
      let name: Message = job.owner.map { Message(Neutralized.quoted($0)) } ?? "the same names"
      return Cause(
        cause.code, .certain,
        "A job of the issuer \(Neutralized.quoted(job.issuer ?? "")) cannot publish to \(Neutralized(registry)) with a publisher of its "
          + "form for \(job.family): that means \(host), where \(name) may be somebody else.", fixes: cause.fixes)
    }
  }

  /// The address of a form: the project's own publishers, filled in, or the account's pending ones, whose form reads nothing
  /// of its address (Warehouse, manage/views/oidc_publishers.py and accounts/views.py).
  ///
  /// Nil for a job whose issuer the form does not mean: filled in, it would give a stranger the keys.
  func address(_ job: JobIdentity?, project: String?) -> Message? {
    guard job.flatMap(obstacle) == nil else { return nil }
    guard let project else { return shown(HTTPURL(site, path: "/manage/account/publishing/")) }
    var url = HTTPURL(site, path: "/manage/project/\(PathSegment.encode(project))/settings/publishing/")
    guard let job, let form = Self.forms.first(where: { $0.family == job.family }) else { return shown(url) }
    url = url.settingQueryItem("provider", job.family.name.lowercased())
    for field in form.fields {
      guard let parameter = field.parameter, let value = field.field.value(of: job) else { continue }
      url = url.settingQueryItem(parameter, String(value.prefix(255)))
    }
    return shown(url)
  }

  /// An address of which every part that is not ours was percent-encoded.
  private func shown(_ url: HTTPURL) -> Message { Message(Neutralized(url.description, limit: .max)) }
}
