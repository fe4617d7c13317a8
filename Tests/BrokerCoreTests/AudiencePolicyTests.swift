import BrokerCore
import Testing

struct AudiencePolicyTests {
  private func policy(_ home: String, expected: Audience?, rehearsal: Bool = false) throws -> AudiencePolicy {
    AudiencePolicy(
      registry: "mine", home: try HTTPURL(home).origin, expected: expected, isRehearsal: rehearsal)
  }

  @Test func acceptsTheExpectedOneAlone() throws {
    let policy = try policy("https://upload.pypi.org", expected: "pypi")
    try policy.judge("pypi")
    for wrong: Audience in ["testpypi", "PyPI", "pypi ", "upload.pypi.org", "sigstore"] {
      let error = #expect(throws: BrokerError.self) { try policy.judge(wrong) }
      #expect(error?.code == .audienceRefused)
    }
  }

  @Test("two audiences are the same if all their bytes are") func comparesBytes() throws {
    let kelvin: Audience = "api://\u{212A}"
    #expect(kelvin.value == "api://K" && kelvin != "api://K")
    let policy = try policy("https://pypi.example.com", expected: "api://K")
    #expect(throws: BrokerError.self) { try policy.judge(kelvin) }
  }

  @Test(arguments: [
    "pypi.example.com", "https://pypi.example.com", "npm:pypi.example.com", "x-y+z.1:pypi.example.com",
  ])
  func acceptsItsOwnHost(_ text: String) throws {
    try policy("https://pypi.example.com/legacy/", expected: nil).judge(try #require(Audience(text)))
  }

  @Test(arguments: [
    "other.example.com", "example.com", "http://pypi.example.com", "https://pypi.example.com/", "PYPI.example.com",
    "1x:pypi.example.com", ":pypi.example.com", "pypi.example.com:443", "a b:pypi.example.com",
  ])
  func refusesAnyOtherWithTheLineToAdd(_ text: String) throws {
    let policy = try policy("https://pypi.example.com", expected: nil)
    let error = #expect(throws: BrokerError.self) { try policy.judge(Audience(text) ?? "") }
    #expect(error?.code == .audienceRefused)
    #expect(error?.remedy?.contains("\"audience\": \"\(text)\"") == true)
    #expect(error?.remedy?.contains("registries.mine") == true)
  }

  /// The line to add is the same audience, and no command wherever it is broken.
  @Test func writesNoCommandOfAnAudience() throws {
    let policy = try policy("https://pypi.example.com", expected: nil)
    let hostile: Audience = "x ::stop-commands::y ##[error]z"
    let error = #expect(throws: BrokerError.self) { try policy.judge(hostile) }
    let text = "\(error?.message ?? "") \(error?.remedy ?? "")"
    #expect(text.contains(##""audience": "x :\u003astop-commands:\u003ay ##\u005berror]z""##), "\(text)")
    #expect(!text.contains("::") && !text.contains("##["), "\(text)")
  }

  @Test func includesAnUnusualPort() throws {
    let policy = try policy("https://pypi.example.com:8443", expected: nil)
    try policy.judge("pypi.example.com")
    try policy.judge("https://pypi.example.com:8443")
    #expect(throws: BrokerError.self) { try policy.judge("https://pypi.example.com:9") }
  }

  @Test(arguments: [
    "pypi", "testpypi", "PyPI", "sigstore", "crates.io", "https://crates.io", "rubygems.org", "npm:registry.npmjs.org",
    "https://www.nuget.org", "sts.amazonaws.com", "api://AzureADTokenExchange", "octo-sts.dev", "prefix.dev",
    "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    "//iam.googleapis.com/projects/1", "https://github.com/octo-org", "https://gitlab.com",
  ])
  func refusesOtherRelyingParties(_ text: String) throws {
    let audience = try #require(Audience(text))
    for expected in [nil, audience] {
      let policy = try policy("https://pypi.example.com", expected: expected)
      let error = #expect(throws: BrokerError.self) { try policy.judge(audience) }
      #expect(error?.code == .audienceRefused)
      #expect(error?.remedy?.contains("own") == true)
    }
    try policy("https://pypi.example.com", expected: audience, rehearsal: true).judge(audience)
  }

  @Test(arguments: [
    ("https://upload.pypi.org", "pypi"), ("https://test.pypi.org", "testpypi"), ("https://crates.io", "crates.io"),
    ("https://registry.npmjs.org", "npm:registry.npmjs.org"), ("https://npm.example.com", "npm:npm.example.com"),
  ])
  func letsTheOwnerHaveIt(_ home: String, _ text: String) throws {
    let audience = try #require(Audience(text))
    try policy(home, expected: audience).judge(audience)
  }

  @Test(
    "a text that is empty, too long or not printable is no audience",
    arguments: ["", "a\nb", "a\u{202E}b", String(repeating: "a", count: 256), "\u{0}"])
  func noAudience(_ text: String) {
    #expect(Audience(text) == nil)
  }
}
