import BrokerConformance
import BrokerCore
import GitLabProvider
import GitLabSandbox
import TestSupport
import Testing

struct GitLabTests {
  private func token(_ audience: String, _ identifier: String = "id-1") -> String {
    SampleToken.make(audience: audience, identifier: identifier)
  }

  private func source(
    _ variables: [String: String], configuration: String = "{}"
  ) async throws -> any IdentityTokenSource {
    var catalog = PluginCatalog()
    try catalog.add(.gitLab)
    let text = #"{"version":1,"providers":{"gitlab":\#(configuration)},"registries":{},"routes":{}}"#
    let read = try ConfigurationReader(catalog: catalog).read(Array(text.utf8), file: "file.json")
    let services = PluginServices(
      transport: ScriptedTransport { _ in .failure(HTTPFailure(.refused, arrival: .nothingSent)) },
      time: FakeTime().source())
    let environment = Environment(["GITLAB_CI": "true"].merging(variables) { $1 })
    guard case .present(_, let source) = try await read.providers[0].make(services).detect(in: environment) else {
      throw BrokerError(.providerNotFound, "not recognised")
    }
    return source
  }

  @Test("GitLab CI does what every provider has to do, on both sides") func conforms() async throws {
    try await ProviderConformance(
      .gitLab, environment: ["GITLAB_CI": "true", "PYPI_ID_TOKEN": token("pypi")], clueVariable: "GITLAB_CI",
      audience: "pypi", secrets: [token("pypi")], playedBy: .gitlab
    ).run()
  }

  @Test(arguments: [
    ("pypi", "PYPI_ID_TOKEN"), ("testpypi", "TESTPYPI_ID_TOKEN"), ("prefix.dev", "PREFIX_DEV_ID_TOKEN"),
    ("http://test.audience", "HTTP___TEST_AUDIENCE_ID_TOKEN"), ("1password", "_PASSWORD_ID_TOKEN"),
    ("1password", "1PASSWORD_ID_TOKEN"), ("straße", "STRASSE_ID_TOKEN"), ("straße", "STRA_E_ID_TOKEN"),
    ("a-b_c", "A_B_C_ID_TOKEN"), ("😀x", "_X_ID_TOKEN"),
  ])
  func findsTheVariable(_ audience: String, _ variable: String) async throws {
    let audience = try #require(Audience(audience))
    let source = try await source([variable: token(audience.value)])
    #expect(source.supply(for: audience) == .fixed(remaining: 1))
    #expect(try await source.identityToken(for: audience).claims.audience == .single(audience.value))
  }

