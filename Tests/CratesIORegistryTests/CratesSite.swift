import BrokerCore
import CratesIOSandbox
import GitHubSandbox
import GitLabSandbox

@testable import BrokerSandbox
@testable import CratesIOSandbox

/// The played side of crates.io with some publishers and a clock, asked without connections.
struct CratesSite {
  let sandbox: Sandbox
  let now: UnixTime

  static let publishers = [
    SandboxPublisher(.github, owner: "octo-org", repository: "sample", workflow: "release.yml", projects: ["alpha"]),
    SandboxPublisher(.github, owner: "octo-org", repository: "sample", workflow: "release.yml", projects: ["beta_two"]),
    SandboxPublisher(
      .github, owner: "octo-org", repository: "guarded", workflow: "release.yml", environment: "Release",
      projects: ["gamma"]),
    SandboxPublisher(
      .gitlab, owner: "octo-group/sub", repository: "sample", workflow: ".gitlab-ci.yml", projects: ["delta"]),
    SandboxPublisher(
      .gitlab, owner: "octo-group/sub", repository: "guarded", workflow: "ci/publish.yml", environment: "release",
      projects: ["epsilon"]),
  ]

  init(_ switches: Set<SandboxSwitch> = [], now: UnixTime = UnixTime(1_795_471_556)) throws {
    self.now = now
    var configuration = SandboxConfiguration(
      SandboxCatalog(providers: [.github, .gitlab], registries: [.cratesIO]), now: { now })
    configuration.publishers = Self.publishers
    configuration.projects = ["omega"]
    configuration.switches = switches
    sandbox = try Sandbox(configuration)
  }

  var origin: Origin { sandbox.origin(of: "crates-io") ?? .loopback(port: 1) }

  func github(_ repository: String = "octo-org/sample", _ claims: SandboxClaim...) -> String {
    let file = "\(repository)/.github/workflows/release.yml@refs/tags/v1"
    let usual = [
      SandboxClaim("repository", repository), SandboxClaim("workflow_ref", file),
      // A reusable workflow of somebody else's: crates.io looks at the calling one.
      SandboxClaim("job_workflow_ref", "shared/flows/.github/workflows/publish.yml@refs/heads/main"),
    ]
    return sandbox.issueIdentityToken(for: .github, audience: "crates.io", claims: usual + claims)
  }

  func gitlab(_ project: String = "octo-group/sub/sample", _ claims: SandboxClaim...) -> String {
    let usual = [
      SandboxClaim("project_path", project), SandboxClaim("namespace_id", "1000"),
      SandboxClaim("ci_config_ref_uri", "gitlab.com/\(project)//.gitlab-ci.yml@refs/heads/main"),
    ]
    return sandbox.issueIdentityToken(for: .gitlab, audience: "crates.io", claims: usual + claims)
  }

  func send(
    _ method: String, _ path: String, _ fields: [(String, String)] = [], agent: String? = "sample/1.0",
    body: [UInt8] = []
  ) -> (status: Int, text: String) {
    let request = ServerRequest(
      method: method, target: path,
      fields: (agent.map { [("User-Agent", $0)] } ?? []) + [("Host", origin.authority.description)] + fields, body: body
    )
    guard let answer = sandbox.answer(to: request, at: origin) else { return (0, "") }
    return (answer.status, String(decoding: answer.body, as: UTF8.self))
  }

  func exchange(
    _ body: String, type: String = "application/json", agent: String? = "sample/1.0"
  ) -> (status: Int, text: String) {
    let (status, text) = send(
      "POST", "/api/v1/trusted_publishing/tokens", [("Content-Type", type)], agent: agent, body: Array(body.utf8))
    let object = (try? JSONReader().read(Array(text.utf8)))?.object
    return (
      status, object?["errors"]?.array?.first?.object?["detail"]?.string ?? object?["token"]?.string ?? text
    )
  }

  /// The API token that an identity token brings.
  func credential(for token: String) -> String? {
    let (status, text) = exchange("{\"jwt\":\"\(token)\"}")
    return status == 200 ? text : nil
  }

  /// Publishes a crate as cargo does; the answer's status and its text.
  func publish(_ name: String, _ version: String = "1.0.0", with token: String?, isBearer: Bool = false) -> String {
    let metadata = Array(
      #"{"name":"\#(name)","vers":"\#(version)","deps":[],"features":{},"description":"x","license":"MIT","links":null}"#
        .utf8)
    let file = Array("\(name) \(version)".utf8)
    func length(_ count: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }
    let (status, text) = send(
      "PUT", "/api/v1/crates/new", token.map { [("Authorization", isBearer ? "Bearer \($0)" : $0)] } ?? [],
      body: length(metadata.count) + metadata + length(file.count) + file)
    let detail = (try? JSONReader().read(Array(text.utf8)))?.object?["errors"]?.array?.first?.object?["detail"]?.string
    return "\(status) \(detail ?? "")"
  }
}
