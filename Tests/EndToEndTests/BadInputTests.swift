import BrokerConformance
import BrokerCore
import BrokerSandbox
import BuiltInPlugins
import TestSupport
import Testing

/// What a job may hold instead of what it should: one clear sentence, the documented status, and nothing sent.
struct BadInputTests {
  private func sandbox(
    _ faults: [SandboxFault] = [], claims: [SandboxClaim] = []
  ) throws -> Sandbox {
    try Sandbox.started { ($0.faults, $0.claims) = (faults, claims) }
  }

  private func exchanges(_ sandbox: Sandbox) -> Int { sandbox.requests.count { $0.path == "/_/oidc/mint-token" } }

  private static let parts = SampleToken.make(audience: "pypi", identifier: "id-0123456789", isRehearsal: true)
    .split(separator: ".").map(String.init)

  private static let mebibyte = String(repeating: "a", count: 1 << 20)

  /// A GitLab variable's or GitHub's answer's text, and words of the message.
  private static let malformed: [(String, String)] = [
    ("\(parts[0]).\(parts[1])", "2 parts"), (parts.joined(separator: ".") + ".x", "4 parts"),
    ("\(parts[0]).a+b/.\(parts[2])", "payload is not base64url"), ("\(parts[0]).W10.\(parts[2])", "is an array"),
    ("\(parts[0]).MQ.\(parts[2])", "is a number"), ("a b.\(parts[1]).\(parts[2])", "header is not base64url"),
    (" " + parts.joined(separator: "."), "header is not base64url"),
    (parts.joined(separator: ".") + "\n", "signature is not base64url"), ("not a token", "1 part where"),
    ("\(parts[0]).\(mebibyte.prefix(60_000)).\(parts[2])", "longer than 16384 bytes"),
  ]

  @Test(arguments: malformed)
  func explainsAMalformedVariable(_ text: String, _ words: String) async throws {
    let sandbox = try sandbox()
    var environment = sandbox.environment(for: .gitlab)
    environment["PYPI_ID_TOKEN"] = text
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    #expect(run.status == 5 && run.output.isEmpty, "\(run.error)")
    #expect(run.error.contains("PYPI_ID_TOKEN") && run.error.contains(words), "\(run.error)")
    #expect(exchanges(sandbox) == 0)
    SecretSearch([text]).expectNone(in: run.error)
  }

