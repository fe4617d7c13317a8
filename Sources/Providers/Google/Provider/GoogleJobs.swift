public import BrokerCore

extension IssuerFamily {
  /// Google's service accounts.
  public static let google = IssuerFamily("Google")
}

extension JobKind {
  /// The jobs of Google Cloud, of which the identity says the service account alone.
  public static let google = JobKind(
    .google, fields: [.serviceAccount, .serviceAccountID], workflowFile: "cloudbuild", workflowEnding: ".yaml",
    claims: ["service-account": "email", "service-account-id": "sub", "issuer": "iss"])
}
