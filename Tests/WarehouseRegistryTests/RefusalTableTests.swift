import BrokerConformance
import BrokerCore
import PyPIRegistry
import TestSupport
import Testing

@testable import WarehouseRegistry

/// What PyPI's own server software answered, and what its source words besides, against the table.
struct RefusalTableTests {
  /// A refusal, who the job is, and the first cause; no cause where the registry does not say what differs.
  struct Answer: Sendable, CustomTestStringConvertible {
    let code: String
    let text: String
    let job: JobIdentity?
    let cause: String?
    var testDescription: String { "\(code): \(text)" }

    init(_ code: String, _ text: String, _ cause: String?, _ job: JobIdentity? = nil) {
      (self.code, self.text, self.job, self.cause) = (code, text, job, cause)
    }

    static func notFound(_ detail: String, _ cause: String?, _ job: JobIdentity? = nil) -> Answer {
      Answer("invalid-publisher", "valid token, but no corresponding publisher (\(detail))", cause, job)
    }
  }

  private static let gitHub = job(
    PublisherFamily.gitHub, "https://token.actions.githubusercontent.com",
    file: "octo-org/sample/.github/workflows/release.yml@refs/heads/main")
  private static let gitLab = job(
    PublisherFamily.gitLab, "https://gitlab.com", file: "gitlab.com/octo-org/sample//.gitlab-ci.yml@refs/heads/main")

  private static let google = {
    var job = JobIdentity(family: PublisherFamily.google)
    job.issuer = "https://accounts.google.com"
    job.fields[.serviceAccount] = "release@octo-project.iam.gserviceaccount.com"
    return job
  }()

  private static func job(_ family: IssuerFamily, _ issuer: String, file: String? = nil) -> JobIdentity {
    var job = JobIdentity(family: family)
    (job.issuer, job.owner, job.repository, job.jobWorkflow) = (issuer, "octo-org", "sample", file)
    if family == PublisherFamily.google { job.fields[.serviceAccount] = "release@octo-project.iam.gserviceaccount.com" }
    job.workflow = family == PublisherFamily.gitHub ? ".github/workflows/release.yml" : ".gitlab-ci.yml"
    return job
  }

  private static func elsewhere(_ job: JobIdentity, _ file: String) -> JobIdentity {
    var job = job
    job.jobWorkflow = file
    return job
  }

  private static let workflowDiffers =
    "The job_workflow_ref claim does not match, expecting one of "
    + "['octo-org/sample/.github/workflows/release.yml@5770f2c3941334f2828cd79a46b728b6c66d21ba', "
    + "'octo-org/sample/.github/workflows/release.yml@refs/heads/main'], got "
    + "'octo-org/shared/.github/workflows/release.yml@refs/heads/main'"
  private static func pipelineDiffers(got: String) -> String {
    "The ci_config_ref_uri claim does not match, expecting one of "
      + "['gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@5770f2c3941334f2828cd79a46b728b6c66d21ba', "
      + "'gitlab.com/octo-group/sub/sample//.gitlab-ci.yml@refs/heads/main'], got '\(got)@refs/heads/main'"
  }
  private static let unknownIssuer = "unknown trusted publishing issuer"
  private static let validation = "1 validation error for TokenPayload\n"
  private static let see = "See http://127.0.0.1:8180/help/#project-name for more information."