  @Test(arguments: malformed + [(mebibyte, "larger than 65536 bytes"), ("", "no \"value\"")])
  func explainsAMalformedAnswer(_ text: String, _ words: String) async throws {
    let body = Array(#"{"count":1,"value":\#(JSONText.quoted(text))}"#.utf8)
    let sandbox = try sandbox([SandboxFault(.identityToken, .body(body))])
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .github))
    #expect(run.status == 5 && run.output.isEmpty, "\(run.error)")
    #expect(run.error.contains(words), "\(run.error)")
    #expect(exchanges(sandbox) == 0)
    SecretSearch([text]).expectNone(in: run.error)
  }

  /// A claim of the identity token (the sandbox's clock is ours), the status, and words of the message.
  @Test(
    arguments: [
      (SandboxClaim("exp", Int64(1_000_000_000)), Int32(5), "expired"),
      (SandboxClaim("nbf", Int64(4_000_000_000)), 5, "is valid in"),
      (SandboxClaim("iat", Int64(4_000_000_000)), 5, "is valid in"),
      (SandboxClaim("aud", "testpypi"), 8, "made out to \"testpypi\""),
      (SandboxClaim("aud", ["pypi"]), 8, "the list [\"pypi\"]"),
      (SandboxClaim("aud", nil as String?), 8, "no audience"),
    ] as [(SandboxClaim, Int32, String)])
  func sendsNoTokenThatCannotWork(_ claim: SandboxClaim, _ status: Int32, _ words: String) async throws {
    for provider in SandboxCatalog.builtIn.providers {
      let sandbox = try sandbox(claims: [claim])
      let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: provider))
      #expect(run.status == status && run.output.isEmpty, "\(run.error)")
      #expect(run.error.contains(words), "\(run.error)")
      #expect(exchanges(sandbox) == 0)
    }
  }

  @Test(arguments: [
    (#"{"pull_request":{"head":{"repo":{"fork":true}}}}"#, "pull request from a fork"),
    (#"{"pull_request":{"head":{"repo":null}}}"#, "pull request from a fork"),
    (#"{"pull_request":{"head":{"repo":{"fork":false}}}}"#, "id-token: write"), ("not JSON", "id-token: write"),
  ])
  func knowsAForksPullRequest(_ event: String, _ words: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("event.json", event)
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"],
      ["GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "event.json"], in: folder)
    #expect(run.status == 5 && run.error.contains(words), "\(run.error)")
  }

  @Test func knowsAForksMergeRequestInTheParent() async throws {
    let sandbox = try sandbox()
    var environment = sandbox.environment(for: .gitlab)
    environment["CI_PIPELINE_SOURCE"] = "merge_request_event"
    environment["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"] = "stranger/sample"
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment)
    #expect(run.status == 5 && run.error.contains("stranger/sample"), "\(run.error)")
    #expect(sandbox.requests.isEmpty)
  }

  /// The address of an own index, and words of the message: the name cannot be resolved (or, where no resolver answers,
  /// the time is over), and nobody listens.
  @Test(arguments: [
    ("https://nothing.invalid/legacy/", ["cannot be resolved", "time limit", "in time"]),
    ("https://127.0.0.1:1/legacy/", ["cannot be connected to"]),
  ])
  func explainsAHostThatIsNotThere(_ address: String, _ words: [String]) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "token-broker.json",
      #"{"version":1,"registries":{"mine":{"type":"pypi","upload-url":"\#(address)","audience":"mine"}},"routes":{}}"#)
    let token = SampleToken.make(audience: "mine", identifier: "id-0123456789")
    let run = try await BuiltTool.run(
      ["mint", "mine", "--format", "token", "--timeout", "5"], ["GITLAB_CI": "true", "MINE_ID_TOKEN": token], in: folder
    )
    #expect(run.status == 7 && run.output.isEmpty, "\(run.error)")
    #expect(words.contains { run.error.contains($0) }, "\(run.error)")
    SecretSearch([token]).expectNone(in: run.error)
  }

  @Test func hasNoDefaultDeliveryInOtherCI() async throws {
    let sandbox = try sandbox()
    for changes in [["CI": "true"], ["CI": nil]] as [[String: String?]] {
      var environment = sandbox.environment(for: .gitlab)
      for (name, value) in changes { environment[name] = value }
      let run = try await BuiltTool.run(["mint", "pypi"], environment)
      #expect(run.status == 2 && run.error.contains("exec") && run.error.contains("--output"), "\(run.error)")
    }
    #expect(sandbox.requests.isEmpty)
  }

  @Test(arguments: ["", "missing/token", "folder"])
  func opensTheOutputBeforeItAsks(_ path: String) async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--output", path], sandbox.environment(for: .gitlab), in: folder, preparation: "mkdir folder")
    #expect(run.status == 10, "\(run.error)")
    #expect(sandbox.requests.isEmpty && folder.names == ["folder"])
  }

  @Test func passesOverNoConfigurationThatLinksToNothing() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config"], in: folder, preparation: "ln -s nothing token-broker.json")
    #expect(run.status == 3 && run.error.contains("token-broker.json"), "\(run.error)")
  }

  /// Where the audience is known, neither request waits for the other.
  @Test(arguments: [
    (SandboxFault.Step.audience, "issuer", "pypi"), (.identityToken, "pypi", "issuer"),
  ])
  func asksForBothAtTheSameTime(_ silent: SandboxFault.Step, _ answers: String, _ stalls: String) async throws {
    let sandbox = try sandbox([SandboxFault(silent, .stall)])
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token", "--timeout", "2"], sandbox.environment(for: .github))
    #expect(run.status == 7, "\(run.error)")
    #expect(sandbox.requests.contains { $0.listener == answers && $0.status == 200 })
    #expect(sandbox.requests.contains { $0.listener == stalls && $0.status == 0 })
    #expect(exchanges(sandbox) == 0)
  }

  @Test func asksTheSandboxWhateverIsConfigured() async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "own.json",
      #"{"version":1,"registries":{"pypi":{"upload-url":"https://pypi.example.com/x/","audience":"pypi.example.com"}}}"#
    )
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--config", "own.json", "--format", "token"], sandbox.environment(for: .github), in: folder)
    // The configured audience is still the one to accept, and the sandbox's index asks for another.
    #expect(run.status == 8 && run.error.contains("rehearsal: "), "\(run.error)")
    #expect(sandbox.requests.contains { $0.path == "/_/oidc/audience" } && exchanges(sandbox) == 0)
    try folder.write(
      "own.json", #"{"version":1,"registries":{"pypi":{"upload-url":"https://pypi.example.com/x/"}}}"#)
    let other = try await BuiltTool.run(
      ["mint", "pypi", "--config", "own.json", "--audience", "pypi", "--format", "env"],
      sandbox.environment(for: .github), in: folder)
    #expect(other.status == 0 && other.error.contains("rehearsal: "), "\(other.error)")
    let origin = try #require(sandbox.origin(of: "pypi"))
    #expect(other.output.contains("TOKEN_BROKER_URL='\(origin)/x/'"), "\(other.output)")
  }

  @Test func saysThatARevocationIsARehearsal() async throws {
    let sandbox = try sandbox()
    let run = try await BuiltTool.run(
      ["revoke", "pypi"], sandbox.environment(for: .gitlab), input: "pypi-rehearsal-anything\n")
    #expect(run.status == 0 && run.error.contains("\nrehearsal: "), "\(run.error)")
  }
}
