import BrokerCore
import BuiltInPlugins
import GitHubProvider
import GitLabProvider
import Testing
import TokenBroker

struct RuleTests {
  /// A rule that admits the job, one of the same claim that does not, and a change after which the first does not.
  struct ClaimCase: Sendable {
    let admitting: String
    let refusing: String?
    let change: @Sendable (inout JobIdentity) -> Void

    init(_ admitting: String, _ refusing: String?, _ change: @escaping @Sendable (inout JobIdentity) -> Void) {
      self.admitting = admitting
      self.refusing = refusing
      self.change = change
    }
  }

  private func read(_ text: String) throws(BrokerError) -> BrokerConfiguration {
    try ConfigurationReader(catalog: PluginCatalog.builtIn()).read(
      Array("{\"version\":1,\n\(text)}".utf8), file: "token-broker.json")
  }

  private static let job: JobIdentity = {
    var job = JobIdentity(family: .gitHub)
    job.issuer = "https://token.actions.githubusercontent.com"
    (job.owner, job.ownerID, job.repository, job.repositoryID) = ("octo-org", "1000", "sample", "2000")
    job.workflow = ".github/workflows/release.yml"
    job.jobWorkflow = "octo-org/sample/.github/workflows/release.yml@refs/tags/v1"
    (job.ref, job.refType, job.refProtected) = ("refs/tags/v1", "tag", true)
    (job.environment, job.event, job.runner, job.visibility) = ("pypi", "release", "github-hosted", "public")
    job.runnerID = "12"
    return job
  }()

  private func refusal(_ rules: String, of job: JobIdentity = job, at registry: String = "pypi") throws -> BrokerError?
  {
    let gates = try read(rules).registries.first { $0.name == registry }?.gates ?? []
    for gate in gates where !gate.isAudit {
      do throws(BrokerError) { try gate.judge(job, for: registry) } catch { return error }
    }
    return nil
  }

