/// All that a diagnosis knows; nothing is asked while one is made.
public struct DiagnosisInput: Sendable {
  /// What went wrong.
  public var error: BrokerError
  /// The registry's name.
  public var registry: String
  /// Who the job is; nil if no identity token came.
  public var job: JobIdentity?
  /// What the identity token says about itself.
  public var token: TokenFacts?
  /// The audience that the registry asks for.
  public var audience: Audience?
  /// What the registry knows.
  public var capabilities = RegistryCapabilities.none
  /// What is written into the provider's files.
  public var guide = ProviderGuide.none
  /// What the provider sees in the environment that makes a refusal likely.
  public var suspicions: [Cause] = []
  /// The project that is published.
  public var project: String?
  /// What the configuration expects of the job.
  public var expectations: [Expectations] = []
  /// Who published the project's last attested release.
  public var lastRelease: PublishedRelease?
  /// Whether the registry has the project; nil if it was not asked, or did not say.
  public var isListed: Bool?
  /// What lies beside the run.
  public var background = Background.none
  /// This machine's clock.
  public var now: UnixTime?
  /// The registry's clock.
  public var serverTime: UnixTime?

  /// The least that a diagnosis can be made of.
  public init(_ error: BrokerError, registry: String) {
    self.error = error
    self.registry = registry
  }

  /// What the registry compares.
  public var rules: PublisherRules? { capabilities.publishers }

  /// Where a publisher for a job is registered: a project that the registry does not have has no page.
  func address(_ job: JobIdentity?) -> Message? { rules?.address(job, isListed == false ? nil : project) }

  /// The causes of what the registry said.
  public var said: [Cause] { error.refusal.flatMap { capabilities.refusals?.explain($0, self) } ?? [] }

  /// What a run knows about a target when it ends: the one place where it is put together.
  ///
  /// - Parameters:
  ///   - error: What went wrong.
  ///   - target: The target.
  ///   - evidence: What was seen.
  ///   - source: What was asked for identity tokens.
  ///   - time: The clocks.
  ///   - background: What lies beside the run.
  public init(
    _ error: BrokerError, _ target: Target, _ evidence: Evidence, _ source: any IdentityTokenSource, time: TimeSource,
    background: Background = .none
  ) {
    self.init(error, registry: target.name)
    job = evidence.job
    token = evidence.token
    audience = target.expectedAudience ?? evidence.acceptedAudience ?? evidence.audience?.audience
    capabilities = target.registry.capabilities
    guide = source.guide
    suspicions = source.suspicions
    project = target.project ?? target.likelyProject ?? background.checkout.projects[target.name]
    expectations = target.expectations
    lastRelease = evidence.lastRelease
    isListed = evidence.isListed
    self.background = background
    now = time.now()
    serverTime = evidence.serverTime(by: time)
  }
}

extension BrokerError {
  /// This error with its causes, by all that a run knows.
  public func explained(
    _ target: Target, _ evidence: Evidence, _ source: any IdentityTokenSource, time: TimeSource,
    background: Background = .none
  ) -> BrokerError {
    let input = DiagnosisInput(self, target, evidence, source, time: time, background: background)
    let causes = Diagnosis(input).causes
    return with(remedy: code == .expectationFailed ? causes.first?.fixes.first : nil, causes: causes)
  }
}
