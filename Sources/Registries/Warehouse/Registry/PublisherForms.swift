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
      forms: Self.forms, review: { JobReview(registry: registry, job: $0).causes },
      explain: { RefusalReading(forms: self, refusal: $0, input: $1).causes }, obstacle: obstacle,
      address: { address($0, project: $1) }, recognise: LogRecognition.refusal)
  }

  /// The forms.
  ///
  /// GitHub's publishers name the file that defines the job (`job_workflow_ref`); GitLab's, the top-level pipeline file.
  /// GitHub's environment is compared without regard to case, GitLab's is not.
  static let forms = [
    PublisherRules.Form(
      PublisherFamily.gitHub,
      fields: [
        PublisherRules.Field(.owner, "Owner", parameter: "owner"),
        PublisherRules.Field(.repository, "Repository name", parameter: "repository"),
        PublisherRules.Field(.workflow, "Workflow name", parameter: "workflow_filename"),
        PublisherRules.Field(
          .environment, "Environment name", parameter: "environment", comparison: .ignoringCase),
      ], noted: [("Owner's id (noted by itself)", { $0.ownerID })]),
    PublisherRules.Form(
      PublisherFamily.gitLab,
      fields: [
        PublisherRules.Field(.namespace, "Namespace", parameter: "namespace"),
        PublisherRules.Field(.project, "Project name", parameter: "project"),
        PublisherRules.Field(.pipelineFile, "Top-level pipeline file path", parameter: "workflow_filepath"),
        PublisherRules.Field(.environment, "Environment name", parameter: "environment"),
      ]),
  ]

  /// Why the forms mean somebody else than a job.
  private func obstacle(_ job: JobIdentity) -> Cause? {
    IssuerReading(registry: registry, issuer: job.issuer, family: job.family).obstacle(owner: job.owner)
  }

  /// The address of a form, filled in: the project's own publishers, or the account's pending ones.
  ///
  /// Nil for a job whose issuer the form does not mean: filled in, it would give a stranger the keys.
  func address(_ job: JobIdentity?, project: String?) -> String? {
    guard job.flatMap(obstacle) == nil else { return nil }
    let path =
      project.map { "/manage/project/\(PathSegment.encode($0))/settings/publishing/" }
      ?? "/manage/account/publishing/"
    var url = HTTPURL(site, path: path)
    guard let job, let form = Self.forms.first(where: { $0.family == job.family }) else { return url.description }
    url = url.settingQueryItem("provider", job.family.name.lowercased())
    for field in form.fields {
      guard let parameter = field.parameter, let value = field.field.value(of: job) else { continue }
      url = url.settingQueryItem(parameter, String(value.prefix(255)))
    }
    return url.description
  }
}