  private static let claimCases: [ClaimCase] = [
    ClaimCase(#""ref": ["refs/heads/main", "refs/tags/v*"]"#, #""ref": ["refs/tags/w*"]"#) { $0.ref = "refs/tags/x" },
    ClaimCase(#""ref-type": ["tag"]"#, #""ref-type": ["branch"]"#) { $0.refType = "branch" },
    ClaimCase(#""ref-protected": true"#, nil) { $0.refProtected = false },
    ClaimCase(#""environment": ["pypi"]"#, #""environment": ["staging"]"#) { $0.environment = nil },
    ClaimCase(#""event": ["release", "push"]"#, #""event": ["push"]"#) { $0.event = "schedule" },
    ClaimCase(#""owner": ["octo-org"], "owner-id": ["1000"]"#, #""owner": ["octo"]"#) { $0.ownerID = "1001" },
    ClaimCase(#""owner-id": ["999", "1000"]"#, #""owner-id": ["999"]"#) { $0.ownerID = nil },
    ClaimCase(#""repository": ["octo-org/*"]"#, #""repository": ["octo-org/other"]"#) { $0.owner = "evil" },
    ClaimCase(#""repository-id": ["2000"]"#, #""repository-id": ["2001"]"#) { $0.repositoryID = "2" },
    ClaimCase(#""workflow": [".github/workflows/release.yml"]"#, #""workflow": [".github/workflows/ci.yml"]"#) {
      $0.workflow = ".github/workflows/ci.yml"
    },
    ClaimCase(
      #""job-workflow": ["octo-org/*/.github/workflows/release.yml@refs/tags/**"]"#,
      #""job-workflow": ["octo-org/sample/**@refs/heads/*"]"#
    ) { $0.jobWorkflow = "evil/x/.github/workflows/release.yml@refs/tags/v1" },
    ClaimCase(#""runner": ["hosted"]"#, #""runner": ["self-hosted"]"#) { $0.runner = "self-hosted" },
    ClaimCase(#""runner-id": ["12", "13"]"#, #""runner-id": ["130"]"#) { $0.runnerID = "14" },
    ClaimCase(#""visibility": ["public"]"#, #""visibility": ["private"]"#) { $0.visibility = "internal" },
    ClaimCase(#""issuer": ["https://token.*"]"#, #""issuer": ["https://gitlab.com"]"#) {
      $0.issuer = "https://evil.example"
    },

  ]

  @Test(arguments: claimCases)
  func judgesEveryClaim(_ row: ClaimCase) throws {
    let (admitting, refusing) = (row.admitting, row.refusing)
    #expect(try refusal("\"rules\": {\(admitting)}") == nil)
    #expect(try refusal("\"registries\": {\"pypi\": {\"rules\": {\(admitting)}}}") == nil)
    var job = Self.job
    row.change(&job)
    #expect(try refusal("\"rules\": {\(admitting)}", of: job)?.code == .ruleRefused)
    #expect(try refusal("\"rules\": {\(admitting)}", of: JobIdentity(family: .gitLab))?.code == .ruleRefused)
    if let refusing { #expect(try refusal("\"rules\": {\(refusing)}")?.code == .ruleRefused) }
  }

  @Test func showsRuleClaimAndOrigin() throws {
    let error = try #require(
      try refusal("\"rules\": {\"ref\": [\"refs/heads/*\"], \"environment\": [\"PyPI\"]}"))
    #expect(error.status == .rule)
    #expect(
      error.message
        == "The rule rules.ref does not admit this job to pypi; 1 more does not either.")
    // Each is said once: rule and claim in the cause, the origin in its fix.
    #expect(error.facts.isEmpty && error.causes.map(\.code) == ["rule-ref", "rule-environment"])
    #expect(
      error.causes.map(\.summary) == [
        "rules.ref wants the ref refs/heads/*, and this job is another: its ref is \"refs/tags/v1\".",
        "rules.environment wants the environment PyPI, and this job is another: its environment is \"pypi\".",
      ])
    #expect(error.causes.allSatisfy { $0.fixes[0].contains("token-broker.json, line 2, column ") })
    #expect(error.remedy?.contains("token-broker.json, line 2, column 18") == true)
    let other = try refusal("\"rules\": {\"environment\": [\"PyPI\"]}")
    #expect(other?.remedy?.contains("the case that the claim has") == true)
  }

  /// The provider that recognised the job, and whether rules for hosted runners at GitHub and own ones at GitLab admit it.
  @Test(
    arguments: [
      ("github", "github-hosted", nil, true), ("github", "self-hosted", "12", false),
      ("gitlab", "self-hosted", "12", true), ("gitlab", "self-hosted", "14", false),
      ("gitlab", "gitlab-hosted", "12", false), ("second", "self-hosted", nil, true),
      // A job that no provider recognised is judged by the rules of all.
      (nil, "github-hosted", "12", false),
    ] as [(String?, String, String?, Bool)])
  func holdsForItsOwnProviderAlone(_ provider: String?, _ runner: String, _ id: String?, _ isAdmitted: Bool) throws {
    let rules = #"""
      "providers": {
        "github": {"rules": {"runner": ["hosted"]}}, "second": {"type": "github"},
        "gitlab": {"rules": {"runner": ["self-hosted"], "runner-id": ["12", "13"]}}
      }, "rules": {"ref-type": ["tag"]}
      """#
    var job = Self.job
    (job.provider, job.runner, job.runnerID) = (provider, runner, id)
    #expect(try (refusal(rules, of: job) == nil) == isAdmitted)
    // What is said for all holds for each.
    job.refType = "branch"
    #expect(try refusal(rules, of: job)?.message.contains("rules.ref-type") == true)
  }

  @Test func auditsTheRulesOfAProvider() throws {
    let gates = try #require(
      try read(#""mode": "audit", "providers": {"github": {"rules": {"runner": ["self-hosted"]}}}"#)
        .registries.first { $0.name == "pypi" }?.gates)
    var job = Self.job
    job.provider = "github"
    #expect(gates.map(\.isAudit) == [false, true])
    let error = #expect(throws: BrokerError.self) { try gates[1].judge(job, for: "pypi") }
    #expect(error?.facts.first?.value == "providers.github.rules.runner: self-hosted")
  }

  /// What a refusal says of the claim, and what to write.
  @Test func saysWhichClaimAndWhatToWrite() throws {
    var job = JobIdentity(family: .gitLab)
    (job.provider, job.owner, job.ownerID) = ("gitlab", "octo-group/sub", "3001")
    var error = try #require(
      try refusal(#""providers": {"gitlab": {"rules": {"owner-id": ["3000"]}}, "github": {}}"#, of: job))
    #expect(error.causes[0].summary.contains("its owner-id is \"3001\" (claim namespace_id)."), "\(error)")
    #expect(error.remedy?.contains("write \"3001\" beside the ids at token-broker.json, line 2, ") == true, "\(error)")
    #expect(error.remedy?.contains("the owner-id of octo-group/sub alone") == true, "\(error)")
    job.owner = "octo-group"
    error = try #require(try refusal(#""rules": {"owner-id": ["3000"]}"#, of: job))
    #expect(error.remedy?.contains("Run the job where its owner-id is 3000") == true, "\(error)")
    // What GitHub's tokens never have.
    error = try #require(try refusal(#""rules": {"runner-id": ["12"]}"#, of: JobIdentity(family: .gitHub)))
    #expect(error.causes[0].summary.contains("identity tokens of GitHub have no runner-id."), "\(error)")
    #expect(error.remedy?.contains("providers.NAME.rules") == true, "\(error)")
    error = try #require(
      try refusal(
        #""providers": {"github": {"rules": {"runner-id": ["12"]}}}"#, of: JobIdentity(family: .gitHub)))
    #expect(error.remedy?.contains("no job of GitHub can pass it") == true, "\(error)")
  }

  /// Rules over claims that a provider has not, and over a tree of namespaces; words of the one warning, nil for none.
  @Test(
    arguments: [
      (
        #""rules": {"runner-id": ["12"]}"#,
        "every job of GitHub and Google, whose identity tokens have no runner-id: write it in providers.gitlab.rules"
      ),
      (#""providers": {"github": {}, "gitlab": {}}, "rules": {"runner-id": ["12"]}"#, "every job of GitHub, "),
      (
        #""providers": {"github": {}}, "rules": {"runner-id": ["12"]}"#,
        "every job of GitHub, whose identity tokens have no runner-id."
      ),
      (
        #""providers": {"github": {"rules": {"runner-id": ["12"]}}}"#,
        "providers.github.rules.runner-id keeps out every job of GitHub"
      ),
      (
        #""registries": {"pypi": {"rules": {"runner-id": ["12"]}}}"#,
        "registries.pypi.rules.runner-id keeps out every job"
      ),
      (#""providers": {"github": {}, "google": {}}, "rules": {"ref-type": ["tag"]}"#, "every job of Google, "),
      (#""providers": {"github": {}, "gitlab": {"rules": {"runner-id": ["12"]}}}"#, nil),
      (#""rules": {"ref-type": ["tag"]}"#, nil),
      (
        #""rules": {"owner": ["octo-group/**"], "owner-id": ["3000"]}"#,
        "rules.owner-id is one id, and \"octo-group/**\" of rules.owner stands for several namespaces"
      ),
      (
        #""rules": {"owner": ["octo-group/**"]}, "providers": {"gitlab": {"rules": {"owner-id": ["3000"]}}}"#,
        "providers.gitlab.rules.owner-id is one id"
      ),
      (#""rules": {"owner": ["octo-group/**"], "owner-id": ["3000", "3001"]}"#, nil),
      (#""rules": {"owner": ["octo-group/sub"], "owner-id": ["3001"]}"#, nil),
      (#""providers": {"gitlab": {"rules": {"owner": ["octo-group"]}}}"#, "goes by the name alone"),
    ] as [(String, String?)])
  func warnsOfRulesThatNobodyPasses(_ text: String, _ words: String?) throws {
    let warnings = try read(text).warnings
    #expect(warnings.count == (words == nil ? 0 : 1), "\(warnings)")
    if let words { #expect(warnings.first?.description.contains(words) == true, "\(warnings)") }
  }

  @Test func aDangerousEventIsLetInForOneProvider() throws {
    var job = Self.job
    job.event = "workflow_run"
    let rules = #""providers": {"github": {"rules": {"event": ["workflow_run"]}}, "second": {"type": "github"}}"#
    for (provider, isAdmitted) in [("github", true), ("second", false), (nil, false)] as [(String?, Bool)] {
      job.provider = provider
      #expect(try (refusal(rules, of: job) == nil) == isAdmitted, "\(provider ?? "none")")
    }
  }

  @Test func holdsForItsOwnRegistryAlone() throws {
    let rules = #""registries": {"testpypi": {}, "pypi": {"rules": {"ref-type": ["branch"]}}}"#
    #expect(try refusal(rules, at: "pypi") != nil)
    #expect(try refusal(rules, at: "testpypi") == nil)
  }

  @Test(arguments: JobKind.gitHub.dangerousEvents)
  func keepsDangerousEventsOut(_ event: String) throws {
    var job = Self.job
    job.event = event
    for rules in ["\"routes\": {\"r\": [\"pypi\"]}", "\"rules\": {\"event\": [\"**\"]}", "\"mode\": \"audit\""] {
      #expect(try refusal(rules, of: job)?.message.contains("built-in rule on events") == true, "\(rules)")
    }
    #expect(try refusal("\"rules\": {\"event\": [\"push\", \"\(event)\"]}", of: job) == nil)
    #expect(try refusal("\"registries\": {\"pypi\": {\"rules\": {\"event\": [\"\(event)\"]}}}", of: job) == nil)
  }

  @Test("a rule in audit mode judges and does not refuse") func auditsWithoutRefusing() throws {
    let gates = try #require(
      try read("\"mode\": \"audit\", \"rules\": {\"ref-type\": [\"branch\"]}").registries.first { $0.name == "pypi" }?
        .gates)
    #expect(gates.map(\.isAudit) == [false, true])
    #expect(throws: BrokerError.self) { try gates[1].judge(Self.job, for: "pypi") }
  }

  /// A rule, and words of the one warning; nil for none.
  @Test(
    arguments: [
      (#""ref": ["main"]"#, "written in full, such as refs/heads/main"),
      (#""ref": ["tags/v*"]"#, "such as refs/tags/v*"), (#""ref": ["refs/**"]"#, "matches every ref"),
      (#""ref": ["refs/*/*"]"#, "matches every ref"), (#""ref": ["**"]"#, "matches every ref"),
      (#""ref": ["refs/tags/v?"]"#, "patterns know * and ** alone"), (#""ref": ["refs/tags/v*"]"#, nil),
      (#""ref": ["refs/heads/**"]"#, nil), (#""ref": ["**/v1"]"#, nil),
      (#""ref": ["refs/heads/*"], "ref-type": ["tag"]"#, "matches nothing: rules.ref-type is tag"),
      (#""ref": ["refs/tags/*"], "ref-type": ["tag"]"#, nil), (#""environment": ["*"]"#, "matches every environment"),
      (#""environment": ["my env"]"#, nil), (#""event": ["tag"]"#, "is no event"),
      (#""event": ["Push"]"#, "did you mean \"push\""), (#""event": ["*"]"#, "but the dangerous ones"),
      (#""event": ["workflow_*"]"#, nil), (#""repository-id": ["1"], "repository": ["sample"]"#, "octo-org/sample"),
      (#""repository-id": ["1"], "repository": ["*/*"]"#, "matches every repository"),
      (#""repository-id": ["1"], "repository": ["https://github.com/o/r"]"#, "not an address"),
      (#""owner-id": ["1"], "owner": ["octo-org/"]"#, "ends with a slash"),
      (#""owner": ["octo-org"]"#, "goes by the name alone"), (#""owner": ["octo-org"], "owner-id": ["1"]"#, nil),
      (#""workflow": ["release.yml"]"#, ".github/workflows/release.yml"),
      (#""workflow": [".gitlab-ci.yml"]"#, nil), (#""workflow": [".github/workflows/*"]"#, "matches every workflow"),
      (#""workflow": [".github/workflows/*.yml"]"#, nil), (#""workflow": ["./x/y.yml"]"#, "below the repository"),
      (#""job-workflow": ["o/r/.github/workflows/x.yml"]"#, "a ref follows"),
      (#""issuer": ["gitlab.com"]"#, "begin with https://"), (#""issuer": ["https://*"]"#, "matches every issuer"),
    ] as [(String, String?)])
  func warnsOfMistakes(_ rules: String, _ words: String?) throws {
    let warnings = try read("\"rules\": {\(rules)}").warnings
    #expect(warnings.count == (words == nil ? 0 : 1), "\(warnings)")
    if let words { #expect(warnings.first?.description.contains(words) == true, "\(warnings)") }
    if let first = warnings.first { #expect(first.description.hasPrefix("token-broker.json, line 2, column ")) }
  }

  /// A wrong rule, and words of the error.
  @Test(arguments: [
    (#""refs": ["x"]"#, "Did you mean \"ref\"?"), (#""ref": "x""#, "has to be a list of strings"),
    (#""ref": []"#, "is empty"),
    ("\"ref\": [\(Array(repeating: "\"x\"", count: 101).joined(separator: ","))]", "has 101"),
    (#""ref": ["a***"]"#, "is no pattern"), (#""ref-protected": false"#, "has to be true"),
    (#""ref-protected": "true""#, "has to be true"), (#""ref-type": ["tags"]"#, "Did you mean \"tag\"?"),
    (#""owner-id": ["octo"]"#, "is no id"), (#""runner-id": ["12*"]"#, "is no id"),
    (#""runner-id": [12]"#, "has to be a string"), (#""owner-id": [1000]"#, "has to be a string"),
    (#""owner-id": ["10*"]"#, "is no id"), (#""runner": ["github-hosted"]"#, "Known: hosted, self-hosted"),
    (#""visibility": ["secret"]"#, "Known: public"),
  ])
  func refusesWrongRules(_ rules: String, _ words: String) {
    for text in [
      "\"rules\": {\(rules)}", "\"registries\": {\"pypi\": {\"rules\": {\(rules)}}}",
      "\"providers\": {\"gitlab\": {\"rules\": {\(rules)}}}",
    ] {
      let error = #expect(throws: BrokerError.self) { try read(text) }
      #expect(error?.code == .configurationInvalid && error?.description.contains(words) == true, "\(error!)")
      #expect(error?.message.text.hasPrefix("token-broker.json, line 2, column ") == true)
    }
  }
}
