public import BrokerSandbox

extension SandboxProvider {
  /// Google Cloud: a step of Cloud Build, and the metadata server that it asks (cloud.google.com, "Verify VM identity").
  public static let google = SandboxProvider(
    "google", title: "Google Cloud", issuer: "https://accounts.google.com", clueVariable: "BUILDER_OUTPUT",
    foreignVariables: [
      "BUILDER_OUTPUT", "CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION", "GCE_METADATA_HOST", "GCE_METADATA_ROOT",
      "GCE_METADATA_IP", "NO_GCE_CHECK", "GOOGLE_SERVICE_ACCOUNT_NAME",
    ],
    isAsked: true, tokenLifetime: 3600,
    claims: [("azp", identifier), ("sub", identifier), ("email", account)],
    otherClaims: [
      SandboxClaim("email_verified", true), SandboxClaim("jti", nil as String?), SandboxClaim("nbf", nil as String?),
    ],
    account: (account, identifier),
    claimsOfPublisher: { publisher in
      [SandboxClaim("email", publisher.account)]
        + (publisher.accountID.map { [SandboxClaim("sub", $0), SandboxClaim("azp", $0)] } ?? [])
    }, makeEndpoint: GoogleMetadataEndpoint.init)

  private static let account = "release@octo-project.iam.gserviceaccount.com"
  private static let identifier = "104000000000000000001"
}
