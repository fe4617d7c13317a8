import BrokerCore
import GitHubSandbox
import GitLabSandbox
import GoogleSandbox
import Synchronization

@testable import BrokerSandbox
@testable import WarehouseSandbox

/// A sandbox with one index, the publishers of the server that was observed, and a clock that a test moves.
final class Site: Sendable {
  private final class Clock: Sendable {
    let now = Mutex(UnixTime(1_795_471_556))
  }

  let sandbox: Sandbox
  private let clock = Clock()

  private static let catalog = SandboxCatalog(providers: [.github, .gitlab, .google], registries: [.pypi])

  static let publishers = [
    SandboxPublisher(
      .github, owner: "octo-org", repository: "sample", workflow: "release.yml", projects: ["rig-github"]),
    SandboxPublisher(
      .github, owner: "octo-org", repository: "sample-env", workflow: "release.yml", environment: "pypi",
      projects: ["rig-env"]),
    SandboxPublisher(
      .github, owner: "octo-org", repository: "two", workflow: "release.yml", projects: ["rig-one", "rig-two"]),
    SandboxPublisher(
      .gitlab, owner: "octo-group/sub", repository: "sample", workflow: ".gitlab-ci.yml", projects: ["rig-gitlab"]),
    SandboxPublisher(
      .gitlab, owner: "octo-group/sub", repository: "sample-env", workflow: ".gitlab-ci.yml", environment: "pypi",
      projects: ["rig-gitlab-env"]),
    account("publisher@octo-project.iam.gserviceaccount.com", project: "rig-google"),
    account("pinned@octo-project.iam.gserviceaccount.com", "104", project: "rig-pinned"),
    SandboxPublisher(
      .github, owner: "octo-org", repository: "more", workflow: "release.yml", projects: ["rig-first"]),
    SandboxPublisher(
      .github, owner: "octo-org", repository: "more", workflow: "release.yml", projects: ["rig-second"]),
    pending("more", project: "rig-third"),
    pending("new-github", project: "rig-new"), pending("new-exists", project: "rig-github"),
    pending("new-similar", project: "rlg-glthub"), pending("new-stdlib", project: "asyncio"),
    SandboxPublisher(
      .gitlab, owner: "octo-group/sub", repository: "new-gitlab", workflow: ".gitlab-ci.yml",
      projects: ["rig-new-gitlab"], isPending: true),
  ]

  private static func account(_ address: String, _ identifier: String? = nil, project: String) -> SandboxPublisher {
    var publisher = SandboxPublisher(.google, account: address, accountID: identifier)
    publisher.projects = [project]
    return publisher
  }

  private static func pending(_ repository: String, project: String) -> SandboxPublisher {
    SandboxPublisher(
      .github, owner: "octo-org", repository: repository, workflow: "release.yml", projects: [project], isPending: true)
  }

  init(_ switches: Set<SandboxSwitch> = [], faults: [String] = [], isBehindNetwork: Bool = false) throws {
    var configuration = SandboxConfiguration(Self.catalog, now: { [clock] in clock.now.withLock { $0 } })
    configuration.registries = [.pypi]
    configuration.publishers = Self.publishers
    configuration.switches = switches
    configuration.isBehindNetwork = isBehindNetwork
    configuration.faults = try faults.map { try SandboxFault(parsing: $0, steps: Self.catalog.steps) }
    sandbox = try Sandbox(configuration)
    sandbox.start()
  }

  deinit { sandbox.stop() }

  var now: UnixTime { clock.now.withLock { $0 } }

  func pass(_ seconds: Int64) { clock.now.withLock { $0 = $0.advanced(by: seconds) } }

  /// A connection to the index.
  func connect() -> RawClient? { sandbox.origin(of: "pypi").flatMap { RawClient($0) } }

  // MARK: Identity tokens

  /// A job of a GitHub repository.
  func github(_ repository: String = "octo-org/sample", _ claims: SandboxClaim...) -> String {
    let file = "\(repository)/.github/workflows/release.yml@refs/heads/main"
    let usual = [
      SandboxClaim("repository", repository), SandboxClaim("job_workflow_ref", file),
      SandboxClaim("workflow_ref", file),
    ]
    return sandbox.issueIdentityToken(for: .github, audience: "pypi", claims: usual + claims)
  }

  /// A job of a GitLab project.
  func gitlab(_ project: String = "octo-group/sub/sample", _ claims: SandboxClaim...) -> String {
    let usual = [
      SandboxClaim("project_path", project),
      SandboxClaim("ci_config_ref_uri", "gitlab.com/\(project)//.gitlab-ci.yml@refs/heads/main"),
      SandboxClaim("sub", "project_path:\(project):ref_type:branch:ref:main"),
    ]
    return sandbox.issueIdentityToken(for: .gitlab, audience: "pypi", claims: usual + claims)
  }

  /// A job that acts for a service account of Google's.
  func google(_ name: String, _ claims: SandboxClaim...) -> String {
    sandbox.issueIdentityToken(
      for: .google, audience: "pypi",
      claims: [SandboxClaim("email", "\(name)@octo-project.iam.gserviceaccount.com")] + claims)
  }

  // MARK: Requests

  func mint(_ token: String, path: String = "/_/oidc/mint-token") -> RawClient.Answer? {
    post(path, "{\"token\":\"\(token)\"}")
  }

  func post(_ path: String, _ body: String) -> RawClient.Answer? {
    connect()?.request("POST", path, ["Content-Type: application/json"], body: Array(body.utf8))
  }

  func get(_ path: String, _ fields: [String] = []) -> RawClient.Answer? { connect()?.request("GET", path, fields) }

  /// The API token that an identity token mints.
  func credential(for token: String) -> String? {
    guard let body = mint(token)?.body, let object = (try? JSONReader().read(Array(body.utf8)))?.object else {
      return nil
    }
    return object["token"]?.string
  }

  /// Uploads a file, of four bytes unless others are given; the digest is the right one unless another is given.
  func upload(
    _ project: String, file: String? = nil, version: String = "1.0", token: String?, user: String = "__token__",
    content: String = "\0\u{1}\r\n", digest: String? = nil, fields: [(String, String)] = [],
    accept: String? = nil
  ) -> RawClient.Answer? {
    let credentials = token.map { "\(user):\($0)" }.map { Array($0.utf8) }.map(Self.base64)
    let digest = digest ?? SHA256.hexadecimal(of: Array(content.utf8))
    let file = file ?? "\(project.replacing("-", with: "_"))-\(version).tar.gz"
    let parts =
      [("name=\"name\"", project), ("name=\"version\"", version), ("name=\"sha256_digest\"", digest)]
      + fields.map { ("name=\"\($0.0)\"", $0.1) } + [("name=\"content\"; filename=\"\(file)\"", content)]
    let body =
      parts.map { "--xyz\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined() + "--xyz--\r\n"
    return connect()?.request(
      "POST", "/legacy/",
      ["Content-Type: multipart/form-data; boundary=xyz"] + (credentials.map { ["Authorization: Basic \($0)"] } ?? [])
        + (accept.map { ["Accept: \($0)"] } ?? []),
      body: Array(body.utf8))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let text = Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    return String(text) + String(repeating: "=", count: (4 - text.count % 4) % 4)
  }
}
