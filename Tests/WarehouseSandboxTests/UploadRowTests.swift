import BrokerCore
import GitHubSandbox
import GitLabSandbox
import Testing

@testable import BrokerSandbox
@testable import WarehouseSandbox

/// What PyPI's own server software answered to uploads and burns, row by row.
struct UploadRowTests {
  private static let help = "https://127.0.0.1:8180/help/"
  private static let invalid =
    "Invalid or non-existent authentication information. See \(help)#invalid-auth for more information."

  private func expectForbidden(_ answer: RawClient.Answer?, _ reason: String, isRepeated: Bool = true) throws {
    let answer = try #require(answer)
    #expect(answer.status == 403 && answer.reason == reason && answer.type == "text/plain")
    let text = "403 \(reason) Access was denied to this resource." + (isRepeated ? " \(reason)" : "")
    #expect(MintRowTests.folded(answer.body) == text)
  }

  private func expectReceived(_ answer: RawClient.Answer?) throws {
    let answer = try #require(answer)
    #expect(answer.status == 200 && answer.type == "text/plain" && MintRowTests.folded(answer.body) == "200 OK")
  }

  @Test func takesFilesOfThePublishersProjects() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github("octo-org/two")))
    try expectReceived(site.upload("rig-one", token: token))
    try expectReceived(site.upload("Rig_Two", file: "rig_two-1.0.tar.gz", token: token))
    try expectReceived(site.upload("rig.one", file: "rig_one-1.1.tar.gz", version: "1.1", token: token))
    let uploads = site.sandbox.uploads
    #expect(uploads.map(\.project) == ["rig-one", "rig-two", "rig-one"])
    #expect(uploads.map(\.filename) == ["rig_one-1.0.tar.gz", "rig_two-1.0.tar.gz", "rig_one-1.1.tar.gz"])
    #expect(uploads.allSatisfy { $0.size == 4 && $0.username == "__token__" && $0.registry == "pypi" })
  }

  /// A publisher is its values: a pending one of the same becomes a project of it (Warehouse, oidc/models: reify).
  @Test func hasOnePublisherOfTheSameValues() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github("octo-org/more")))
    for project in ["rig_first", "rig_second", "rig_third"] {
      try expectReceived(site.upload(project, file: "\(project)-1.0.tar.gz", token: token))
    }
  }

  @Test func refusesOtherProjects() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    let once =
      "OIDC scoped token is not valid for project 'rig-gitlab', project-scoped token is not valid for project: 'rig-gitlab'"
    try expectForbidden(site.upload("rig-gitlab", token: token), "Invalid API Token: \(once), \(once)")
    let unknown = try #require(site.upload("rig-unknown", token: token))
    let reason =
      "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher "
      + "but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please "
      + "ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/"
    #expect(unknown.status == 400 && unknown.reason == reason && unknown.type == "text/plain")
    #expect(MintRowTests.folded(unknown.body).hasPrefix("400 \(reason)") && unknown.body.utf8.count == 724)
    #expect(site.sandbox.uploads.isEmpty)
  }

  @Test func refusesOtherCredentials() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    try expectForbidden(site.upload("rig-github", token: String(token.dropLast(9))), Self.invalid)
    try expectForbidden(site.upload("rig-github", token: nil), Self.invalid)
    try expectForbidden(
      site.upload("rig-github", token: token, user: "octocat"),
      "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. See "
        + "\(Self.help)#apitoken and \(Self.help)#trusted-publishers", isRepeated: false)
    site.pass(901)
    try expectForbidden(
      site.upload("rig-github", token: token), "Invalid API Token: token is expired, token is expired")
  }

  @Test func burnsWhatItIsGiven() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    for body in ["{\"token\":\"\(token)\"}", "{\"token\":\"\(token)\"}", "{\"token\":\"none\"}", "token"] {
      let answer = try #require(site.post("/_/oidc/burn-token", body))
      #expect(answer.status == 202 && answer.reason == "Accepted" && answer.type == "application/json")
      #expect(answer.body == #"{"errors":[],"message":"Accepted"}"#)
    }
    try expectForbidden(site.upload("rig-github", token: token), Self.invalid)
  }

  @Test func obeysTheSwitches() throws {
    let site = try Site([.uploadsOff])
    let token = try #require(site.credential(for: site.github()))
    try expectForbidden(
      site.upload("rig-github", token: token),
      "New uploads are temporarily disabled. See \(Self.help)#admin-intervention for more information.")
    site.sandbox.set([.readOnly])
    let unstored = try #require(site.credential(for: site.github()))
    try expectForbidden(
      site.upload("rig-github", token: token), "Read-only mode: Uploads are temporarily disabled.")
    site.sandbox.set([])
    try expectForbidden(site.upload("rig-github", token: unstored), Self.invalid)
    try expectReceived(site.upload("rig-github", token: token))
    site.sandbox.set([.noBurn])
    #expect(site.post("/_/oidc/burn-token", "{}")?.status == 404)
    site.sandbox.set([.noTrustedPublishing])
    #expect(site.get("/_/oidc/audience")?.status == 404)
  }

  @Test func takesTheSameContentAgainAndNoOtherUnderItsName() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    try expectReceived(site.upload("rig-github", token: token))
    try expectReceived(site.upload("rig-github", token: token))
    let answer = try #require(
      site.upload("rig-github", token: token, content: "other", fields: [("blake2_256_digest", "ab12")]))
    #expect(
      answer.status == 400
        && answer.reason
          == "File already exists ('rig_github-1.0.tar.gz', with blake2_256 hash 'ab12'). See "
          + "\(Self.help)#file-name-reuse for more information."
    )
    #expect(site.sandbox.uploads.count == 1)
  }

  @Test func refusesAnotherDigest() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    let answer = try #require(site.upload("rig-github", token: token, digest: SHA256.hexadecimal(of: [1])))
    #expect(
      answer.status == 400
        && answer.reason == "The digest supplied does not match a digest calculated from the uploaded file.")
    #expect(site.sandbox.uploads.isEmpty)
  }

  /// What requests and httpx send, what uv sends, and what curl may be told to send.
  @Test(
    arguments: [
      ("*/*", "text/html"), ("application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7", "application/json"),
      ("text/plain", "text/plain"), (nil, "text/plain"),
    ] as [(String?, String)])
  func givesTheReasonInTheTypeThatIsAccepted(_ accept: String?, _ type: String) throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    _ = site.upload("rig-github", token: token)
    let answer = try #require(site.upload("rig-github", token: token, content: "other", accept: accept))
    #expect(answer.status == 400 && answer.type == type)
    let reason = "File already exists (\(type == "text/html" ? "&#x27;" : "'")rig_github-1.0.tar.gz"
    let count = answer.body.ranges(of: reason).count
    // In a page: as the title, as the heading, and behind the explanation.
    #expect(count == (type == "text/html" ? 3 : 2), "\(answer.body)")
    #expect(answer.body.contains("either malformed or otherwise incorrect."))
  }

  /// The phrase does not get through a CDN, and the body does.
  @Test func hasTheUsualPhraseBehindANetwork() throws {
    let site = try Site(isBehindNetwork: true)
    let token = try #require(site.credential(for: site.github()))
    let forbidden = try #require(site.upload("rig-gitlab", token: token))
    #expect(forbidden.status == 403 && forbidden.reason == "Forbidden")
    #expect(forbidden.body.contains("OIDC scoped token is not valid for project 'rig-gitlab'"))
    let bad = try #require(site.upload("rig-unknown", token: token))
    #expect(bad.status == 400 && bad.reason == "Bad Request")
    #expect(bad.body.contains("Non-user identities cannot create new projects."))
  }

  // MARK: What it never takes

  private static let metadata = "See https://packaging.python.org/specifications/core-metadata for more information."

  /// The file, the version, other fields of the form, and why it is refused; nil if it is not.
  @Test(
    "a file name that the server refuses is refused for the same reason",
    arguments: [
      ("rig_github-1.0-py3-none-any.whl", "1.0", [], nil), ("rig_github-1.0.tar.gz", "1.0", [], nil),
      ("rig_github-1.0.post1.tar.gz", "1.0-1", [], nil), ("rig_github-1-py3-none-any.whl", "1.0", [], nil),
      (
        "rig_github-1.0+g1234-py3-none-any.whl", "1.0+g1234", [],
        "The use of local versions in '1.0+g1234' is not allowed. See https://packaging.python.org/en/latest/"
          + "specifications/version-specifiers/#local-version-identifiers for more information."
      ),
      ("rig_github-1.0.tar.gz", "1.0-foo-bar", [], "'1.0-foo-bar' is invalid for 'version'. \(metadata)"),
      (
        "rig_github-1.0.tar.gz", "1.0", [("metadata_version", "9.9")],
        "'9.9' is not a valid metadata version. \(metadata)"
      ),
      (
        "rig_github-1.0-cp312-cp312-linux_x86_64.whl", "1.0", [],
        "Binary wheel 'rig_github-1.0-cp312-cp312-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'."
      ),
      ("rig_github-1.0-cp312-cp312-macosx_10_9_x86_64.manylinux_2_17_x86_64.whl", "1.0", [], nil),
      ("other-1.0.tar.gz", "1.0", [], "Start filename for 'rig-github' with 'rig_github'."),
      (
        "rig-github-1.0.tar.gz", "1.0", [],
        "Filename 'rig-github-1.0.tar.gz' is invalid, should be 'rig_github-1.0.tar.gz'."
      ),
      (
        "rig.github-1.0-py3-none-any.whl", "1.0", [],
        "Filename 'rig.github-1.0-py3-none-any.whl' should contain the normalized project name 'rig_github', not "
          + "'rig.github'."
      ),
      ("rig_github-1.1-py3-none-any.whl", "1.0", [], "Version in filename should be '1.0' not '1.1'."),
    ] as [(String, String, [(String, String)], String?)])
  func neverTakes(_ file: String, _ version: String, _ fields: [(String, String)], _ reason: String?) throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    let answer = try #require(
      site.upload("rig-github", file: file, version: version, token: token, fields: fields))
    #expect(
      answer.status == (reason == nil ? 200 : 400) && reason.map { $0 == answer.reason } ?? true, "\(answer.reason)")
    #expect(site.sandbox.uploads.count == (reason == nil ? 1 : 0))
  }

  @Test func takesOneSourceDistributionAndClosesReleases() throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    try expectReceived(site.upload("rig-github", token: token))
    // Zeros at the end of a version make no other release (Warehouse, forklift/legacy.py: canonical_version).
    for (file, version) in [("rig_github-1.0.zip", "1.0"), ("rig_github-1.0.0.tar.gz", "1.0.0")] {
      let second = try #require(site.upload("rig-github", file: file, version: version, token: token))
      #expect(second.status == 400 && second.reason == "Only one sdist may be uploaded per release.", "\(file)")
    }
    site.pass(14 * 86_400 + 1)
    let late = try #require(site.credential(for: site.github()))
    try expectReceived(site.upload("rig-github", token: late))
    let wheel = try #require(site.upload("rig-github", file: "rig_github-1.0-py3-none-any.whl", token: late))
    #expect(
      wheel.status == 400
        && wheel.reason == "Uploading new files to releases older than 14 days is not allowed.")
    try expectReceived(site.upload("rig-github", version: "1.1", token: late))
  }
}
