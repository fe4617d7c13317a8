import BrokerCore
import TestSupport
import Testing

struct DiagnosisTests {
  private static let family = IssuerFamily("A family")

  private static let rules = PublisherRules(
    forms: [
      PublisherRules.Form(
        family,
        fields: [
          PublisherRules.Field(.owner, "Owner"), PublisherRules.Field(.workflow, "Workflow"),
          PublisherRules.Field(.environment, "Environment", comparison: .ignoringCase),
        ])
    ])

  private static let capabilities = RegistryCapabilities(
    publishers: rules,
    refusals: RegistryRefusals(explain: { _, _ in [Cause("said", .certain, "It was said.", fixes: [])] }))

  private static var job: JobIdentity {
    var job = JobIdentity(family: family)
    job.owner = "octo-org"
    job.fields = [.owner: "octo-org", .workflow: "called.yml"]
    job.environment = "PyPI"
    return job
  }

  /// A text, and what is shown of it.
  @Test(arguments: [
    ("release.yml", "release.yml"), ("rele\u{430}se", "rele<U+0430 looks like a>se"),
    ("a\u{200B}b", "a<U+200B invisible>b"), (" a b ", "<U+0020 SPACE>a b<U+0020 SPACE>"),
    ("a\u{202E}b", "a<U+202E invisible>b"), ("a\nb", "a<U+000A>b"), ("::x", ": :x"),
  ])
  func marksWhatDeceives(_ text: String, _ shown: String) {
    #expect(DeceptiveText.marked(text).text == shown)
  }

  @Test func cutsLongTexts() {
    let shown = DeceptiveText.marked(String(repeating: "a", count: 9999)).text
    #expect(shown.count < 300 && shown.hasSuffix("..."))
  }

  /// A value, and how it stands in YAML.
  @Test(arguments: [
    ("pypi", "pypi"), ("a b", "\"a b\""), ("true", "\"true\""), ("1", "\"1\""), ("a: b", "\"a: b\""), ("", "\"\""),
    ("x\n  evil: 1", "\"x evil: 1\""), ("https://x", "\"https://x\""),
  ])
  func quotesForYAML(_ value: String, _ written: String) {
    #expect(Snippet.quoted(value).text == written)
  }

  @Test func comparesAsTheRegistryDoes() {
    let values = [(field: JobField.owner, value: "Octo-Org"), (.workflow, "called.yml"), (.environment, "pypi")]
    let differences = FieldDifference.between(Self.job, and: values, rules: Self.rules)
    #expect(differences.map(\.code) == ["owner-differs"])
    #expect(differences.first?.manner == "they differ in case")
    #expect(
      FieldDifference.between(Self.job, and: values, rules: nil).map(\.code)
        == ["owner-differs", "environment-differs"])
    var job = Self.job
    job.environment = nil
    #expect(
      FieldDifference.between(job, and: [(.environment, "pypi")], rules: Self.rules)[0].code == "environment-missing")
  }

  @Test("a cause that the registry names comes before one that is likely") func ranksWhatIsSaidBeforeWhatMayBe() {
    var input = DiagnosisInput(
      BrokerError(.publisherNotFound, "", refusal: Refusal(status: 422, code: "x", text: "y")), registry: "pypi")
    input.capabilities = Self.capabilities
    input.job = Self.job
    #expect(Diagnosis(input).causes.map(\.code) == ["said"])
    input.lastRelease = PublishedRelease(
      project: "sample", version: "1", family: Self.family, values: [(.workflow, "release.yml"), (.environment, "")])
    #expect(Diagnosis(input).causes.map(\.code) == ["said", "workflow-differs"])
  }

  @Test func isQuietAboutErrorsThatSayItAll() {
    #expect(Diagnosis(DiagnosisInput(BrokerError(.usage, "x"), registry: "pypi")).causes.isEmpty)
  }

  @Test func tellsTimesByTheRegistrysClockIfItHasOne() throws {
    let node = try JSONReader().read(Array(#"{"aud":"pypi","exp":1000,"iat":900}"#.utf8))
    var input = DiagnosisInput(BrokerError(.identityTokenExpired, ""), registry: "pypi")
    input.token = TokenFacts(Claims(try #require(node.object)))
    input.audience = "pypi"
    input.now = UnixTime(2000)
    #expect(TokenDiagnosis(input).causes.map { "\($0.certainty.name) \($0.code)" } == ["likely token-expired"])
    input.serverTime = UnixTime(950)
    #expect(TokenDiagnosis(input).causes.isEmpty)
    input.serverTime = UnixTime(800)
    #expect(TokenDiagnosis(input).causes.map(\.code) == ["token-not-yet-valid"])
    input.audience = "testpypi"
    #expect(TokenDiagnosis(input).causes.map(\.code) == ["audience-differs", "token-not-yet-valid"])
  }

  /// A log, and the claims in it.
  @Test(
    arguments: [
      ("* `repository`: `octo-org/sample`", "octo-org/sample"), ("repository: Some(\"a/b\"), x", "a/b"),
      (#"{"repository":"a/b"}"#, "a/b"), ("repository=a/b", "a/b"), ("* `repository`: `MISSING`", nil),
      ("\u{1B}[31mrepository: a/b\u{1B}[0m", "a/b"),
    ] as [(String, String?)])
  func readsClaimsInLogs(_ log: String, _ repository: String?) {
    #expect(LogReading(Array(log.utf8)).claims[0].claims["repository"] == repository)
  }

  @Test func readsTheEndOfALongLog() {
    let log = String(repeating: "x y\n", count: 400_000) + "invalid-publisher"
    #expect(LogReading(Array(log.utf8)).text.hasSuffix("invalid-publisher"))
  }
}
