import BrokerCore

/// Why PyPI refuses a job whatever publisher is registered, and why one is hard to register (Warehouse,
/// oidc/models/github.py and gitlab.py).
struct JobReview {
  let forms: PublisherForms
  let job: JobIdentity

  private var registry: String { forms.registry }

  var causes: [Cause] {
    switch job.family {
    case PublisherFamily.gitHub: [pullRequestTarget, reusableWorkflow, issuer].compactMap { $0 }
    case PublisherFamily.gitLab: [pipelineFile, customisedSubject, issuer].compactMap { $0 }
    case PublisherFamily.google: [accountUnnamed, issuer].compactMap { $0 }
    default: []
    }
  }

  /// Possible only: the registry's administrators may have registered the issuer for an organisation.
  private var issuer: Cause? { forms.unknownIssuer(of: job)?.with(.possible) }

  // MARK: Google

  private var accountUnnamed: Cause? {
    guard job.fields[.serviceAccount] == nil, !job.unknown.contains(.serviceAccount) else { return nil }
    return RefusalReading(job, forms: forms).cause(RefusalTable.accountUnnamed)
  }

  // MARK: GitHub

  private var pullRequestTarget: Cause? {
    job.event == "pull_request_target"
      ? RefusalReading(job, forms: forms).cause(RefusalTable.pullRequestTarget) : nil
  }

  private var reusableWorkflow: Cause? {
    let compared = PublisherForms.comparedFile
    // Where the started file is compared, a reusable workflow makes no difference.
    guard compared.file == .defining, let file = job.jobWorkflow, let owner = job.owner,
      let repository = job.repository
    else { return nil }
    let path = String(file.prefix { $0 != "@" })
    let name = path.lastPathPart ?? path
    guard name.hasSuffix(".yml") || name.hasSuffix(".yaml") else {
      return Cause(
        "workflow-file-name", .certain,
        "The job's file is \(Neutralized.quoted(path)), which does not end in .yml or .yaml; \(Neutralized(registry)) cannot match it.",
        fixes: ["Define the publishing job in a file of .github/workflows that ends in .yml."])
    }
    let called = Neutralized.quoted(path)
    guard path.lowercased().hasPrefix("\(owner)/\(repository)/".lowercased()) else {
      return Cause(
        "reusable-workflow", .certain,
        "The job is defined in the reusable workflow \(called) of another repository; \(Neutralized(registry)) compares "
          + "\(compared.words), and takes it from the job's own repository alone.",
        fixes: [
          "Keep the publishing job in a workflow of \(Neutralized("\(owner)/\(repository)", limit: 128)) "
            + "itself; the reusable workflow may build, and pass its files on as artifacts.",
          "Register the publisher with the file of the repository's own workflow.",
        ]
        // A file of the same name is found, and refused afterwards.
      ).explaining(name == job.workflow.map(Self.name) ? nil : .file)
    }
    guard let caller = job.workflow, path != "\(owner)/\(repository)/\(caller)" else {
      return nil
    }
    let shown = (called: DeceptiveText.marked(name), caller: DeceptiveText.marked(Self.name(caller)))
    return Cause(
      "reusable-workflow-called", .likely,
      "The job is defined in \(called), which \(Neutralized.quoted(caller)) calls: \(Neutralized(registry)) compares "
        + "\(compared.words).",
      fixes: [
        "Register the publisher at \(Neutralized(registry)) with the workflow name \(shown.called), not the caller's, "
          + "\(shown.caller).",
        "Define the publishing job in \(shown.caller) itself.",
      ], fields: [Cause.Field("Workflow name", name)], address: forms.address(job, project: nil)
    ).explaining(.file)
  }

  private static func name(_ path: String) -> String { path.lastPathPart ?? path }

  // MARK: GitLab

  private var pipelineFile: Cause? {
    if job.jobWorkflow == nil, job.subject != nil, job.sha != nil {
      return RefusalReading(job, forms: forms).cause(RefusalTable.pipelineFileMissing).with(.likely).explaining(.file)
    }
    guard let reference = job.jobWorkflow, let owner = job.owner, let repository = job.repository else { return nil }
    guard let host = job.issuer?.firstRange(of: "://").map({ job.issuer?[$0.upperBound...] ?? "" }) else { return nil }
    let project = "\(host)/\(owner)/\(repository)//"
    guard !reference.lowercased().hasPrefix(project.lowercased()) else { return nil }
    return Cause(
      "pipeline-file-elsewhere", .certain,
      "The pipeline's top-level file is \(Neutralized.quoted(reference)), in another place than the project; \(Neutralized(registry)) "
        + "matches files of the project alone.",
      fixes: [
        "Set the project's CI/CD configuration file (Settings, CI/CD, General pipelines) to a file of its own, and include "
          + "the shared one from there."
      ]
    ).explaining(.file)
  }

  private var customisedSubject: Cause? {
    guard job.subject == .customised else { return nil }
    return Cause(
      "subject-customised", .certain,
      "The subject (sub) of the project's identity tokens is customised and does not begin with project_path and the "
        + "project's own path, which \(Neutralized(registry)) requires.",
      fixes: ["Set the project's ci_id_token_sub_claim_components back to begin with project_path (projects API)."])
  }
}
