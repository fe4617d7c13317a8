import Synchronization

/// One target's way from audience to credential.
final class MintRun: Sendable {
  private let engine: Engine
  private let target: any Registry
  private let source: any IdentityTokenSource
  private let expectedAudience: Audience?
  private let started: Duration
  /// What is being waited for, for the message when time runs out: two steps run side by side.
  private let steps = Mutex<[String]>([])
  /// What was seen on the way, for the diagnosis of a failure.
  private let seen = Mutex(Seen())

  private struct Seen {
    /// Whether an exchange was cut off that may have been made.
    var isLost = false
    /// Whether it was said that the clocks differ.
    var isClockSaid = false
    var audience: AudienceAnswer?
    /// When that was answered, by the clock that is never set.
    var answered: Duration = .zero
    var token: TokenFacts?
    var job: JobIdentity?
  }

  init(engine: Engine, target: any Registry, source: any IdentityTokenSource, pinned: Audience?) {
    expectedAudience = target.expectedAudience ?? pinned
    self.engine = engine
    self.target = target
    self.source = source
    started = engine.time.elapsed()
  }

  /// The credential, or why there is none, within the policy's total time.
  func result() async -> Result<Credential, BrokerError> {
    await limited { () async throws(BrokerError) in
      let (answer, attempt) = try await self.prepare()
      return try await self.exchange(attempt, for: answer)
    }
  }

  /// What is known right before the exchange, or why it would not be reached.
  func preview() async -> Result<JobPreview, BrokerError> {
    await limited { () async throws(BrokerError) in
      let (answer, attempt) = try await self.prepare(inTurn: true)
      try self.check(attempt.token, serverTime: self.serverTime)
      return JobPreview(
        audience: answer, token: TokenFacts(attempt.token.claims), job: self.source.job(from: attempt.token.claims))
    }
  }

  /// Checks everything that can be known without asking for an identity token: the audience, and the tokens that the job
  /// already holds.
  ///
  /// - Parameter isAsked: Whether the registry is asked for its audience even though one is expected.
  /// - Returns: The audience that a mint will use.
  func check(isAsked: Bool) async -> Result<Audience, BrokerError> {
    await limited { () async throws(BrokerError) in
      let policy = self.policy
      var answer: AudienceAnswer?
      if let expected = self.expectedAudience { try policy.refuseForeign(expected) }
      if (isAsked && self.target.audience.question != nil) || self.expectedAudience == nil {
        answer = try await self.knownAudience(policy)
      }
      guard let audience = answer?.audience ?? self.expectedAudience else {
        throw BrokerError(.pluginContract, "\(self.target.name) gave no audience.")
      }
      for token in try self.source.heldTokens(for: audience) {
        try self.judge(token, for: audience, isReported: false)
        try self.check(token, serverTime: answer?.serverTime)
      }
      return audience
    }
  }

