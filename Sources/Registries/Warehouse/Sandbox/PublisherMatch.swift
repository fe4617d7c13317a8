import BrokerCore
import BrokerSandbox

/// Finds the publisher for a token's claims, in the order and with the texts of PyPI (Warehouse, oidc/models).
struct PublisherMatch {
  let publishers: [SandboxPublisher]
  let claims: Claims

  func find(_ provider: SandboxProvider) throws(MintRefusal) -> SandboxPublisher {
    switch provider.name {
    case PublisherName.github: try findGitHub()
    case PublisherName.gitlab: try findGitLab()
    case PublisherName.google: try findGoogle()
    default: throw MintRefusal("invalid-payload", "unknown trusted publishing issuer")
    }
  }

  private func required(_ name: String) throws(MintRefusal) -> String {
    guard let value = claims[name] else { throw .noPublisher("Missing claim '\(name)'") }
    return value
  }

  private static let notFound = "Publisher with matching claims was not found"

  /// The candidate that names the claim's environment, else the one that names none.
  private func choose(
    _ candidates: [SandboxPublisher], sameEnvironment: (String, String) -> Bool
  ) throws(MintRefusal) -> SandboxPublisher {
    let environment = claims["environment"] ?? ""
    let exact = candidates.first { candidate in
      candidate.environment.map { !environment.isEmpty && sameEnvironment($0, environment) } ?? false
    }
    guard let publisher = exact ?? candidates.first(where: { $0.environment == nil }) else {
      throw .noPublisher(Self.notFound)
    }
    return publisher
  }

  // MARK: GitHub

  private func findGitHub() throws(MintRefusal) -> SandboxPublisher {
    let repository = try required("repository")
    let owner = try required("repository_owner")
    let ownerID = try required("repository_owner_id")
    let jobWorkflow = try required("job_workflow_ref")
    guard let file = Self.workflowFile(jobWorkflow) else {
      throw .noPublisher("Could not job extract workflow filename from OIDC claims")
    }
    let name = repository.lastPathPart ?? ""
    let candidates = publishers.filter {
      $0.provider.name == PublisherName.github && $0.owner == owner && $0.ownerID == ownerID && $0.repository == name
        && $0.workflow == file
    }
    let publisher = try choose(candidates) { $0.lowercased() == $1.lowercased() }
    _ = try required("jti")
    let base = "\(publisher.owner)/\(publisher.repository)/.github/workflows/\(publisher.workflow)"
    try checkReference("job_workflow_ref", base: base, names: ["ref", "sha"])
    if claims["event_name"] == "pull_request_target" {
      throw .noPublisher("Publishing from a workflow invoked via 'pull_request_target' is not supported.")
    }
    return publisher
  }

  /// `release.yml` of `octo-org/sample/.github/workflows/release.yml@refs/heads/main`.
  private static func workflowFile(_ reference: String) -> String? {
    let path = reference.prefix { $0 != "@" }
    guard reference.contains("@"), let file = path.lastPathPart,
      file.hasSuffix(".yml") || file.hasSuffix(".yaml")
    else { return nil }
    return file
  }

  // MARK: GitLab

  private func findGitLab() throws(MintRefusal) -> SandboxPublisher {
    let project = try required("project_path")
    let configuration = try required("ci_config_ref_uri")
    guard let separator = configuration.firstRange(of: "//") else {
      throw .noPublisher("Could not extract workflow filename from OIDC claims")
    }
    let file = configuration[separator.upperBound...].prefix { $0 != "@" }
    let candidates = publishers.filter {
      $0.provider.name == PublisherName.gitlab && "\($0.owner)/\($0.repository)".lowercased() == project.lowercased()
        && $0.workflow == file
    }
    let publisher = try choose(candidates, sameEnvironment: ==)
    let subject = try required("sub")
    guard subject.lowercased().hasPrefix("project_path:\(publisher.owner)/\(publisher.repository):".lowercased()) else {
      throw .noPublisher("Check failed for required claim 'sub'")
    }
    _ = try required("jti")
    let base = "gitlab.com/\(publisher.owner)/\(publisher.repository)//\(publisher.workflow)"
    try checkReference("ci_config_ref_uri", base: base, names: ["ref_path", "sha"])
    return publisher
  }

  // MARK: Google

  private func findGoogle() throws(MintRefusal) -> SandboxPublisher {
    let address = try required("email")
    _ = try required("email_verified")
    let candidates = publishers.filter { $0.provider.name == PublisherName.google && $0.account == address }
    let exact = candidates.first { $0.accountID != nil && $0.accountID == claims["sub"] }
    guard let publisher = exact ?? candidates.first(where: { $0.accountID == nil }) else {
      throw .noPublisher(Self.notFound)
    }
    guard case .boolean(true)? = claims.object["email_verified"]?.value else {
      throw .noPublisher("Check failed for required claim 'email_verified'")
    }
    return publisher
  }

  // MARK: Both

  /// The claim has to be the publisher's file at the token's ref or commit.
  private func checkReference(_ name: String, base: String, names: [String]) throws(MintRefusal) {
    let reference = claims[name] ?? ""
    guard !reference.isEmpty else { throw .noPublisher("The \(name) claim is empty") }
    let versions = names.compactMap { claims[$0] }.filter { !$0.isEmpty }
    guard !versions.isEmpty else {
      throw .noPublisher("The \(names.joined(separator: " and ")) claims are empty")
    }
    let expected = versions.map { "\(base)@\($0)" }
    guard expected.contains(reference) else {
      let list = expected.sorted().map { "'\($0)'" }.joined(separator: ", ")
      throw .noPublisher("The \(name) claim does not match, expecting one of [\(list)], got '\(reference)'")
    }
  }
}

/// The names of the publishers that PyPI knows, as its answers give them.
enum PublisherName {
  static let github = "github"
  static let gitlab = "gitlab"
  static let google = "google"
}
