import BrokerCore

/// The claims of GitHub's identity tokens (docs.github.com, "OpenID Connect reference").
enum GitHubClaims {
  static func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: .gitHub)
    job.issuer = claims["iss"]
    job.owner = claims["repository_owner"]
    job.ownerID = claims["repository_owner_id"]
    job.repository = claims["repository"].map { $0.lastPathPart ?? "" }
    job.repositoryID = claims["repository_id"]
    job.workflow = claims["workflow_ref"].map(path)
    job.jobWorkflow = claims["job_workflow_ref"]
    job.ref = claims["ref"]
    job.refType = claims["ref_type"]
    job.refProtected = claims["ref_protected"].map { $0 == "true" }
    job.sha = claims["sha"]
    job.environment = claims["environment"]
    job.event = claims["event_name"]
    job.runner = claims["runner_environment"]
    job.visibility = claims["repository_visibility"]
    job.subject = claims["sub"].map { subject($0, of: claims["repository"] ?? "") }
    job.fields[.owner] = job.owner
    job.fields[.repository] = job.repository
    // The file that defines the job: a reusable workflow's where the job is one's.
    job.fields[.workflow] = (job.jobWorkflow ?? job.workflow).flatMap(fileName)
    job.fields[.callingWorkflow] = job.workflow.flatMap(fileName)
    return job
  }

  /// Who claims that a client printed say a job is, if they name a repository.
  ///
  /// Clients leave claims out. The subject that GitHub makes by itself holds the repository, and behind it the environment,
  /// or what stands there in jobs without one.
  static func job(printed: PrintedClaims) -> JobIdentity? {
    let claims = printed.claims
    let file = claims["job_workflow_ref"] ?? claims["workflow_ref"]
    guard claims["repository"] != nil || file != nil else { return nil }
    var job = job(from: claims)
    let parts = claims["repository"]?.split(separator: "/").map(String.init) ?? []
    if job.owner == nil, parts.count == 2 { job.owner = parts[0] }
    job.fields[.owner] = job.owner
    if job.fields[.workflow] == nil { job.fields[.workflow] = file.flatMap(fileName) }
    for field in JobKind.gitHub.fields where job.fields[field] == nil { job.unknown.insert(field) }
    if claims["repository"] == nil { job.subject = nil }
    guard job.environment == nil, !printed.absent.contains("environment") else { return job }
    let subject = claims["sub"].flatMap { job.subject == .customised ? nil : $0 }?.split(
      separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    switch subject?.dropFirst(2).first {
    case "environment": job.environment = subject?.last.map(String.init)
    case "ref", "pull_request": break
    default: job.unknown.insert(.environment)
    }
    return job
  }

  /// The last part of a path, without the ref behind `@`.
  private static func fileName(_ path: String) -> String? { withoutRef(path).lastPathPart }

  private static func withoutRef(_ path: String) -> Substring {
    path[..<(path.utf8.firstIndex(of: UInt8(ascii: "@")) ?? path.endIndex)]
  }

  /// What a subject is made of: `repo:OWNER/REPO:`, `repo:OWNER@ID/REPO@ID:`, or what an organisation chose.
  private static func subject(_ text: String, of repository: String) -> JobIdentity.SubjectForm {
    guard text.hasPrefix("repo:") else { return .customised }
    let rest = text.dropFirst(5)
    let name = rest[..<(rest.utf8.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex)]
    if name == repository { return .usual }
    let names = name.split(separator: "/").map { $0.prefix { $0 != "@" } }
    return names.joined(separator: "/") == repository ? .immutable : .customised
  }

  /// `.github/workflows/release.yml` of `OWNER/REPO/.github/workflows/release.yml@REF`.
  private static func path(_ workflowRef: String) -> String {
    let parts = withoutRef(workflowRef).utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2)
    return parts.count == 3 ? String(Substring(parts[2])) : ""
  }
}