  static let answers: [Answer] =
    [
      // Observed: the token
      Answer("invalid-reuse-token", "invalid token: already used", "token-reused"),
      Answer("invalid-token", "malformed or invalid token", "token-refused"),
      Answer("invalid-payload", unknownIssuer, "issuer-unknown"),
      Answer("invalid-payload", "malformed JWT", "token-malformed"),
      // Observed: no such publisher
      .notFound("Publisher with matching claims was not found", nil),
      .notFound(workflowDiffers, "reusable-workflow"),
      .notFound(workflowDiffers, "workflow-ref-differs", gitHub),
      .notFound(
        workflowDiffers, "reusable-workflow",
        elsewhere(gitHub, "octo-org/shared/.github/workflows/release.yml@refs/heads/main")),
      .notFound("Could not job extract workflow filename from OIDC claims", "workflow-file-name"),
      .notFound(
        "Publishing from a workflow invoked via 'pull_request_target' is not supported.", "pull-request-target"),
      .notFound("Missing claim 'jti'", "claim-missing"),
      .notFound("Missing claim 'repository'", "claim-missing"),
      .notFound(pipelineDiffers(got: "gitlab.com/Octo-Group/sub/sample//.gitlab-ci.yml"), "path-case-differs"),
      .notFound("Check failed for required claim 'sub'", "subject-customised", gitLab),
      .notFound("Check failed for required claim 'sub'", "subject-customised", gitHub),
      // Observed: pending publishers, the request, switches
      Answer("invalid-pending-publisher", "valid token, but project already exists", "pending-name-taken"),
      Answer(
        "invalid-payload", "The name 'rlg-glthub' is too similar to an existing project. \(see)", "project-name-similar"
      ),
      Answer(
        "invalid-payload",
        "The name 'asyncio' isn't allowed (conflict with Python Standard Library module name). \(see)",
        "project-name-not-allowed"),
      Answer(
        "invalid-payload", "\(validation)token\n  Input should be a valid string [type=string_type]",
        "request-malformed"),
      Answer("invalid-payload", "\(validation)token\n  Field required [type=missing]", "request-malformed"),
      Answer("invalid-payload", "\(validation)  Invalid JSON: expected ident at line 1 column 2", "request-malformed"),
      Answer("not-enabled", "github trusted publishing functionality not enabled", "publishing-switched-off"),
      Answer("not-enabled", "google trusted publishing functionality not enabled", "publishing-switched-off"),
      Answer(
        "invalid-payload", "New project registration temporarily disabled. See http://127.0.0.1:8180/help/",
        "new-projects-off"),
      // Observed: Google
      .notFound("Missing claim 'email'", "email-missing"),
      .notFound("Missing claim 'email_verified'", "email-not-verified"),
      .notFound("Check failed for required claim 'email_verified'", "email-not-verified", google),
      .notFound("Check failed for optional claim 'sub'", "service-account-id-differs", google),
      // Read in oidc/models and oidc/services.py
      .notFound("All lookup strategies exhausted", nil),
      .notFound("Check failed for required claim 'repository_owner_id'", "owner-id-differs"),
      .notFound("Check failed for optional claim 'environment'", "claim-differs"),
      .notFound("The job_workflow_ref claim is empty", "claim-missing"),
      .notFound("The ref and sha claims are empty", "claim-missing"),
      .notFound("The ci_config_ref_uri claim is empty", "claim-missing"),
      .notFound("The ref_path and sha claims are empty", "claim-missing"),
      .notFound("Missing claim 'ci_config_ref_uri'", "claim-missing"),
      .notFound("Could not extract workflow filename from OIDC claims", "workflow-file-name"),
      .notFound(
        pipelineDiffers(got: "gitlab.com/octo-group/sub/sample//.gitlab-ci.yml"), "pipeline-ref-differs", gitLab),
      .notFound(
        pipelineDiffers(got: "gitlab.com/octo-group/shared//.gitlab-ci.yml"), "pipeline-file-elsewhere",
        elsewhere(gitLab, "gitlab.com/octo-group/shared//.gitlab-ci.yml@refs/heads/main")),
      Answer("invalid-payload", "The name 'x' isn't allowed. \(see)", "project-name-not-allowed"),
      // The name of a project is not the registry's text.
      Answer(
        "invalid-payload", "The name 'rlg-issuer' is too similar to an existing project. \(see)", "project-name-similar"
      ),
      Answer("invalid-payload", "something new", "request-malformed"),
      Answer("invalid-moon-phase", "wait for the full moon", "refusal-unknown"),
    ]
    + issuers.flatMap { issuer, family, cause in
      let job = job(family, issuer)
      return [
        Answer("invalid-payload", unknownIssuer, cause, job),
        .notFound("Issuer '\(issuer)' is unsupported", cause, job),
        .notFound("JWT issuer '\(issuer)' does not match expected issuer 'https://gitlab.com'", cause, job),
      ]
    }

  private static let issuers: [(String, IssuerFamily, String)] = [
    ("https://token.actions.githubusercontent.com/octo", PublisherFamily.gitHub, "issuer-enterprise-slug"),
    ("https://github.example.com/_services/token", PublisherFamily.gitHub, "issuer-enterprise-server"),
    ("https://token.actions.octo.ghe.com", PublisherFamily.gitHub, "issuer-data-residency"),
    ("https://token.actions.octo.ghe.com/octo", PublisherFamily.gitHub, "issuer-data-residency"),
    ("https://gitlab.example.com", PublisherFamily.gitLab, "issuer-self-managed"),
    ("https://codeberg.org/api/actions", PublisherFamily.gitHub, "issuer-forgejo"),
    ("https://oidc.example.com", PublisherFamily.gitHub, "issuer-unknown"),
  ]

  private static let forms = PublisherForms(registry: "pypi", site: .https(host: "pypi.org"))

  private static func input(_ answer: Answer) -> DiagnosisInput {
    var input = DiagnosisInput(BrokerError(.exchangeRefused, ""), registry: "pypi")
    input.job = answer.job
    return input
  }

