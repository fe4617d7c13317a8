public import BrokerCore

extension IssuerFamily {
  /// GitLab CI.
  public static let gitLab = IssuerFamily("GitLab")
}

extension JobKind {
  /// The jobs of GitLab CI.
  ///
  /// The events are those of `CI_PIPELINE_SOURCE` (docs.gitlab.com, "Predefined CI/CD variables reference").
  public static let gitLab = JobKind(
    .gitLab, fields: [.namespace, .project, .pipelineFile],
    events: [
      "api", "chat", "container_registry_push", "duo_workflow", "external", "external_pull_request_event",
      "merge_request_event", "ondemand_dast_scan", "ondemand_dast_validation", "parent_pipeline", "pipeline",
      "pipeline_execution_policy_schedule", "push", "schedule", "security_orchestration_policy", "trigger", "web",
      "webide",
    ],
    workflowFile: ".gitlab-ci",
    claims: [
      "ref": "ref_path", "ref-type": "ref_type", "ref-protected": "ref_protected", "environment": "environment",
      "event": "pipeline_source", "owner": "project_path", "owner-id": "namespace_id", "repository": "project_path",
      "repository-id": "project_id", "workflow": "ci_config_ref_uri", "job-workflow": "ci_config_ref_uri",
      "runner": "runner_environment", "runner-id": "runner_id", "visibility": "project_visibility", "issuer": "iss",
    ])
}
