import BrokerCore
import GitHubSandbox
import GitLabSandbox
import GoogleSandbox
import Testing

@testable import BrokerSandbox
@testable import WarehouseSandbox

/// What PyPI's own server software answered to a mint, row by row.
struct MintRowTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: Expected
    let token: @Sendable (Site) -> String
    var testDescription: String { name }

    init(_ name: String, _ expected: Expected, _ token: @escaping @Sendable (Site) -> String) {
      self.name = name
      self.expected = expected
      self.token = token
    }
  }

  enum Expected: Sendable {
    case minted
    case refused(String, String)

    static func noPublisher(_ detail: String = "Publisher with matching claims was not found") -> Expected {
      .refused("invalid-publisher", "valid token, but no corresponding publisher (\(detail))")
    }

    static let invalidToken = Expected.refused("invalid-token", "malformed or invalid token")
    static let unknownIssuer = Expected.refused("invalid-payload", "unknown trusted publishing issuer")
    static let malformed = Expected.refused("invalid-payload", "malformed JWT")
  }

  static let rows: [Row] = [
    // What works
    Row("github as registered", .minted) { $0.github() },
    Row("github, repository in another case", .noPublisher()) { $0.github("octo-org/Sample") },
    Row("github, an environment, publisher without", .minted) {
      $0.github("octo-org/sample", SandboxClaim("environment", "staging"))
    },
    Row("github, environment in another case", .minted) {
      $0.github("octo-org/sample-env", SandboxClaim("environment", "PyPI"))
    },
    Row("github, two projects", .minted) { $0.github("octo-org/two") },
    Row("github, an unknown claim", .minted) { $0.github("octo-org/sample", SandboxClaim("new_claim", "x")) },
    Row("github, expired 20 s ago", .minted) { site in
      site.github("octo-org/sample", SandboxClaim("exp", site.now.seconds - 20))
    },
    Row("github, pending", .minted) { $0.github("octo-org/new-github") },
    Row("gitlab as registered", .minted) { $0.gitlab() },
    Row("gitlab, pending", .minted) { $0.gitlab("octo-group/sub/new-gitlab") },
    // The token itself
    Row("expired 60 s ago", .invalidToken) { site in
      site.github("octo-org/sample", SandboxClaim("exp", site.now.seconds - 60))
    },
    Row("nbf in five minutes", .invalidToken) { site in
      site.github("octo-org/sample", SandboxClaim("nbf", site.now.seconds + 300))
    },
    Row("iat in five minutes", .invalidToken) { site in
      site.github("octo-org/sample", SandboxClaim("iat", site.now.seconds + 300))
    },
    Row("another audience", .invalidToken) { $0.github("octo-org/sample", SandboxClaim("aud", "testpypi")) },
    Row("a list of audiences", .invalidToken) { $0.github("octo-org/sample", SandboxClaim("aud", ["pypi"])) },
    Row("no audience", .invalidToken) { $0.github("octo-org/sample", SandboxClaim("aud", nil as String?)) },
    Row("no exp", .invalidToken) { $0.github("octo-org/sample", SandboxClaim("exp", nil as String?)) },
    Row("another signature", .invalidToken) { String($0.github().dropLast(4)) + "AAAA" },
    Row("an unknown key", .invalidToken) { site in
      let parts = site.github().split(separator: ".")
      return "\(Base64URL.encode(Array(#"{"alg":"RS256","kid":"other"}"#.utf8))).\(parts[1]).\(parts[2])"
    },
    Row("gitlab's key, github's issuer", .invalidToken) {
      $0.gitlab("octo-group/sub/sample", SandboxClaim("iss", "https://token.actions.githubusercontent.com"))
    },
    Row("alg none", .invalidToken) { site in
      "\(Base64URL.encode(Array(#"{"alg":"none"}"#.utf8))).\(site.github().split(separator: ".")[1])."
    },
    Row("unknown issuer", .unknownIssuer) {
      $0.github("octo-org/sample", SandboxClaim("iss", "https://issuer.example.com"))
    },
    Row("no issuer", .malformed) { $0.github("octo-org/sample", SandboxClaim("iss", nil as String?)) },
    Row("not a JWT", .malformed) { _ in "abc" },
    // No such publisher, GitHub
    Row("a repository nobody registered", .noPublisher()) { $0.github("octo-org/other") },
    Row("another owner id", .noPublisher()) {
      $0.github("octo-org/sample", SandboxClaim("repository_owner_id", "1001"))
    },
    Row("owner in another case", .noPublisher()) {
      $0.github("Octo-Org/sample", SandboxClaim("repository_owner", "Octo-Org"))
    },
    Row("another workflow", .noPublisher()) {
      $0.github(
        "octo-org/sample", SandboxClaim("job_workflow_ref", "octo-org/sample/.github/workflows/ci.yml@refs/heads/main"))
    },
    Row(
      "a reusable workflow of another repository",
      .noPublisher(
        "The job_workflow_ref claim does not match, expecting one of "
          + "['octo-org/sample/.github/workflows/release.yml@5770f2c3941334f2828cd79a46b728b6c66d21ba', "
          + "'octo-org/sample/.github/workflows/release.yml@refs/heads/main'], got "
          + "'octo-org/shared/.github/workflows/release.yml@refs/heads/main'")
    ) {
      $0.github(
        "octo-org/sample",
        SandboxClaim("job_workflow_ref", "octo-org/shared/.github/workflows/release.yml@refs/heads/main"))
    },
    Row("a workflow without .yml", .noPublisher("Could not job extract workflow filename from OIDC claims")) {
      $0.github(
        "octo-org/sample", SandboxClaim("job_workflow_ref", "octo-org/sample/.github/workflows/release@refs/heads/main")
      )
    },
    Row("environment wanted, claim absent", .noPublisher()) { $0.github("octo-org/sample-env") },
    Row("environment wanted, another claimed", .noPublisher()) {
      $0.github("octo-org/sample-env", SandboxClaim("environment", "staging"))
    },
    Row(
      "pull_request_target",
      .noPublisher("Publishing from a workflow invoked via 'pull_request_target' is not supported.")
    ) { $0.github("octo-org/sample", SandboxClaim("event_name", "pull_request_target")) },
    Row("no jti", .noPublisher("Missing claim 'jti'")) {
      $0.github("octo-org/sample", SandboxClaim("jti", nil as String?))
    },
    Row("no repository", .noPublisher("Missing claim 'repository'")) {
      $0.github("octo-org/sample", SandboxClaim("repository", nil as String?))
    },
    // No such publisher, GitLab
    Row("gitlab, a project nobody registered", .noPublisher()) { $0.gitlab("octo-group/sub/other") },
    Row(
      "gitlab, project in another case",
      .noPublisher(
        "The ci_config_ref_uri claim does not match, expecting one of "
          + "['gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@5770f2c3941334f2828cd79a46b728b6c66d21ba', "
          + "'gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@refs/heads/main'], got "
          + "'gitlab.com/Octo-Group/sub/sample//.gitlab-ci.yml@refs/heads/main'")
    ) { $0.gitlab("Octo-Group/sub/sample") },
    Row("gitlab, another file", .noPublisher()) {
      $0.gitlab(
        "octo-group/sub/sample",
        SandboxClaim("ci_config_ref_uri", "gitlab.com/octo-group/sub/sample//release.yml@refs/heads/main"))
    },
    Row("gitlab, environment wanted, claim absent", .noPublisher()) { $0.gitlab("octo-group/sub/sample-env") },
    Row("gitlab, environment in another case", .noPublisher()) {
      $0.gitlab("octo-group/sub/sample-env", SandboxClaim("environment", "PyPI"))
    },
    Row("gitlab, sub of another project", .noPublisher("Check failed for required claim 'sub'")) {
      $0.gitlab("octo-group/sub/sample", SandboxClaim("sub", "project_path:octo-group/other:ref_type:branch:ref:main"))
    },
    Row("gitlab, an instance nobody registered", .unknownIssuer) {
      $0.gitlab("octo-group/sub/sample", SandboxClaim("iss", "https://gitlab.example.com"))
    },
    // Google
    Row("google as registered", .minted) { $0.google("publisher") },
    Row("google, a publisher with a subject", .minted) { $0.google("pinned", SandboxClaim("sub", "104")) },
    Row("google, another subject", .noPublisher()) { $0.google("pinned", SandboxClaim("sub", "105")) },
    Row("google, no subject", .noPublisher()) { $0.google("pinned", SandboxClaim("sub", nil as String?)) },
    Row("google, another e-mail", .noPublisher()) { $0.google("other") },
    Row("google, the e-mail in another case", .noPublisher()) { $0.google("Publisher") },
    Row("google, no e-mail", .noPublisher("Missing claim 'email'")) {
      $0.google("publisher", SandboxClaim("email", nil as String?))
    },
    Row("google, not said to be verified", .noPublisher("Missing claim 'email_verified'")) {
      $0.google("publisher", SandboxClaim("email_verified", nil as String?))
    },
    Row("google, not verified", .noPublisher("Check failed for required claim 'email_verified'")) {
      $0.google("publisher", SandboxClaim("email_verified", false))
    },
    Row("google, verified as a text", .noPublisher("Check failed for required claim 'email_verified'")) {
      $0.google("publisher", SandboxClaim("email_verified", "true"))
    },
    Row("google, no jti", .minted) { $0.google("publisher", SandboxClaim("jti", nil as String?)) },
    // Pending publishers that cannot come true
    Row("pending, exists", .refused("invalid-pending-publisher", "valid token, but project already exists")) {
      $0.github("octo-org/new-exists")
    },
    Row(
      "pending, too similar",
      .refused(
        "invalid-payload",
        "The name 'rlg-glthub' is too similar to an existing project. See http://127.0.0.1:8180/help/#project-name for "
          + "more information.")
    ) { $0.github("octo-org/new-similar") },
    Row(
      "pending, standard library",
      .refused(
        "invalid-payload",
        "The name 'asyncio' isn't allowed (conflict with Python Standard Library module name). See "
          + "http://127.0.0.1:8180/help/#project-name for more information.")
    ) { $0.github("octo-org/new-stdlib") },
  ]

  @Test(arguments: rows)
  func answersAsObserved(_ row: Row) throws {
    let site = try Site()
    try check(try #require(site.mint(row.token(site))), row.expected, site)
  }

  private func check(_ answer: RawClient.Answer, _ expected: Expected, _ site: Site) throws {
    #expect(answer.type == "application/json")
    switch expected {
    case .minted:
      #expect(answer.status == 200 && answer.reason == "OK")
      let pattern = /\{"expires":(\d+),"success":true,"token":"(pypi-[A-Za-z0-9_-]+)"\}/
      let match = try #require(answer.body.wholeMatch(of: pattern))
      // The server's have 287 characters for one project; each more is 36 characters and three of JSON.
      let mark = "rehearsal-".count
      #expect(Int64(match.1) == site.now.seconds + 900 && [287 + mark, 339 + mark].contains(match.2.count))
    case .refused(let code, let description):
      #expect(answer.status == 422 && answer.reason == "Unprocessable Entity")
      let text = JSONText.compact(.string(description))
      #expect(
        answer.body == #"{"errors":[{"code":"\#(code)","description":\#(text)}],"message":"Token request failed"}"#)
    }
  }

  @Test("a token without an id is exchanged again") func isNotUsedUpWithoutAnID() throws {
    let site = try Site()
    let token = site.google("publisher")
    for _ in 0..<2 { try check(try #require(site.mint(token)), .minted, site) }
  }

  @Test func usesATokenUpOnSuccessAlone() throws {
    let site = try Site([.newProjectsOff])
    let token = site.github("octo-org/new-github")
    let refusal = Expected.refused(
      "invalid-payload",
      "New project registration temporarily disabled. See http://127.0.0.1:8180/help/#admin-intervention for more "
        + "information.")
    try check(try #require(site.mint(token)), refusal, site)
    site.sandbox.set([])
    try check(try #require(site.mint(token, path: "/_/oidc/github/mint-token")), .minted, site)
    let reused = Expected.refused("invalid-reuse-token", "invalid token: already used")
    try check(try #require(site.mint(token)), reused, site)
  }

  @Test func removesAPendingPublisherWhoseProjectExists() throws {
    let site = try Site()
    let exists = Expected.refused("invalid-pending-publisher", "valid token, but project already exists")
    try check(try #require(site.mint(site.github("octo-org/new-exists"))), exists, site)
    try check(try #require(site.mint(site.github("octo-org/new-exists"))), .noPublisher(), site)
  }

  @Test(arguments: [SandboxSwitch.trustedPublishingOff, .githubOff])
  func refusesWhenSwitchedOff(_ name: SandboxSwitch) throws {
    let site = try Site([name])
    let off = Expected.refused("not-enabled", "github trusted publishing functionality not enabled")
    try check(try #require(site.mint(site.github())), off, site)
    let audience = try #require(site.get("/_/oidc/audience"))
    let isOff = name == .trustedPublishingOff
    #expect(audience.status == (isOff ? 403 : 200) && audience.reason == (isOff ? "Forbidden" : "OK"))
    #expect(
      audience.body
        == (isOff ? #"{"message":"Trusted publishing functionality not enabled"}"# : #"{"audience":"pypi"}"#))
    #expect(audience.type == "application/json")
  }

  @Test func saysWhatIsWrongWithTheBody() throws {
    let site = try Site()
    func description(_ lines: String) -> String {
      let text = JSONText.compact(.string("1 validation error for TokenPayload\n" + lines))
      return #"{"errors":[{"code":"invalid-payload","description":\#(text)}],"message":"Token request failed"}"#
    }
    let see = "]\n    For further information visit https://errors.pydantic.dev/2.13/v/"
    let jwt = "eyJ0eXAiOiJKV1QiLCJhbGc\(String(repeating: "x", count: 900))QvB-OG2II78AhgjMTz_xHcA"
    let rows = [
      (
        #"{"token":5}"#,
        "token\n  Input should be a valid string [type=string_type, input_value=5, input_type=int\(see)string_type"
      ),
      ("{}", "token\n  Field required [type=missing, input_value={}, input_type=dict\(see)missing"),
      (
        "token=abc",
        "  Invalid JSON: expected ident at line 1 column 2 [type=json_invalid, input_value=b'token=abc', input_type=bytes"
          + "\(see)json_invalid"
      ),
      (
        jwt,
        "  Invalid JSON: expected value at line 1 column 1 [type=json_invalid, "
          + "input_value=b'eyJ0eXAiOiJKV1QiLCJhbGc...QvB-OG2II78AhgjMTz_xHcA', input_type=bytes\(see)json_invalid"
      ),
      (
        "",
        "  Invalid JSON: EOF while parsing a value at line 1 column 0 [type=json_invalid, input_value=b'', "
          + "input_type=bytes\(see)json_invalid"
      ),
    ]
    for (body, lines) in rows {
      let answer = try #require(site.post("/_/oidc/mint-token", body))
      #expect(answer.status == 422 && answer.type == "application/json")
      #expect(answer.body == description(lines))
    }
  }

  @Test func survivesWhatIsBehindIt() throws {
    let site = try Site([.cacheDown])
    let token = site.github()
    #expect(site.get("/_/oidc/audience")?.status == 200)
    for name in [SandboxSwitch.cacheDown, .databaseDown] {
      site.sandbox.set([name])
      let answer = try #require(site.mint(token))
      #expect(answer.status == 500 && answer.reason == "Internal Server Error" && answer.type == "text/html")
      #expect(
        Self.folded(answer.body)
          == "<html> <head> <title>Internal Server Error</title> </head> <body> <h1><p>Internal Server Error</p></h1> "
          + "</body> </html>")
    }
    #expect(site.get("/_/oidc/audience")?.status == 500)
    site.sandbox.set([])
    try check(try #require(site.mint(token)), .minted, site)
  }

  @Test func refusesOtherMethodsAndPaths() throws {
    let site = try Site()
    for (method, path) in [("GET", "/_/oidc/mint-token"), ("POST", "/_/oidc/audience")] {
      let answer = try #require(site.connect()?.request(method, path))
      #expect(answer.status == 405 && answer.type == "text/plain" && answer.reason == "Method Not Allowed")
      #expect(
        Self.folded(answer.body)
          == "405 Method Not Allowed The method \(method) is not allowed for this resource.")
    }
    for path in ["/_/oidc/", "/_/oidc/other", "/_/oidc/audience/", "/_/oidc/mint-token/"] {
      let answer = try #require(site.get(path))
      #expect(answer.status == 404 && answer.type == "text/html" && answer.body.hasPrefix("<!DOCTYPE html>\n<html"))
      #expect(site.get(path, ["Accept: application/json"])?.type == "application/json")
    }
  }

  /// White space as single blanks, as the record shows it.
  static func folded(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