  /// Each answer through an exchange.
  @Test(arguments: answers)
  func anAnswerHasItsCause(_ answer: Answer) async throws {
    let body =
      #"{"errors":[{"code":"\#(answer.code)","description":\#(JSONText.quoted(answer.text))}],"message":"Token request failed"}"#
    let index = Warehouse(
      name: "pypi", settings: try WarehouseSettings(from: .empty(path: ["registries", "pypi"]), of: .pypi),
      services: PluginServices(
        transport: ScriptedTransport { _ in .success(.json(body, status: 422)) }, time: FakeTime().source()))
    let token = try IdentityToken(Secret(SampleToken.make(audience: "pypi", identifier: "x")), from: "It")
      .bound(to: .https(host: "upload.pypi.org"), in: SecretBindings())
    let error = await failure { () async throws(BrokerError) in _ = try await index.exchange(token, for: .everything) }
    let refusal = try #require(error?.refusal)
    #expect(error?.code == (answer.code == "invalid-publisher" ? .publisherNotFound : .exchangeRefused))
    let causes = try #require(index.capabilities.refusals).explain(refusal, Self.input(answer))
    #expect(causes.first?.code.text == answer.cause)
    for text in causes.flatMap({ [$0.summary] + $0.fixes }) + [error?.remedy ?? "{"] {
      #expect(!text.contains("{"), "\(text)")
    }
  }

  /// Each answer in a log that shows the code, and in one that shows the text alone.
  @Test(arguments: answers.filter { $0.code != "invalid-moon-phase" })
  func anAnswerIsFoundInALog(_ answer: Answer) throws {
    let refusals = RefusalReading.refusals(of: Self.forms, isUsual: false)
    let found = try #require(refusals.recognise("Error: \(answer.code): \(answer.text) in the job"))
    #expect(found.code == answer.code && found.isAboutPublisher == (answer.code == "invalid-publisher"))
    #expect(refusals.explain(found, Self.input(answer)).first?.code.text == answer.cause)
    if let alone = refusals.recognise("Error: \(answer.text)") { #expect(alone.code == answer.code) }
  }

  /// A token in which nothing is wrong leaves its signature.
  private static func withToken(_ answer: Answer) -> DiagnosisInput {
    var input = input(answer)
    input.token = TokenFacts(Claims(JSONObject([])))
    return input
  }

  @Test func aTokenWithoutFaultsLeavesTheKeys() throws {
    let answer = Answer("invalid-token", "malformed or invalid token", nil)
    let refusals = RefusalReading.refusals(of: Self.forms, isUsual: false)
    let causes = refusals.explain(
      Refusal(status: 422, code: answer.code, text: answer.text), Self.withToken(answer))
    #expect(causes.map(\.code) == ["key-rotation", "signature-wrong"])
  }

  @Test func everyRowIsReachedAndNoCodeIsMissing() {
    #expect(Set(RefusalTable.codes.map(\.name)) == Set(Self.answers.map(\.code)).subtracting(["invalid-moon-phase"]))
    for code in RefusalTable.codes {
      var reached: Set<Int> = []
      for answer in Self.answers where answer.code == code.name {
        for input in [Self.input(answer), Self.withToken(answer)] {
          reached.formUnion(RefusalReading(answer.text, input, forms: Self.forms).rows(of: code).indices)
        }
      }
      let missing = code.rows.indices.filter { !reached.contains($0) }.map { code.rows[$0].code }
      #expect(missing == [], "\(code.name)")
      for words in code.words {
        #expect(Self.answers.contains { $0.code == code.name && $0.text.contains(words) }, "\(words)")
      }
    }
  }

  // MARK: Issuers

  @Test func saysWhichIssuersAreAccepted() {
    #expect(
      Issuers.accepted.clause(for: "pypi").text
        == "pypi accepts GitHub, GitLab, Google and ActiveState; an own GitLab through its organisation, as of 2026-08-21"
    )
    let forgejo = Issuers.refused.first { $0.isOf("https://codeberg.org/api/actions") }
    #expect(
      Issuers.accepted.clause(for: "pypi", but: forgejo).text.hasSuffix(
        "organisation; not Forgejo (requested: https://github.com/pypi/warehouse/issues/19786), as of 2026-08-21"))
    #expect(Issuers.accepted.prefix(1).map(\.self).clause(for: "x").text == "x accepts GitHub, as of 2026-08-21")
    for issuer in Issuers.accepted { #expect(!issuer.source.isEmpty && issuer.day.text.count == 10) }
  }

  @Test func doubtsNoAcceptedIssuer() {
    for issuer in Issuers.accepted {
      guard let address = issuer.address else { continue }
      #expect(JobReview(forms: Self.forms, job: Self.job(issuer.family, address)).causes.isEmpty, "\(address)")
    }
    for (issuer, family, cause) in Self.issuers {
      let causes = JobReview(forms: Self.forms, job: Self.job(family, issuer)).causes
      #expect(causes.map(\.code.text) == [cause] && causes.map(\.certainty) == [.possible], "\(issuer)")
    }
  }
}
