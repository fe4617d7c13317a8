import BrokerConformance
import BrokerCore
import BrokerSandbox
import CratesIOSandbox
import GitHubSandbox
import GitLabSandbox
import Testing

@testable import CratesIORegistry
@testable import GitHubProvider
@testable import GitLabProvider

/// What crates.io's server answers to an exchange, row by row, and what the plug-in makes of it.
struct ExchangeRowTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    /// The beginning of the text; nil where a token comes.
    let text: String?
    /// The code of the first cause.
    let cause: String
    /// What is expected in the place of the job's value.
    var expected: String?
    let token: @Sendable (CratesSite) -> String
    var testDescription: String { name }

    init(
      _ name: String, _ text: String?, _ cause: String = "", expected: String? = nil,
      _ token: @escaping @Sendable (CratesSite) -> String
    ) {
      self.name = name
      self.text = text
      self.cause = cause
      self.expected = expected
      self.token = token
    }
  }

  private static let undecoded = "Failed to decode JWT"

  static let rows: [Row] = [
    Row("github as registered", nil) { $0.github() },
    Row("github, owner and repository in another case", nil) { $0.github("Octo-Org/Sample") },
    Row("github, environment in another case", nil) {
      $0.github("octo-org/guarded", SandboxClaim("environment", "RELEASE"))
    },
    Row("github, an environment, publishers without", nil) {
      $0.github("octo-org/sample", SandboxClaim("environment", "staging"))
    },
    Row("github, expired 30 s ago", nil) { $0.github("octo-org/sample", SandboxClaim("exp", $0.now.seconds - 30)) },
    Row("gitlab as registered", nil) { $0.gitlab() },
    Row("gitlab, project in another case", nil) { $0.gitlab("Octo-Group/sub/Sample") },
    Row("gitlab, environment in another case", nil) {
      $0.gitlab(
        "octo-group/sub/guarded", SandboxClaim("environment", "Release"),
        SandboxClaim("ci_config_ref_uri", "gitlab.com/octo-group/sub/guarded//ci/publish.yml@refs/heads/main"))
    },
    // The token itself
    Row("not a JWT", undecoded, "token-refused") { _ in "a.b" },
    Row("expired", undecoded, "token-expired") {
      $0.github("octo-org/sample", SandboxClaim("exp", $0.now.seconds - 120))
    },
    Row("not yet valid", undecoded, "token-not-yet-valid") {
      $0.github("octo-org/sample", SandboxClaim("nbf", $0.now.seconds + 300))
    },
    Row("another audience", undecoded, "audience-differs") {
      $0.github("octo-org/sample", SandboxClaim("aud", "pypi"))
    },
    Row("a list of audiences", undecoded, "audience-list") {
      $0.github("octo-org/sample", SandboxClaim("aud", ["crates.io"]))
    },
    Row("another signature", undecoded, "token-refused") { String($0.github().dropLast(4)) + "AAAA" },
    Row("no jti", undecoded, "token-refused") { $0.github("octo-org/sample", SandboxClaim("jti", nil as String?)) },
    Row("a server of one's own", "Unsupported JWT issuer: https://ghe.example.com", "issuer-unknown") {
      $0.github("octo-org/sample", SandboxClaim("iss", "https://ghe.example.com"))
    },
    Row("no key id", "Missing JWT key ID", "token-key-unknown") { site in
      let parts = site.github().split(separator: ".")
      return "\(Base64URL.encode(Array(#"{"alg":"RS256"}"#.utf8))).\(parts[1]).\(parts[2])"
    },
    Row("an unknown key", "Invalid JWT key ID", "token-key-unknown") { site in
      let parts = site.github().split(separator: ".")
      return "\(Base64URL.encode(Array(#"{"alg":"RS256","kid":"other"}"#.utf8))).\(parts[1]).\(parts[2])"
    },
    Row("used before", "JWT has already been used", "token-reused") { site in
      let token = site.github()
      _ = site.credential(for: token)
      return token
    },
    Row(
      "pull_request_target", "Trusted Publishing does not support the `pull_request_target` event trigger",
      "event-refused"
    ) { $0.github("octo-org/sample", SandboxClaim("event_name", "pull_request_target")) },
    Row("workflow_run", "Trusted Publishing does not support the `workflow_run` event trigger", "event-refused") {
      $0.github("octo-org/sample", SandboxClaim("event_name", "workflow_run"))
    },
    Row("a repository without an owner", "Unexpected `repository` value", "claim-unexpected") { $0.github("sample") },
    Row("a workflow elsewhere", "Unexpected `workflow_ref` value", "claim-unexpected") {
      $0.github("octo-org/sample", SandboxClaim("workflow_ref", "octo-org/sample/release.yml@refs/heads/main"))
    },
    Row("an owner id that is no number", "Unexpected `repository_owner_id` value", "claim-unexpected") {
      $0.github("octo-org/sample", SandboxClaim("repository_owner_id", "octo"))
    },
    Row("a project without a group", "Unexpected `project_path` value", "claim-unexpected") { $0.gitlab("sample") },
    Row("a remote pipeline file", "Unexpected `ci_config_ref_uri` value", "claim-missing") {
      $0.gitlab("octo-group/sub/sample", SandboxClaim("ci_config_ref_uri", nil as String?))
    },
    // Publishers
    Row(
      "a repository nobody registered", "No Trusted Publishing config found for repository `octo-org/other`.",
      "publisher-missing"
    ) { $0.github("octo-org/other") },
    Row(
      "gitlab, a project nobody registered",
      "No Trusted Publishing config found for repository `octo-group/sub/other`.", "publisher-missing"
    ) { $0.gitlab("octo-group/sub/other") },
    Row(
      "another owner id",
      "The Trusted Publishing config for repository `octo-org/sample` does not match the repository owner ID (1001) in the "
        + "JWT. Expected owner IDs: 1000, 1000. Please recreate the Trusted Publishing config to update the repository owner "
        + "ID.", "owner-id-differs", expected: "1000 or 1000"
    ) { $0.github("octo-org/sample", SandboxClaim("repository_owner_id", "1001")) },
    Row(
      "gitlab, another namespace id",
      "The Trusted Publishing config for repository `octo-group/sub/sample` does not match the namespace ID (7) in the JWT. "
        + "Expected namespace IDs: 1000.", "owner-id-differs", expected: "1000"
    ) { $0.gitlab("octo-group/sub/sample", SandboxClaim("namespace_id", "7")) },
    Row(
      "another workflow",
      "The Trusted Publishing config for repository `octo-org/sample` does not match the workflow filename `ci.yml` in the JWT. "
        + "Expected workflow filenames: `release.yml`, `release.yml`", "calling-workflow-differs",
      expected: "release.yml or release.yml"
    ) {
      $0.github(
        "octo-org/sample", SandboxClaim("workflow_ref", "octo-org/sample/.github/workflows/ci.yml@refs/heads/main"))
    },
    Row(
      "the workflow in another case",
      "The Trusted Publishing config for repository `octo-org/sample` does not match the workflow filename `Release.yml` in the "
        + "JWT.", "calling-workflow-differs", expected: "release.yml or release.yml"
    ) {
      $0.github(
        "octo-org/sample", SandboxClaim("workflow_ref", "octo-org/sample/.github/workflows/Release.yml@refs/heads/main")
      )
    },
    Row(
      "gitlab, another file",
      "The Trusted Publishing config for repository `octo-group/sub/guarded` does not match the workflow filepath "
        + "`.gitlab-ci.yml` in the JWT. Expected workflow filepaths: `ci/publish.yml`", "pipeline-file-differs",
      expected: "ci/publish.yml"
    ) { $0.gitlab("octo-group/sub/guarded") },
    Row(
      "another environment",
      "The Trusted Publishing config for repository `octo-org/guarded` does not match the environment `staging` in the JWT. "
        + "Expected environments: `Release`", "environment-differs", expected: "Release"
    ) { $0.github("octo-org/guarded", SandboxClaim("environment", "staging")) },
    Row(
      "no environment",
      "The Trusted Publishing config for repository `octo-org/guarded` requires an environment, but the JWT does not specify "
        + "one. Expected environments: `Release`", "environment-missing", expected: "Release"
    ) { $0.github("octo-org/guarded") },
  ]

  @Test("The sandbox answers an exchange as crates.io does, and the plug-in says why", arguments: rows)
  func answers(_ row: Row) async throws {
    let site = try CratesSite()
    let token = row.token(site)
    let (status, text) = site.exchange("{\"jwt\":\"\(token)\"}")
    guard let wanted = row.text else {
      #expect(status == 200 && text.hasPrefix("cio_tp_"), "\(status) \(text)")
      return
    }
    #expect(status == 400 && text.hasPrefix(wanted), "\(status) \(text)")
    let error = RefusedExchange(
      .json(#"{"errors":[{"detail":\#(JSONText.quoted(text))}]}"#, status: 400),
      ServerText(
        of: .json(#"{"errors":[{"detail":\#(JSONText.quoted(text))}]}"#, status: 400),
        SecretRedaction(Secret(token))), registry: "crates-io", host: site.origin.authority
    ).error
    #expect(error.status == .registry && error.remedy != nil)
    let first = Diagnosis(input(error, token, site.now)).causes.first
    #expect(first?.code.text == row.cause, "\(first?.code.text ?? "none")")
    #expect(first?.fixes.isEmpty == false)
    if let expected = row.expected {
      #expect(first?.fields.first?.expected?.text.contains(expected) == true, "\(String(describing: first?.fields))")
    }
  }

  private func input(_ error: BrokerError, _ token: String, _ now: UnixTime) -> DiagnosisInput {
    var input = DiagnosisInput(error, registry: "crates-io")
    input.capabilities = RegistryCapabilities(
      publishers: PublisherForms(registry: "crates-io").rules,
      refusals: RefusalReading.refusals(registry: "crates-io"))
    input.audience = "crates.io"
    input.now = now
    input.serverTime = now
    input.project = "alpha"
    guard let claims = (try? IdentityToken(Secret(token), from: "The test"))?.claims else { return input }
    input.job =
      claims["project_path"] == nil ? GitHubClaims.job(from: claims) : GitLabClaims.job(from: claims)
    input.token = TokenFacts(claims)
    return input
  }

  @Test("What is no exchange is refused as crates.io refuses it, before any token is looked at")
  func malformed() throws {
    let site = try CratesSite()
    let good = "{\"jwt\":\"\(site.github())\"}"
    #expect(site.exchange(good, agent: nil).status == 403)
    #expect(site.exchange(good, agent: "Amazon CloudFront").text.hasPrefix("We require that all requests include"))
    #expect(site.exchange(good, type: "text/plain").status == 415)
    #expect(site.exchange("{}").status == 422)
    #expect(site.exchange("{").status == 400)
    // None of these used the token up.
    #expect(site.exchange(good).status == 200)
    #expect(try CratesSite([.routeBlocked]).exchange(good).text.hasPrefix("This route is temporarily blocked."))
    let down = try CratesSite([.issuerKeysDown])
    #expect(down.exchange("{\"jwt\":\"\(down.github())\"}").status == 500)
  }

  @Test("A refused exchange leaves the identity token good for another") func usedUpBySuccessAlone() throws {
    let site = try CratesSite()
    let token = site.github("octo-org/guarded")
    #expect(site.credential(for: token) == nil)
    #expect(site.exchange("{\"jwt\":\"\(token)\"}").text.contains("requires an environment"))
    let good = site.github()
    #expect(site.credential(for: good) != nil)
    #expect(site.exchange("{\"jwt\":\"\(good)\"}").text == "JWT has already been used")
  }
}