  /// Carries out `work` within the policy's total time, and explains its failure.
  private func limited<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(BrokerError) -> Value
  ) async -> Result<Value, BrokerError> {
    let outcome = await TimeLimit(engine.policy.total, time: engine.time).run {
      do throws(BrokerError) { return Result<Value, BrokerError>.success(try await work()) } catch {
        return .failure(error)
      }
    }
    let result: Result<Value, BrokerError>
    switch outcome {
    case .finished(let value): result = value
    case .cutOff(.success(let value)): result = .success(value)
    case .cutOff(.failure): result = .failure(timeIsOver())
    }
    guard case .failure(let error) = result else { return result }
    let explained = error.with(causes: Diagnosis(await input(error)).causes)
    engine.observe(.failed(registry: target.name, explained))
    return .failure(explained)
  }

  /// All that is known when a run ends with an error.
  private func input(_ error: BrokerError) async -> DiagnosisInput {
    let seen = seen.withLock { $0 }
    var input = DiagnosisInput(error, registry: target.name)
    input.job = seen.job
    input.token = seen.token
    input.audience = expectedAudience ?? seen.audience?.audience
    input.capabilities = target.capabilities
    input.guide = source.guide
    input.suspicions = source.suspicions
    input.project = engine.notes[target.name]?.project
    input.expectations = engine.notes[target.name]?.expectations ?? []
    if error.code == .publisherNotFound {
      input.lastRelease = await EvidenceSearch(time: engine.time).lastRelease(of: input.project, at: target)
    }
    input.now = engine.time.now()
    input.serverTime = serverTime
    return input
  }

  // MARK: The way

  private var policy: AudiencePolicy {
    AudiencePolicy(
      registry: target.name, home: target.home, expected: expectedAudience, isRehearsal: engine.isRehearsal)
  }

  /// The audience, accepted, and an identity token made out to it; one after the other where both are looked at.
  private func prepare(inTurn: Bool = false) async throws(BrokerError) -> (AudienceAnswer, Attempt) {
    guard let expected = expectedAudience else {
      let answer = try await knownAudience(policy)
      return (answer, try await identityToken(for: answer.audience, attempts: 0))
    }
    try policy.refuseForeign(expected)
    if inTurn { return (try await knownAudience(policy), try await identityToken(for: expected, attempts: 0)) }
    return try await audienceAndToken(policy, expected)
  }

  /// An identity token, and how many attempts have been made so far.
  private typealias Attempt = (token: IdentityToken, number: Int)

  /// Asks for both at the same time; the first failure ends the other request.
  private func audienceAndToken(
    _ policy: AudiencePolicy, _ expected: Audience
  ) async throws(BrokerError) -> (AudienceAnswer, Attempt) {
    enum Part: Sendable {
      case audience(AudienceAnswer)
      case token(Attempt)
    }
    let parts = await withTaskGroup(of: Result<Part, BrokerError>.self) { group in
      group.addTask {
        do throws(BrokerError) { return .success(.audience(try await self.acceptedAudience(policy))) } catch {
          return .failure(error)
        }
      }
      group.addTask {
        do throws(BrokerError) {
          return .success(.token(try await self.identityToken(for: expected, attempts: 0)))
        } catch { return .failure(error) }
      }
      var parts: [Result<Part, BrokerError>] = []
      for await part in group {
        parts.append(part)
        if case .failure = part { group.cancelAll() }
      }
      return parts
    }
    var answer: AudienceAnswer?
    var attempt: Attempt?
    for part in parts {
      switch try part.get() {
      case .audience(let value): answer = value
      case .token(let value): attempt = value
      }
    }
    guard let answer, let attempt else {
      throw BrokerError(.pluginContract, "\(target.name) gave no audience or no identity token.")
    }
    remember(answer)
    return (answer, attempt)
  }

  /// The registry's clock, which went on since it was read; nil if it was not.
  private var serverTime: UnixTime? {
    let (answer, answered) = seen.withLock { ($0.audience, $0.answered) }
    return answer?.serverTime?.advanced(by: (engine.time.elapsed() - answered).components.seconds)
  }

  /// Keeps an answer for the diagnosis.
  ///
  /// Where the identity token is asked for at the same time, only once both are there: which of them fails or comes first is
  /// chance, and an explanation must not depend on it.
  private func remember(_ answer: AudienceAnswer) { seen.withLock { $0.audience = answer } }

  private func knownAudience(_ policy: AudiencePolicy) async throws(BrokerError) -> AudienceAnswer {
    let answer = try await acceptedAudience(policy)
    remember(answer)
    return answer
  }

  private func acceptedAudience(_ policy: AudiencePolicy) async throws(BrokerError) -> AudienceAnswer {
    guard let question = target.audience.question else { return try knownByItself(policy) }
    var attempt = 1
    while true {
      let step = enter("asking \(target.uploadURL.origin.authority) for its audience")
      engine.observe(.audienceAsked(registry: target.name, host: target.uploadURL.origin.authority))
      let failure: BrokerError
      do throws(BrokerError) {
        let answer = try await question()
        let now = engine.time.elapsed()
        seen.withLock { $0.answered = now }
        leave(step)
        engine.observe(.audienceAnswered(registry: target.name, answer))
        try policy.judge(answer.audience)
        engine.observe(
          .audienceAccepted(registry: target.name, answer.audience, expected: expectedAudience != nil))
        return answer
      } catch { failure = error }
      try await pause(after: failure, attempt: attempt)
      attempt += 1
    }
  }

  /// The audience of a registry that is asked nothing.
  private func knownByItself(_ policy: AudiencePolicy) throws(BrokerError) -> AudienceAnswer {
    guard let audience = expectedAudience else {
      throw BrokerError(.pluginContract, "\(target.name) gave no audience.")
    }
    try policy.judge(audience)
    engine.observe(.audienceAccepted(registry: target.name, audience, expected: true))
    return AudienceAnswer(audience: audience, serverTime: nil)
  }

  /// An identity token for `audience`, made out to it alone.
  private func identityToken(for audience: Audience, attempts: Int) async throws(BrokerError) -> Attempt {
    var attempt = attempts + 1
    while true {
      let step = enter("getting an identity token")
      engine.observe(.identityTokenAsked(registry: target.name, audience))
      let failure: BrokerError
      do throws(BrokerError) {
        let token = try await source.identityToken(for: audience).bound(to: secretOrigin, in: engine.bindings)
        leave(step)
        let event = EngineEvent.identityTokenReceived(
          registry: target.name, token, source.job(from: token.claims))
        try engine.hide(event)
        engine.observe(event)
        try judge(token, for: audience)
        return (token, attempt)
      } catch { failure = error }
      try await pause(after: failure, attempt: attempt)
      attempt += 1
    }
  }

  private func exchange(_ first: Attempt, for answer: AudienceAnswer) async throws(BrokerError) -> Credential {
    var (token, attempt) = first
    let origin = target.uploadURL.origin
    var last: BrokerError?
    while true {
      try check(token, serverTime: serverTime)
      guard engine.sent.add(token, to: origin) else { throw sentAlready(for: answer.audience, after: last) }
      let step = enter("exchanging the identity token at \(origin.authority)")
      engine.observe(.exchangeSent(registry: target.name, host: origin.authority))
      let failure: BrokerError
      do throws(BrokerError) {
        return try await received(try bind(try await target.exchange(token, for: .everything)))
      } catch { failure = withLoss(error) }
      guard failure.code != .interrupted else { throw failure }
      guard !Task.isCancelled else {
        throw BrokerError(
          .interrupted, "The run was ended. \(failure.message)", reference: failure.reference, facts: failure.facts)
      }
      guard case .retry(let arrival, _) = failure.recovery else { throw failure }
      if arrival != .mayHaveArrived { engine.sent.remove(token, from: origin) }
      switch source.supply(for: answer.audience) {
      case .fixed where arrival != .mayHaveArrived:
        try await pause(after: failure, attempt: attempt)
        attempt += 1
      case .fixed(remaining: 0):
        throw spent(failure)
      case .fixed, .renewable:
        try await pause(after: failure, attempt: attempt)
        leave(step)
        last = failure
        (token, attempt) = try await identityToken(for: answer.audience, attempts: attempt)
      }
    }
  }

  /// Hides a credential that came; one that cannot be hidden is burned.
  private func received(_ credential: Credential) async throws(BrokerError) -> Credential {
    do throws(BrokerError) { try engine.hide(.credentialReceived(credential)) } catch {
      await engine.burn([credential], at: [target])
      throw error
    }
    engine.observe(.credentialReceived(credential))
    return credential
  }

  // MARK: Rules

  private var secretOrigin: Origin { target.secretOrigin(isRehearsal: engine.isRehearsal) }

  /// A credential that may be sent to the registry that gave it, to burn it, and is used there.
  private func bind(_ credential: Credential) throws(BrokerError) -> Credential {
    guard credential.registry == target.name, credential.uploadURL == target.uploadURL else {
      throw BrokerError(
        .pluginContract,
        "\(target.name) gave a credential for \(credential.uploadURL.origin), not for \(target.uploadURL); it was dropped. "
          + loss,
        remedy: "This is a fault of the registry's plug-in: report it to whoever makes the plug-in.")
    }
    return credential.bound(to: secretOrigin, in: engine.bindings)
  }

  private var rules: IdentityTokenRules { IdentityTokenRules(target) }

  /// The audience and the gates; a refusal that is only audited is reported, unless that is left to a later mint.
  private func judge(
    _ token: IdentityToken, for audience: Audience, isReported: Bool = true
  ) throws(BrokerError) {
    let job = source.job(from: token.claims)
    seen.withLock { ($0.token, $0.job) = (TokenFacts(token.claims), job) }
    try rules.check(token, isFor: audience)
    for expectations in engine.notes[target.name]?.expectations ?? [] {
      try ExpectationGate(expectations, rules: target.capabilities.publishers).judge(job, for: target.name)
    }
    for gate in engine.gates[target.name] ?? [] {
      do throws(BrokerError) { try gate.judge(job, for: target.name) } catch {
        guard gate.isAudit else { throw error }
        if isReported { engine.observe(.audited(registry: target.name, error)) }
      }
    }
  }

  private func check(_ token: IdentityToken, serverTime: UnixTime?) throws(BrokerError) {
    guard let seconds = try rules.check(token, now: engine.time.now(), serverTime: serverTime) else { return }
    let isSaid = seen.withLock { seen in
      defer { seen.isClockSaid = true }
      return seen.isClockSaid
    }
    if !isSaid { engine.observe(.clockIsOff(registry: target.name, seconds: seconds)) }
  }

  /// An identity token that this index was sent before, by whichever target and attempt.
  private func sentAlready(for audience: Audience, after last: BrokerError?) -> BrokerError {
    let earlier = last.map { " Before that: \($0.message)" } ?? ""
    guard case .fixed = source.supply(for: audience) else {
      return BrokerError(
        .pluginContract,
        "The identity provider handed out the same identity token twice; it was not sent to \(target.name) again."
          + earlier,
        remedy: "Report this to whoever makes the provider's plug-in: each request has to give a new token.")
    }
    return BrokerError(
      .identityTokenSpent,
      "The next identity token for \(audience) is one that \(target.uploadURL.origin.authority) was sent already; it was "
        + "not sent to \(target.name) again.\(earlier)",
      remedy: "Give the job one identity token for each mint, each from an entry of its own.")
  }

  private func spent(_ failure: BrokerError) -> BrokerError {
    var wait = ""
    if case .retry(_, let after?) = failure.recovery, after > .zero {
      wait = " in \(after.components.seconds) s, for which the server asks"
    }
    return BrokerError(
      .identityTokenSpent,
      failure.message + " The identity token may have been used up by that, and this job has no other.",
      remedy: "Run the job again\(wait); to survive this, give the job a second identity token with the same audience.",
      reference: failure.reference)
  }

  /// A failure of the exchange that says what may be left behind.
  private func withLoss(_ failure: BrokerError) -> BrokerError {
    guard case .retry(.mayHaveArrived, _) = failure.recovery, failure.code != .unavailable else { return failure }
    if failure.code == .interrupted { seen.withLock { $0.isLost = true } }
    return failure.with(message: "\(failure.message) \(loss)")
  }

  /// What an exchange may leave behind whose answer is not known.
  private var loss: String {
    let life = target.credentialLifetime.map { " within \($0.components.seconds / 60) minutes" } ?? ""
    return "A credential may have been minted that nobody received; it expires by itself\(life)."
  }

  // MARK: Time

  /// Waits before the next attempt.
  ///
  /// - Throws: `failure` if there is no next attempt.
  private func pause(after failure: BrokerError, attempt: Int) async throws(BrokerError) {
    guard failure.code != .interrupted else { throw failure }
    let remaining = engine.policy.total - (engine.time.elapsed() - started)
    let decision = engine.policy.decide(
      afterAttempt: attempt, recovery: failure.recovery, remaining: remaining, random: engine.time.random())
    switch decision {
    case .stop:
      guard attempt > 1, failure.recovery != .none else { throw failure }
      let time = (engine.time.elapsed() - started).components.seconds
      throw failure.with(message: "\(failure.message) That was attempt \(attempt), after \(time) s.")
    case .stopUntil(let wait):
      throw BrokerError(
        failure.code, failure.message,
        remedy: RetryPolicy.remedy(after: wait),
        reference: failure.reference, facts: failure.facts)
    case .wait(let wait):
      engine.observe(.retrying(registry: target.name, failure, after: wait))
      do { try await engine.time.sleep(wait) } catch {
        throw BrokerError(
          .interrupted, "The run was ended before another attempt. \(failure.message)", remedy: failure.remedy,
          reference: failure.reference, facts: failure.facts)
      }
    }
  }

  /// Notes what is waited for; another attempt at it counts once.
  private func enter(_ step: String) -> String {
    steps.withLock { if !$0.contains(step) { $0.append(step) } }
    return step
  }

  private func leave(_ step: String) { steps.withLock { $0.removeAll { $0 == step } } }

  private func timeIsOver() -> BrokerError {
    BrokerError(
      .timedOut,
      "\(target.name): the time limit of \(engine.policy.total.components.seconds) s passed while "
        + "\(steps.withLock { $0.joined(separator: " and ") })." + (seen.withLock { $0.isLost } ? " \(loss)" : ""),
      remedy: "Check the network, or give more time with --timeout.")
  }
}
