import BrokerCore

/// What people change at Google Cloud (cloud.google.com, IAM and metadata server).
enum GoogleGuide {
  static let impersonationReference: Message =
    "https://docs.cloud.google.com/iam/docs/create-short-lived-credentials-direct"

  /// The role that makes identity tokens and nothing else.
  private static let role: Message = "roles/iam.serviceAccountOpenIdTokenCreator"

  private static func granting(_ account: Message, to member: Message) -> Snippet {
    Snippet(
      "a shell of somebody who may change the service account",
      [
        "gcloud iam service-accounts add-iam-policy-binding \\", "  \(account) \\",
        "  --role=\(role) \\", "  --member=serviceAccount:\(member)",
      ])
  }

  /// Cloud Build answers 404 (kubernetes/k8s.io#9953).
  static let roleMissing = Cause(
    "google-role-missing", .certain,
    "Cloud Build gives identity tokens only to a service account that may make them for itself, and answers 404 to others.",
    fixes: [
      "Give the build's service account the role \(role) on itself.",
      "Or have the build act for another service account (providers.google.impersonate), on which its own has that role.",
    ], snippet: granting("BUILD-ACCOUNT", to: "BUILD-ACCOUNT"))

  static let accountMissing = Cause(
    "google-account-missing", .likely,
    "The machine has no service account, so that its metadata server has no identity to give.",
    fixes: [
      "Attach a service account: to the instance, the Cloud Run job or the build; on GKE, switch Workload Identity Federation on and give "
        + "the pod a Kubernetes service account that is bound to one."
    ])

  static let accountRefused = Cause(
    "google-account-refused", .likely,
    "The metadata server may not give this job the service account's identity: on GKE, the pod's Kubernetes service account is not "
      + "allowed to act for the one that it is annotated with.",
    fixes: [
      "Give the Kubernetes service account the role roles/iam.workloadIdentityUser and \(role) on the Google service account."
    ])

  static let unreachable = Cause(
    "metadata-unreachable", .likely, "Nothing answers where Google's metadata server would be (169.254.169.254).",
    fixes: [
      "Let the job reach 169.254.169.254: firewalls, container networks and metadata concealment stand in between.",
      "If the job does not run on Google Cloud, unset the variables that say so (BUILDER_OUTPUT, GCE_METADATA_HOST), or set "
        + "NO_GCE_CHECK=true.",
    ])

  static let foreignServer = Cause(
    "metadata-foreign", .certain,
    "A server that is not Google's stands where the metadata server would be, or a variable names one: what it says was not believed.",
    fixes: [
      "Unset GCE_METADATA_HOST and GCE_METADATA_IP if they are set.",
      "On a machine of another maker or behind a captive portal, set NO_GCE_CHECK=true.",
    ])

  static func impersonationDenied(_ account: GoogleAccount?) -> Cause {
    let shown: Message = account.map { "\(Neutralized($0.address, limit: 254))" } ?? "the service account"
    return Cause(
      "google-impersonation-denied", .certain,
      "The machine's service account may not make identity tokens for \(shown), or there is no such account: IAM does not say which.",
      fixes: [
        "Give the machine's service account the role \(role) on \(shown).",
        "Check the address, for example in the project's list of service accounts.",
      ], snippet: granting(account == nil ? "ACCOUNT" : shown, to: "MACHINE-ACCOUNT"))
  }

  static func accountUnknown(_ account: GoogleAccount) -> Cause {
    Cause(
      "google-account-unknown", .certain, "There is no service account \(Neutralized(account.address, limit: 254)).",
      fixes: ["Correct the address in \(account.source), or make the account."])
  }

  static let interfaceDisabled = Cause(
    "google-api-disabled", .certain,
    "The IAM Service Account Credentials API is switched off in the project that the machine's service account is in.",
    fixes: ["Switch it on for that project."],
    snippet: Snippet(
      "a shell of somebody who may change the project", ["gcloud services enable iamcredentials.googleapis.com"]))

  static let scopeMissing = Cause(
    "google-scope-missing", .certain,
    "The machine's access scopes leave the scope cloud-platform out, so that its access token is worth nothing to IAM.",
    fixes: ["Stop the instance, set its access scopes to cloud-platform, and start it again."])

  // MARK: Logs

  /// What publishing clients print (`id`, `_internal/oidc/ambient.py`).
  static func causes(in log: String) -> [Cause] {
    let signs = [
      "GCP: OIDC token request failed (code=404", "GCP: OIDC token request failed (code=403",
      "GCP: access token request failed", "GCP: OIDC token request timed out", "GCP: access token request timed out",
    ]
    let found = TextSearch(signs).found(in: LogText(log.utf8))
    return switch signs.first(where: { found[$0] != nil }) {
    case signs[0]: [roleMissing.with(.likely), accountMissing.with(.possible)]
    case signs[1]: [impersonationDenied(nil).with(.likely), accountRefused.with(.possible)]
    case signs[2]: [accountMissing]
    case signs[3], signs[4]: [unreachable]
    default: []
    }
  }
}
