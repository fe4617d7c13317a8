import BrokerCore

/// The runner's endpoint for identity tokens, and the secret that it asks for.
struct GitHubEndpoint: Sendable {
  static let addressVariable = "ACTIONS_ID_TOKEN_REQUEST_URL"
  static let secretVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
  static let reference: Message =
    "https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect"

  let url: HTTPURL
  let secret: Secret

  /// Variables that the runner sets for every job or for those that may ask, and nobody else (docs.github.com, "Variables
  /// reference").
  static let variables = [
    addressVariable, secretVariable, "GITHUB_RUN_ID", "GITHUB_WORKFLOW_REF", "GITHUB_JOB", "GITHUB_EVENT_PATH",
    "RUNNER_NAME",
  ]

  /// Reads the two variables; where they are missing, the workflow of the checkout says more.
  init(in environment: Environment, files: any FileReading = NoFiles()) throws(BrokerError) {
    let address = environment.nonEmpty(Self.addressVariable)
    let secret = environment.nonEmpty(Self.secretVariable)
    guard let address, let secret else {
      throw Self.missing(hasAddress: address != nil, hasSecret: secret != nil, in: environment, files)
    }
    do { url = try HTTPURL(address) } catch {
      throw BrokerError(
        .identityPermission,
        "\(Neutralized(Self.addressVariable)) is not an address that can be used: \(error.reason).",
        remedy: "Leave the variable as the runner sets it.", reference: Self.reference)
    }
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw BrokerError(
        .identityPermission, "\(Neutralized(Self.secretVariable)) has characters that no request token has.",
        remedy: "Leave the variable as the runner sets it.", reference: Self.reference)
    }
    self.secret = Secret(secret)
  }

  private static func missing(
    hasAddress: Bool, hasSecret: Bool, in environment: Environment, _ files: any FileReading
  ) -> BrokerError {
    if !hasAddress, !hasSecret {
      if let event = GitHubEvent(in: environment), let head = event.foreignHead {
        return BrokerError(
          .identityFork, "This run is for a pull request from a fork, which gets no identity token from GitHub.",
          remedy: "Publish from a run in the repository itself, for example one started by a tag or a release.",
          reference: reference,
          causes: event.isPrivate
            ? [GitHubGuide.forkPullRequest(from: head).with(.likely), GitHubGuide.permissionMissing.with(.possible)]
            : [GitHubGuide.forkPullRequest(from: head)])
      }
      return BrokerError(
        .identityPermission,
        "The job may not ask for an identity token: \(Neutralized(addressVariable)) and \(Neutralized(secretVariable)) are not set.",
        remedy: "Give the job \"permissions: id-token: write\"; a job's permissions block replaces the workflow's.",
        reference: reference,
        causes: GitHubGuide.noToken(in: environment, files))
    }
    let (missing, present) = hasAddress ? (secretVariable, addressVariable) : (addressVariable, secretVariable)
    return BrokerError(
      .identityPermission, "\(Neutralized(missing)) is not set, although \(Neutralized(present)) is.",
      remedy: "Pass both variables to this step; the runner sets both or neither.", reference: reference,
      causes: [GitHubGuide.variableLost(missing, isEmpty: environment[missing] != nil)])
  }
}
