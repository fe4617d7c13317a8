public import BrokerCore

extension IssuerFamily {
  /// GitHub Actions.
  public static let gitHub = IssuerFamily("GitHub")
}

extension JobKind {
  /// The jobs of GitHub Actions.
  ///
  /// `pull_request_target` and `workflow_run` run in the base repository with its identity, and can run the code of a pull
  /// request (docs.github.com, "Events that trigger workflows", whence the events).
  public static let gitHub = JobKind(
    .gitHub, fields: [.owner, .repository, .workflow, .callingWorkflow],
    events: [
      "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status",
      "discussion", "discussion_comment", "dynamic", "fork", "gollum", "image_version", "issue_comment", "issues",
      "label", "merge_group", "milestone", "page_build", "public", "pull_request", "pull_request_review",
      "pull_request_review_comment", "pull_request_target", "push", "registry_package", "release",
      "repository_dispatch", "schedule", "status", "watch", "workflow_call", "workflow_dispatch", "workflow_run",
    ],
    dangerousEvents: ["pull_request_target", "workflow_run"], workflowFolder: ".github/workflows/",
    claims: [
      "ref": "ref", "ref-type": "ref_type", "ref-protected": "ref_protected", "environment": "environment",
      "event": "event_name", "owner": "repository_owner", "owner-id": "repository_owner_id", "repository": "repository",
      "repository-id": "repository_id", "workflow": "workflow_ref", "job-workflow": "job_workflow_ref",
      "runner": "runner_environment", "visibility": "repository_visibility", "issuer": "iss",
    ])
}
