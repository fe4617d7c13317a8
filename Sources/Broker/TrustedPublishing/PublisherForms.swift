import BrokerCore

extension TrustedPublishingIndex {
  /// The fields of PyPI's publisher forms over a job (Warehouse, oidc/forms and oidc/models).
  ///
  /// For GitHub, PyPI compares the file that defines the job (`job_workflow_ref`), by its name alone; for GitLab, the
  /// path of the top-level pipeline file.
  static let publisherRules = PublisherRules(forms: [
    PublisherRules.Form(
      .gitHub,
      fields: [
        PublisherRules.Field("Owner") { $0.owner },
        PublisherRules.Field("Repository name") { $0.repository },
        PublisherRules.Field("Workflow name") { job in fileName(job.jobWorkflow ?? job.workflow) },
        PublisherRules.Field("Environment name") { $0.environment },
      ]),
    PublisherRules.Form(
      .gitLab,
      fields: [
        PublisherRules.Field("Namespace") { $0.owner },
        PublisherRules.Field("Project name") { $0.repository },
        PublisherRules.Field("Top-level pipeline file path") { $0.workflow },
        PublisherRules.Field("Environment name") { $0.environment },
      ]),
  ])

  /// The last part of a path, without the ref behind `@`.
  private static func fileName(_ path: String?) -> String? {
    path?.prefix { $0 != "@" }.split(separator: "/").last.map(String.init)
  }
}
