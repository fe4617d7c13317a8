import BrokerCore
import BrokerSandbox
import CratesIOSandbox
import Testing

@testable import CratesIORegistry

struct PublishRowTests {
  @Test("An API token is good for the crates of the publishers that match, until it ends or is revoked")
  func publishes() throws {
    let site = try CratesSite()
    let token = try #require(site.credential(for: site.github()))
    #expect(site.publish("alpha", with: token) == "200 ")
    // As it is, and behind Bearer; a name's case and its underscores do not matter.
    #expect(site.publish("beta-two", with: token, isBearer: true) == "200 ")
    #expect(site.publish("alpha", with: token) == "400 crate version `1.0.0` is already uploaded")
    #expect(site.publish("alpha", "1.0.0+more", with: token).hasPrefix("400 crate version"))
    #expect(
      site.publish("omega", with: token) == "403 The provided access token is not valid for crate `omega`")
    #expect(
      site.publish("brand-new", with: token)
        == "403 Trusted Publishing tokens do not support creating new crates. Publish the crate manually, first")
    #expect(site.publish("alpha", "2.0.0", with: nil).hasPrefix("403 this action requires authentication"))
    let tokens = "/api/v1/trusted_publishing/tokens"
    #expect(site.send("DELETE", tokens).status == 401)
    #expect(site.send("DELETE", tokens, [("Authorization", "Bearer other")]).status == 401)
    #expect(site.send("DELETE", tokens, [("Authorization", "Bearer \(token)")]).status == 204)
    #expect(site.send("DELETE", tokens, [("Authorization", "Bearer \(token)")]).status == 204)
    #expect(site.publish("alpha", "2.0.0", with: token) == "403 Invalid authentication token")
  }

  @Test("A person's API token makes new crates, and new versions where these are not left to trusted publishers")
  func people() throws {
    let person = "cio-rehearsal-0123456789"
    let site = try CratesSite()
    #expect(site.publish("brand-new", with: person) == "200 ")
    #expect(site.publish("alpha", with: person) == "200 ")
    let guarded = try CratesSite([.trustpubOnly])
    #expect(guarded.publish("alpha", with: person).hasPrefix("403 New versions of this crate can only be published"))
    let token = try #require(guarded.credential(for: guarded.github()))
    #expect(guarded.publish("alpha", with: token) == "200 ")
  }

  @Test("The index has a line for each version, at the place that its name says") func index() throws {
    let site = try CratesSite()
    let token = try #require(site.credential(for: site.github()))
    #expect(site.publish("alpha", "1.2.3", with: token) == "200 ")
    let (status, text) = site.send("GET", "/index/al/ph/alpha")
    #expect(status == 200 && text.contains(#""vers":"1.2.3""#))
    #expect(text.contains(SHA256.hexadecimal(of: Array("alpha 1.2.3".utf8))))
    #expect(site.send("GET", "/index/alpha").status == 404)
    #expect(site.send("GET", "/index/no/th/nothing").status == 404)
    #expect(site.send("GET", "/index/config.json").text.contains("\"api\""))
    #expect(site.send("GET", "/download/alpha/1.2.3/download").text == "alpha 1.2.3")
  }

  @Test(
    "Crates lie in the index where their names say",
    arguments: [
      ("a", "1/a"), ("ab", "2/ab"), ("abc", "3/a/abc"), ("Serde", "se/rd/serde"), ("serde_json", "se/rd/serde_json"),
    ]) func places(_ name: String, _ path: String)
  { #expect(SparseIndex.path(of: name) == path) }

  @Test("What is no crate's name has no place in the index", arguments: ["", "a/b", "../x", "ä", "a b", "a.b"])
  func noPlaces(_ name: String) { #expect(SparseIndex.path(of: name) == nil) }

  @Test(
    "A file's name says its crate and version",
    arguments: [
      ("target/package/alpha-1.0.0.crate", "alpha", "1.0.0"), ("sha-1-0.10.0.crate", "sha-1", "0.10.0"),
      ("a-b_c-1.0.0-rc.1+b-2.crate", "a-b_c", "1.0.0-rc.1+b-2"), ("x-1.2.3+build.crate", "x", "1.2.3+build"),
    ]) func names(_ path: String, _ crate: String, _ version: String)
  {
    let name = CrateFiles(registry: "crates-io").name(of: path)
    #expect(name?.project == crate && name?.version == version)
  }

  @Test(
    "Other files are none of a crate", arguments: ["alpha.crate", "alpha-1.0.crate", "-1.0.0.crate", "alpha-1.0.0.gz"])
  func noNames(_ path: String) { #expect(CrateFiles(registry: "crates-io").name(of: path) == nil) }

  @Test("A crate that is not there, and a version that differs behind + alone, are objected to") func objections() {
    let files = CrateFiles(registry: "crates-io")
    let there = ReleaseListing.files([ReleaseFile(filename: "alpha-1.0.0+a.crate", sha256: nil)])
    let found = files.objections(
      to: ["new-1.0.0.crate", "alpha-1.0.0+b.crate", "alpha-1.1.0.crate"],
      listings: ["new": .unknownProject, "alpha": there])
    #expect(found.map(\.path) == ["new-1.0.0.crate", "alpha-1.0.0+b.crate"])
  }

  @Test(
    "What cargo prints says why an upload was refused",
    arguments: [
      (
        "error: failed to publish crate to registry at http://127.0.0.1\nCaused by:\n  the remote server responded with an error "
          + "(status 403 Forbidden): Trusted Publishing tokens do not support creating new crates. Publish the crate manually, first",
        "crate-not-there"
      ),
      ("(status 403 Forbidden): The provided access token is not valid for crate `beta`", "crate-not-covered"),
      ("(status 403 Forbidden): Invalid authentication token", "credential-ended"),
      ("error: crate tbx-a@0.1.0 already exists on crates.io index", "version-exists"),
      (
        "error: `tbx-b` cannot be published.\nThe registry `crates-io` is not listed in the `package.publish` value in Cargo.toml.",
        "wrong-registry"
      ),
      (
        "error: 3 files in the working directory contain changes that were not yet committed into git:", "files-changed"
      ),
    ]) func uploadReasons(_ output: String, _ code: String)
  {
    let failure = UploadTable.failure(output, at: "crates-io")
    #expect(failure?.cause.code.text == code)
    #expect(code != "crate-not-covered" || failure?.cause.summary.text.contains("beta") == true)
  }
}