  /// `id_tokens` may have any name; a job token is none.
  @Test func namesTheVariablesThatCarryTheIdentity() async throws {
    let source = try await source(
      [
        "PYPI_ID_TOKEN": token("pypi"), "EMPTY_ID_TOKEN": "", "SIGSTORE": token("sigstore"), "A": "configured",
        "CI_JOB_TOKEN": token("gitlab"), "OTHER": "eyJ", "CI_PROJECT_PATH": "group/project",
      ], configuration: #"{"variables":{"pypi":["A"]}}"#)
    #expect(source.identityVariables == ["A", "EMPTY_ID_TOKEN", "PYPI_ID_TOKEN", "SIGSTORE"])
  }

  @Test func showsWhatItHoldsWithoutHandingItOut() async throws {
    let source = try await source(
      ["A": token("pypi", "1"), "C": token("pypi", "3")], configuration: #"{"variables":{"pypi":["A","B","C"]}}"#)
    for _ in 0..<2 { #expect(try source.heldTokens(for: "pypi").compactMap { $0.claims["jti"] } == ["1", "3"]) }
    _ = try await source.identityToken(for: "pypi")
    #expect(try source.heldTokens(for: "pypi").compactMap { $0.claims["jti"] } == ["3"])
    let missing = await failure { () throws(BrokerError) in _ = try source.heldTokens(for: "testpypi") }
    #expect(missing?.code == .identityTokenMissing)
  }

  @Test func usesAPoolInOrder() async throws {
    let source = try await source(
      ["A": token("pypi", "1"), "B": "", "C": token("pypi", "3")],
      configuration: #"{"variables":{"pypi":["A","B","C"]}}"#)
    #expect(source.supply(for: "pypi") == .fixed(remaining: 2))
    #expect(try await source.identityToken(for: "pypi").claims["jti"] == "1")
    #expect(try await source.identityToken(for: "pypi").claims["jti"] == "3")
    let error = await failure { () async throws(BrokerError) in _ = try await source.identityToken(for: "pypi") }
    #expect(error?.code == .identityTokenMissing)
    #expect(error?.message.contains("A was used already, B is empty, C was used already") == true)
  }

  @Test func namesWhatIsThereInstead() async throws {
    let other = token("testpypi")
    let source = try await source([
      "TESTPYPI_ID_TOKEN": other, "BAD_ID_TOKEN": "not-a-jwt-0123456789", "PYPI_ID_TOKEN": "",
    ])
    let error = await failure { () async throws(BrokerError) in _ = try await source.identityToken(for: "pypi") }
    #expect(error?.message.contains("PYPI_ID_TOKEN is empty") == true)
    #expect(error?.remedy?.contains("id_tokens: { PYPI_ID_TOKEN: { aud: \"pypi\" } }") == true)
    #expect(
      error?.facts == [
        BrokerError.Fact("BAD_ID_TOKEN", "not an identity token"),
        BrokerError.Fact("TESTPYPI_ID_TOKEN", "made out to \"testpypi\""),
      ])
    if let error { SecretSearch([other, "not-a-jwt-0123456789"]).expectNone(in: error) }
  }

  @Test func refusesAForksMergeRequestInTheParent() async throws {
    let variables = [
      "PYPI_ID_TOKEN": token("pypi"), "CI_PIPELINE_SOURCE": "merge_request_event", "CI_PROJECT_PATH": "group/sample",
    ]
    let foreign = variables.merging(["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "stranger/sample"]) { $1 }
    let error = await #expect(throws: BrokerError.self) { try await source(foreign) }
    #expect(error?.code == .identityFork)
    _ = try await source(variables.merging(["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "group/sample"]) { $1 })
  }

  @Test(arguments: [
    (#"{"variables":{"pypi":[]}}"#, "providers.gitlab.variables.pypi"),
    (#"{"variables":{"pypi":"A"}}"#, "providers.gitlab.variables.pypi"),
    (#"{"variables":{"pypi":["1A"]}}"#, "\"1A\""),
    (#"{"variables":{"pypi":[5]}}"#, "providers.gitlab.variables.pypi.0"),
    (#"{"variables":[]}"#, "providers.gitlab.variables"), (#"{"variable":{}}"#, "Did you mean \"variables\"?"),
  ])
  func refusesWrongSettings(_ configuration: String, _ words: String) async {
    let error = await #expect(throws: BrokerError.self) { try await source([:], configuration: configuration) }
    #expect(error?.code == .configurationInvalid)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.message.text.hasPrefix("file.json, line 1, column ") == true)
  }

  @Test func mapsClaims() async throws {
    let text = SampleToken.make(
      audience: "pypi",
      claims: [
        ("namespace_path", "\"octo-group/sub\""), ("project_path", "\"octo-group/sub/sample\""),
        ("ci_config_ref_uri", "\"gitlab.com/octo-group/sub/sample//ci/a.yml@refs/heads/main\""),
        ("ref_path", "\"refs/heads/main\""), ("ref_protected", "\"false\""), ("user_email", "\"a@b.example\""),
        ("runner_id", "5"),
      ])
    let source = try await source(["PYPI_ID_TOKEN": text])
    let job = source.job(from: try await source.identityToken(for: "pypi").claims)
    #expect(job.owner == "octo-group/sub" && job.repository == "sample" && job.workflow == "ci/a.yml")
    #expect(job.ref == "refs/heads/main" && job.refProtected == false && job.environment == nil)
    #expect(job.runnerID == "5", "GitLab gives a number")
    #expect(!"\(job)".contains("a@b.example"))
  }

  /// What an index or a variable's name brings into the message of a missing token.
  @Test func writesNoCommandOfOthers() async throws {
    let hostile: Audience = "x ::stop-commands::y ##[error]z"
    let source = try await source(["::a ##[b]_ID_TOKEN": "x"])
    let error = await #expect(throws: BrokerError.self) { try await source.identityToken(for: hostile) }
    let cause = try #require(error?.causes.first)
    let texts = [error?.message, error?.remedy, cause.summary] + cause.fixes + (cause.snippet?.lines ?? [])
    for text in texts.compactMap(\.self) {
      #expect(!text.contains("::") && !text.contains("##["), "\(text)")
    }
    #expect(error?.remedy?.contains(##"aud: "x :\u003astop-commands:\u003ay ##\u005berror]z""##) == true)
  }
}
