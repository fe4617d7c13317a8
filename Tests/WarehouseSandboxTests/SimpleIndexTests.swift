import BrokerCore
import GitHubSandbox
import GitLabSandbox
import Testing

@testable import BrokerSandbox
@testable import WarehouseSandbox

/// What the sandbox's indexes list, and what they say about who published it.
struct SimpleIndexTests {
  private static let json = "application/vnd.pypi.simple.v1+json"
  private static let content = "\0\u{1}\r\n"

  private func page(_ site: Site, _ project: String = "rig-github") throws -> JSONObject {
    let answer = try #require(site.get("/simple/\(project)/", ["Accept: \(Self.json)"]))
    #expect(answer.status == 200 && answer.type == Self.json)
    return try #require(try JSONReader().read(Array(answer.body.utf8)).object)
  }

  private func publish(_ site: Site, attestations: String? = nil) throws {
    let token = try #require(site.credential(for: site.github()))
    let fields = attestations.map { [("attestations", $0)] } ?? []
    let answer = site.upload("Rig_GitHub", file: "rig_github-1.0.tar.gz", token: token, fields: fields)
    #expect(answer?.status == 200)
  }

  @Test func listsFilesOnceTheyAreStored() throws {
    let site = try Site()
    #expect(site.get("/simple/rig-unknown/", ["Accept: \(Self.json)"])?.status == 404)
    #expect(try page(site)["files"]?.array?.isEmpty == true)
    try publish(site)
    let object = try page(site)
    #expect(object["name"]?.string == "rig-github")
    #expect(object["meta"]?.object?["api-version"]?.string == "1.3")
    #expect(object["versions"]?.array?.compactMap(\.string) == ["1.0"])
    let elements = try #require(object["files"]?.array)
    let files = elements.compactMap(\.object)
    #expect(files.count == 1)
    #expect(files[0]["filename"]?.string == "rig_github-1.0.tar.gz")
    #expect(
      files[0]["hashes"]?.object?["sha256"]?.string == SHA256.hexadecimal(of: Array(Self.content.utf8)))
    #expect(files[0]["size"]?.integer == 4)
    #expect(files[0]["upload-time"]?.string == "\(site.now)")
    if case .null? = files[0]["provenance"]?.value {} else { Issue.record("it has a provenance") }
    let address = try #require(files[0]["url"]?.string.flatMap { try? HTTPURL($0) })
    #expect(site.get(address.path)?.body == Self.content)
  }

  @Test(arguments: [
    (nil, "text/html"), ("*/*", "text/html"), (json, json), ("image/png", "text/html"),
    ("text/html;q=0.1, \(json)", json), ("\(json);q=0.2, text/html;q=0.01, */*;q=0", json),
    ("application/vnd.pypi.simple.v1+html, text/html;q=0.1", "application/vnd.pypi.simple.v1+html"),
  ])
  func answersInTheFormThatIsWanted(_ accept: String?, _ type: String) throws {
    let site = try Site()
    try publish(site)
    let answer = try #require(site.get("/simple/rig-github/", accept.map { ["Accept: \($0)"] } ?? []))
    #expect(answer.status == 200 && answer.type == type)
    #expect(answer.body.contains("rig_github-1.0.tar.gz"))
    if type != Self.json {
      #expect(answer.body.contains("#sha256=\(SHA256.hexadecimal(of: Array(Self.content.utf8)))\""))
    }
    #expect(site.get("/simple/", accept.map { ["Accept: \($0)"] } ?? [])?.type == type)
  }

  @Test(arguments: ["Rig-GitHub/", "rig_github/", "rig-github", "rig..github/"])
  func sendsOtherSpellingsToTheNormalisedName(_ name: String) throws {
    let site = try Site()
    let answer = try #require(site.get("/simple/\(name)"))
    #expect(answer.status == 301 && answer.fields["location"] == "/simple/rig-github/")
  }

  @Test func hasNoListIfThatIsSwitchedOff() throws {
    let site = try Site([.noSimpleIndex])
    try publish(site)
    #expect(site.get("/simple/rig-github/", ["Accept: \(Self.json)"])?.status == 404)
  }

  // MARK: Who published a file

  private func provenance(_ site: Site) throws -> String {
    let file = try #require(try page(site)["files"]?.array?.first?.object)
    return try HTTPURL(try #require(file["provenance"]?.string)).path
  }

  @Test func namesThePublisherOfAttestedFiles() throws {
    let site = try Site()
    try publish(site, attestations: #"[{"version":1,"envelope":{"signature":"AA=="}}]"#)
    #expect(site.sandbox.uploads.map(\.attestationCount) == [1])
    let path = try provenance(site)
    #expect(path == "/integrity/rig-github/1.0/rig_github-1.0.tar.gz/provenance")
    let type = "application/vnd.pypi.integrity.v1+json"
    let answer = try #require(site.get(path, ["Accept: \(type)"]))
    #expect(answer.status == 200 && answer.type == type)
    #expect(
      answer.body
        == #"{"version":1,"attestation_bundles":[{"publisher":{"kind":"GitHub","repository":"octo-org/sample","#
        + #""workflow":"release.yml","environment":"","claims":null},"#
        + #""attestations":[{"version":1,"envelope":{"signature":"AA=="}}]}]}"#)
    #expect(site.get(path)?.status == 200)
    #expect(site.get(path, ["Accept: text/html"])?.status == 406)
    #expect(site.get("/integrity/rig-github/1.1/rig_github-1.0.tar.gz/provenance")?.status == 404)
    site.sandbox.set([.integrityOff])
    #expect(site.get(path)?.status == 403)
  }

  @Test func namesNobodyForFilesWithoutAttestations() throws {
    let site = try Site()
    try publish(site)
    #expect(site.get("/integrity/rig-github/1.0/rig_github-1.0.tar.gz/provenance")?.status == 404)
  }

  @Test func namesThePublisherOfEveryFileIfSwitched() throws {
    let site = try Site([.attestUploads])
    let token = try #require(site.credential(for: site.gitlab()))
    #expect(site.upload("rig-gitlab", file: "rig_gitlab-1.0.tar.gz", token: token)?.status == 200)
    let answer = try #require(site.get("/integrity/rig-gitlab/1.0/rig_gitlab-1.0.tar.gz/provenance"))
    #expect(
      answer.body
        == #"{"version":1,"attestation_bundles":[{"publisher":{"kind":"GitLab","repository":"octo-group/sub/sample","#
        + #""workflow_filepath":".gitlab-ci.yml","environment":"","claims":null},"attestations":[]}]}"#)
  }

  @Test(arguments: ["", "{}", "[]", "[1]", "[{]"])
  func refusesAttestationsThatAreNone(_ text: String) throws {
    let site = try Site()
    let token = try #require(site.credential(for: site.github()))
    let answer = try #require(site.upload("rig-github", token: token, fields: [("attestations", text)]))
    #expect(answer.status == 400 && answer.reason.hasPrefix("Invalid attestations supplied during upload"))
    #expect(site.sandbox.uploads.isEmpty)
  }
}
