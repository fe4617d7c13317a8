public import BrokerSandbox

extension SandboxProvider {
  /// Our own CI, as its manual describes it.
  public static let ownCI = SandboxProvider(
    "own-ci", title: "Our own CI", issuer: "https://ci.example.com", clueVariable: "OWN_CI",
    foreignVariables: ["OWN_CI", "OWN_CI_TOKEN"],
    stepFiles: ["OWN_CI_OUTPUTS": "outputs", "OWN_CI_SUMMARY": "summary"], isAsked: false, tokenLifetime: 600,
    claims: [("sub", "job:sample"), ("project", "sample"), ("ref", "refs/heads/main")],
    publisher: ("", "sample", "build"),
    claimsOfPublisher: { [SandboxClaim("project", $0.repository), SandboxClaim("sub", "job:\($0.repository)")] },
    makeEndpoint: OwnCIVariables.init)
}

/// The variables of a job; nobody is asked.
struct OwnCIVariables: SandboxEndpoint {
  func variables(of job: SandboxJob) -> [String: String] {
    ["OWN_CI": "true", "OWN_CI_TOKEN": job.identityToken(for: job.audiences.first ?? "")]
  }

  func respond(to request: ServerRequest, of job: SandboxJob, audience: String?) -> ServerResponse {
    .json(404, .object([("error", "not found")]))
  }
}
