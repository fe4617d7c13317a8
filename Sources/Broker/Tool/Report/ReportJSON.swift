import BrokerCore

/// A report for machines, version 1 (docs/report.md).
struct ReportJSON: Sendable {
  /// The whole text, with a line end.
  let text: String

  init(_ report: RunReport) {
    let value = JSONText.Value.object([
      ("version", 1), ("command", .string(report.command)), ("result", .string(report.hasFailed ? "failed" : "passed")),
      ("status", .integer(Int64(report.status))), ("provider", Self.text(report.provider)),
      ("rehearsal", .boolean(report.isRehearsal)),
      ("sections", .array(report.sections.map { Self.section($0, report) })),
      ("not-reached", .array(report.notReached.map { Self.text($0) })),
      ("nothing-published", report.isNothingPublished.map { .boolean($0) } ?? .null),
    ])
    text = JSONText.pretty(value) + "\n"
  }

  private static func section(_ section: RunReport.Section, _ report: RunReport) -> JSONText.Value {
    .object([
      ("registry", text(section.registry)), ("job", section.evidence.job.map(job) ?? .null),
      ("checks", .array(section.items.map(item))),
      ("files", .array((section.files?.files ?? []).map(file))),
      ("releases", .array((section.files?.pages ?? []).map { .string($0) })),
      ("expires", section.evidence.expires.map { .integer($0.seconds) } ?? .null),
      ("burned", .boolean(section.registry.flatMap { report.credentials[$0] }?.areBurned == true)),
      ("credential", section.evidence.credential.map(credential) ?? .null),
      ("audit", .array(section.evidence.audited.map(error))), ("error", section.error.map(error) ?? .null),
    ])
  }

  private static func file(_ file: PublishedFile) -> JSONText.Value {
    .object([
      ("file", text(file.filename)), ("project", text(file.name?.project)), ("version", text(file.name?.version)),
      ("sha256", text(file.sha256)), ("state", .string(file.state.rawValue)), ("proof", text(file.proof?.rawValue)),
    ])
  }

  private static func job(_ job: JobIdentity) -> JSONText.Value {
    .object([
      ("provider", .string(job.family.name)), ("issuer", text(job.issuer)), ("owner", text(job.owner)),
      ("owner-id", text(job.ownerID)), ("repository", text(job.repository)),
      ("repository-id", text(job.repositoryID)), ("workflow", text(job.workflow)),
      ("job-workflow", text(job.jobWorkflow)), ("ref", text(job.ref)), ("ref-type", text(job.refType)),
      ("ref-protected", job.refProtected.map { .boolean($0) } ?? .null), ("sha", text(job.sha)),
      ("environment", text(job.environment)), ("event", text(job.event)), ("runner", text(job.runner)),
      ("runner-id", text(job.runnerID)),
      ("visibility", text(job.visibility)),
    ])
  }

  private static func credential(_ form: CredentialForm) -> JSONText.Value {
    var projects: [String]?
    if case .named(let names) = form.reach?.projects { projects = names }
    return .object([
      ("form", .string(form.isNarrowed ? "narrowed" : "as-minted")),
      ("projects", projects.map { .array($0.map { text($0) }) } ?? .null), ("reason", text(form.reason?.text)),
    ])
  }

  private static func item(_ item: CheckItem) -> JSONText.Value {
    .object([
      ("name", .string(item.name.text)), ("outcome", .string(item.outcome.rawValue)),
      ("sentence", .string(item.sentence.text)),
      ("causes", .array(item.causes.map(cause))),
    ])
  }

  private static func error(_ error: BrokerError) -> JSONText.Value {
    .object([
      ("code", .string(error.code.name)), ("status", .integer(Int64(error.status.rawValue))),
      ("message", .string(error.message.text)), ("remedy", text(error.remedy?.text)),
      ("reference", text(error.reference?.text)),
      (
        "facts",
        .array(error.facts.map { .object([("label", .string($0.label.text)), ("value", .string($0.value.text))]) })
      ),
      (
        "refusal",
        error.refusal.map { refusal in
          .object([
            ("status", .integer(Int64(refusal.status))), ("code", text(refusal.code)), ("text", .string(refusal.text)),
          ])
        } ?? .null
      ),
      ("causes", .array(error.causes.map(cause))),
    ])
  }

  private static func cause(_ cause: Cause) -> JSONText.Value {
    .object([
      ("code", .string(cause.code.text)), ("certainty", .string(cause.certainty.name)),
      ("summary", .string(cause.summary.text)),
      ("fixes", .array(cause.fixes.map { .string($0.text) })),
      (
        "fields",
        .array(
          cause.fields.map { field in
            .object([
              ("label", .string(field.label.text)), ("value", text(field.value?.text)),
              ("expected", text(field.expected?.text)),
            ])
          })
      ),
      ("address", text(cause.address?.text)),
      (
        "snippet",
        cause.snippet.map { snippet in
          .object([("place", .string(snippet.place.text)), ("lines", .array(snippet.lines.map { .string($0.text) }))])
        } ?? .null
      ),
    ])
  }

  private static func text(_ text: String?) -> JSONText.Value {
    text.map { .string(Neutralized($0, limit: 2048).text) } ?? .null
  }
}
