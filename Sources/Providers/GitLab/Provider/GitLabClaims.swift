import BrokerCore

/// The claims of GitLab's identity tokens (docs.gitlab.com, "OpenID Connect (OIDC) authentication using ID tokens").
enum GitLabClaims {
  static func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: .gitLab)
    job.issuer = claims["iss"]
    let path = claims["project_path"]?.split(separator: "/").map(String.init) ?? []
    job.owner = path.count > 1 ? path.dropLast().joined(separator: "/") : claims["namespace_path"]
    job.ownerID = claims["namespace_id"]
    job.repository = path.last
    job.repositoryID = claims["project_id"]
    job.workflow = claims["ci_config_ref_uri"].flatMap(file)
    job.jobWorkflow = claims["ci_config_ref_uri"]
    job.ref = claims["ref_path"] ?? claims["ref"]
    job.refType = claims["ref_type"]
    job.refProtected = claims["ref_protected"].map { $0 == "true" }
    job.sha = claims["sha"]
    job.environment = claims["environment"]
    job.event = claims["pipeline_source"]
    job.runner = claims["runner_environment"]
    job.runnerID = claims["runner_id"]
    job.visibility = claims["project_visibility"]
    job.subject = claims["sub"].map {
      $0.hasPrefix("project_path:\(claims["project_path"] ?? ""):") ? .usual : .customised
    }
    job.fields[.namespace] = job.owner
    job.fields[.project] = job.repository
    job.fields[.pipelineFile] = job.workflow
    return job
  }

  /// Who claims that a client printed say a job is, if they name a project.
  ///
  /// Clients seldom print the issuer; the pipeline file's address begins with its host.
  static func job(printed: PrintedClaims) -> JobIdentity? {
    let claims = printed.claims
    guard claims["project_path"] != nil || claims["ci_config_ref_uri"] != nil else { return nil }
    var job = job(from: claims)
    if job.issuer == nil, let host = claims["ci_config_ref_uri"]?.split(separator: "/").first {
      job.issuer = "https://\(host)"
    }
    for field in [JobField.namespace, .project, .pipelineFile] where job.fields[field] == nil {
      job.unknown.insert(field)
    }
    if job.environment == nil, !printed.absent.contains("environment") { job.unknown.insert(.environment) }
    if claims["project_path"] == nil { job.subject = nil }
    return job
  }

  /// `.gitlab-ci.yml` of `gitlab.com/group/project//.gitlab-ci.yml@refs/heads/main`.
  private static func file(_ uri: String) -> String? {
    guard let separator = uri.firstRange(of: "//") else { return nil }
    return String(uri[separator.upperBound...].prefix { $0 != "@" })
  }
}
