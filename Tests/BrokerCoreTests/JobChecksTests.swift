import BrokerCore
import Testing

/// What a check says of a job: it passes what a claim shows, and nothing else.
struct JobChecksTests {
  private static let rules = PublisherRules(forms: [
    PublisherRules.Form(
      IssuerFamily("GitHub"),
      fields: [
        PublisherRules.Field(.owner, "Owner"), PublisherRules.Field(.workflow, "Workflow name"),
        PublisherRules.Field(.environment, "Environment name"),
      ])
  ])

  private func outcomes(_ change: (inout JobIdentity) -> Void, supply: IdentityTokenSupply? = nil) -> [String: String] {
    var job = JobIdentity(family: IssuerFamily("GitHub"))
    change(&job)
    var input = DiagnosisInput(BrokerError(.checkFailed, ""), registry: "pypi")
    input.job = job
    input.capabilities = RegistryCapabilities(publishers: Self.rules)
    let checks = JobChecks(input, supply: supply, registries: ["pypi"])
    return Dictionary(uniqueKeysWithValues: (checks.items + checks.job).map { ($0.name.text, $0.outcome.rawValue) })
  }

  /// A job of which no claim says anything passes nothing.
  @Test func passesNothingWithoutAClaim() {
    #expect(!outcomes { _ in }.values.contains("pass"))
  }

  @Test(
    arguments: [
      ("github-hosted", "pass"), ("gitlab-hosted", "pass"), ("self-hosted", "warn"), ("odd", "skip"), ("", "skip"),
      (nil, "skip"),
    ] as [(String?, String)])
  func tellsRunners(_ runner: String?, _ outcome: String) {
    #expect(outcomes { $0.runner = runner }["runner"] == outcome)
  }

  @Test(
    arguments: [
      ("refs/heads/main", true, "pass"), ("refs/heads/main", false, "warn"), ("refs/heads/main", nil, "skip"),
      (nil, true, "skip"),
    ] as [(String?, Bool?, String)])
  func tellsRefs(_ ref: String?, _ isProtected: Bool?, _ outcome: String) {
    #expect(outcomes { ($0.ref, $0.refProtected) = (ref, isProtected) }["ref"] == outcome)
  }

  /// A publisher matches values that are there.
  @Test func tellsPublishers() {
    let whole: (inout JobIdentity) -> Void = { job in
      job.issuer = "https://x"
      job.fields = [.owner: "octo-org", .workflow: "a.yml"]
    }
    #expect(outcomes(whole)["publisher"] == "unknown")
    for field in [JobField.owner, .workflow] {
      #expect(
        outcomes {
          whole(&$0); $0.fields[field] = nil
        }["publisher"] == "warn")
    }
    #expect(
      outcomes {
        whole(&$0); $0.issuer = nil
      }["publisher"] == "warn")
  }

  @Test("a supply of few identity tokens is warned of") func countsWhatIsThere() {
    #expect(outcomes({ _ in }, supply: .fixed(remaining: 0))["supply"] == nil)
    #expect(outcomes({ _ in }, supply: .fixed(remaining: 1))["supply"] == "warn")
    #expect(outcomes({ _ in }, supply: .fixed(remaining: 2))["supply"] == "pass")
  }
}
