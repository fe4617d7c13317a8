/// One target's way from audience to credential.
struct MintRun: Sendable {
  private let engine: Engine
  private let target: Target
  private let source: any IdentityTokenSource
  private let attempts: Attempts
  private let seen = EvidenceRecorder()

  init(engine: Engine, target: Target, source: any IdentityTokenSource) {
    self.engine = engine
    self.target = target
    self.source = source
    attempts = Attempts(target, engine: engine)
  }

  /// The credential, or why there is none, within the policy's total time.
  func mint() async -> Outcome<Credential> {
    await limited { () async throws(BrokerError) in
      try target.narrowing.check(for: target.registry)
      let (audience, attempt) = try await prepare()
      return try await exchange(attempt, for: audience)
    }
  }

  /// The audience of an exchange that is not made, or why it would not be reached.
  func preview() async -> Outcome<Audience> {
    await limited { () async throws(BrokerError) in
      let (audience, attempt) = try await prepare(inTurn: true)
      try checkTimes(of: attempt.token)
      return audience
    }
  }

  /// Checks everything that can be known without asking for an identity token: the audience, and the tokens that the job
  /// already holds.
  ///
  /// - Parameter isAsked: Whether the registry is asked for its audience even though one is expected.
  /// - Returns: The audience that a mint will use.
  func check(isAsked: Bool) async -> Outcome<Audience> {
    await limited { () async throws(BrokerError) in
      if let expected = target.expectedAudience { try policy.refuseForeign(expected) }
      let isQuestion = isAsked && target.registry.audience.question != nil
      let audience =
        if let expected = target.expectedAudience, !isQuestion { expected } else { try await audience(isKept: true) }
      for token in try source.heldTokens(for: audience) {
        try judge(token, source.job(from: token.claims), for: audience, isReported: false)
        try checkTimes(of: token)
      }
      return audience
    }
  }

  /// Carries out `work` within the policy's total time, and explains its failure.
  private func limited<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(BrokerError) -> Value
  ) async -> Outcome<Value> {
    let outcome = await TimeLimit(engine.policy.total, time: engine.time).run {
      do throws(BrokerError) { return Result<Value, BrokerError>.success(try await work()) } catch {
        return .failure(error)
      }
    }
    let result: Result<Value, BrokerError>
    switch outcome {
    case .finished(let value): result = value
    case .cutOff(.success(let value)): result = .success(value)
    case .cutOff(.failure): result = .failure(attempts.timeIsOver(seen.evidence.isLost ? loss : nil))
    }
    guard case .failure(let error) = result else {
      return Outcome(target: target, result: result, evidence: seen.evidence)
    }
    let background = engine.background()
    if error.code == .publisherNotFound {
      var asked = target
      asked.project = target.project ?? target.likelyProject ?? background.checkout.projects[target.name]
      let search = EvidenceSearch(time: engine.time)
      let release = await search.lastRelease(of: asked)
      let isListed = release == nil ? await search.isListed(at: asked) : true
      seen.note { ($0.lastRelease, $0.isListed) = (release, isListed) }
    }
    let evidence = seen.evidence
    let explained = error.explained(target, evidence, source, time: engine.time, background: background)
    engine.observe(.failed(registry: target.name, explained))
    return Outcome(target: target, result: .failure(explained), evidence: evidence)
  }

  // MARK: The way

  private var policy: AudiencePolicy { target.audiencePolicy(isRehearsal: engine.isRehearsal) }

  /// An identity token, and how many attempts have been made so far.
  private typealias Attempt = (token: IdentityToken, number: Int)

  /// The audience, accepted, and an identity token made out to it; one after the other where both are looked at.
  private func prepare(inTurn: Bool = false) async throws(BrokerError) -> (Audience, Attempt) {
    if let expected = target.expectedAudience {
      try policy.refuseForeign(expected)
      if !inTurn { return (expected, try await tokenBesideAudience(expected)) }
    }
    let audience = try await audience(isKept: true)
    return (audience, try await identityToken(for: audience, after: 0))
  }

  /// Asks for both at the same time; the first failure ends the other request.
  ///
  /// What the registry answered is kept for the diagnosis only once both are there: which of them fails or comes first is
  /// chance, and an explanation must not depend on it.
  private func tokenBesideAudience(_ expected: Audience) async throws(BrokerError) -> Attempt {
    enum Part: Sendable {
      case audience(Evidence)
      case token(Attempt)
    }
    let parts = await withTaskGroup(of: Result<Part, BrokerError>.self) { group in
      group.addTask {
        do throws(BrokerError) { return .success(.audience(try await answeredAudience())) } catch {
          return .failure(error)
        }
      }
      group.addTask {
        do throws(BrokerError) { return .success(.token(try await identityToken(for: expected, after: 0))) } catch {
          return .failure(error)
        }
      }
      var parts: [Result<Part, BrokerError>] = []
      for await part in group {
        parts.append(part)
        if case .failure = part { group.cancelAll() }
      }
      return parts
    }
    var answer: Evidence?
    var attempt: Attempt?
    for part in parts {
      switch try part.get() {
      case .audience(let value): answer = value
      case .token(let value): attempt = value
      }
    }
    guard let answer, let attempt else {
      throw BrokerError(.pluginContract, "\(Neutralized(target.name)) gave no audience or no identity token.")
    }
    keep(answer)
    return attempt
  }

  private func keep(_ answer: Evidence) {
    seen.note {
      ($0.audience, $0.answered) = (answer.audience, answer.answered)
      ($0.acceptedAudience, $0.clockSkew) = (answer.acceptedAudience, answer.clockSkew)
    }
  }

  /// The registry's audience, accepted.
  private func audience(isKept: Bool) async throws(BrokerError) -> Audience {
    let answer = try await answeredAudience()
    if isKept { keep(answer) }
    guard let audience = answer.acceptedAudience else {
      throw BrokerError(.pluginContract, "\(Neutralized(target.name)) gave no audience.")
    }
    return audience
  }

  /// What the registry answers about its audience, accepted; of a registry that is asked nothing, what is known.
  private func answeredAudience() async throws(BrokerError) -> Evidence {
    guard let question = target.registry.audience.question else {
      var known = Evidence()
      known.acceptedAudience = target.expectedAudience
      if let audience = target.expectedAudience { try accept(audience) }
      return known
    }
    return try await attempts.repeating("asking \(target.host) for its audience") { () async throws(BrokerError) in
      engine.observe(.audienceAsked(registry: target.name, host: target.host))
      var evidence = Evidence()
      let answer = try await question()
      evidence.audience = answer
      evidence.answered = engine.time.elapsed()
      evidence.clockSkew = answer.serverTime.map { engine.time.now().seconds(since: $0) }
      engine.observe(.audienceAnswered(registry: target.name, answer))
      try accept(answer.audience)
      evidence.acceptedAudience = answer.audience
      return evidence
    }.value
  }

  private func accept(_ audience: Audience) throws(BrokerError) {
    try policy.judge(audience)
    engine.observe(
      .audienceAccepted(registry: target.name, audience, expected: target.expectedAudience != nil))
  }

  /// An identity token for `audience`, made out to it alone.
  private func identityToken(for audience: Audience, after made: Int) async throws(BrokerError) -> Attempt {
    let (token, attempt) = try await attempts.repeating("getting an identity token", after: made) {
      () async throws(BrokerError) in
      engine.observe(.identityTokenAsked(registry: target.name, audience))
      let token = try await source.identityToken(for: audience).bound(to: secretOrigin, in: engine.bindings)
      try refuseForeign(token, audience)
      let job = source.job(from: token.claims)
      let event = EngineEvent.identityTokenReceived(registry: target.name, token, job)
      try engine.hide(event)
      engine.observe(event)
      try judge(token, job, for: audience)
      return token
    }
    return (token, attempt)
  }

  private func exchange(_ first: Attempt, for audience: Audience) async throws(BrokerError) -> Credential {
    var (token, attempt) = first
    let origin = target.registry.uploadURL.origin
    let step: Message = "exchanging the identity token at \(target.host)"
    var last: BrokerError?
    while true {
      try checkTimes(of: token)
      let isFirst = engine.sent.add(token, to: origin)
      // A token without an id is not used up: it may be sent again.
      guard isFirst || !token.hasIdentifier else { throw sentAlready(for: audience, after: last) }
      attempts.enter(step)
      engine.observe(.exchangeSent(registry: target.name, host: target.host))
      let failure: BrokerError
      do throws(BrokerError) {
        return try await received(try bind(try await target.registry.exchange(token, for: .everything)))
      } catch { failure = withLoss(error) }
      guard failure.code != .interrupted else { throw failure }
      guard !Task.isCancelled else {
        throw failure.with(.interrupted, message: "The run was ended. \(failure.message)", recovery: Recovery.none)
      }
      guard case .retry(let arrival, _) = failure.recovery else { throw failure }
      if arrival != .mayHaveArrived { engine.sent.remove(token, from: origin) }
      switch source.supply(for: audience) {
      case .fixed where arrival != .mayHaveArrived:
        try await attempts.pause(after: failure, attempt: attempt)
        attempt += 1
      case .fixed(remaining: 0):
        throw spent(failure)
      case .fixed, .renewable:
        try await attempts.pause(after: failure, attempt: attempt)
        attempts.leave(step)
        last = failure
        (token, attempt) = try await identityToken(for: audience, after: attempt)
      }
    }
  }

  /// Hides a credential that came, and narrows it; one that cannot be hidden, or has to be narrowed and is not, is burned.
  ///
  /// From here on nothing holds the credential as it came, where it was narrowed.
  private func received(_ credential: Credential) async throws(BrokerError) -> Credential {
    do throws(BrokerError) {
      try engine.hide(.credentialReceived(credential))
      engine.observe(.credentialReceived(credential))
      let (narrowed, form) = target.narrowing.apply(to: credential, from: target.registry, by: engine.time)
      seen.note { ($0.expires, $0.credential) = (narrowed.expires, form) }
      try target.narrowing.judge(form, for: target.name)
      guard form.isNarrowed else { return credential }
      let event = EngineEvent.credentialNarrowed(narrowed, form.reach)
      try engine.hide(event)
      engine.observe(event)
      return narrowed.bound(to: secretOrigin, in: engine.bindings)
    } catch {
      await engine.burn([credential], at: [target])
      throw error
    }
  }

  // MARK: Rules

  private var secretOrigin: Origin { target.registry.secretOrigin(isRehearsal: engine.isRehearsal) }

  /// The credential, bound to the registry that gave it: it may be used and burned there alone.
  private func bind(_ credential: Credential) throws(BrokerError) -> Credential {
    let uploadURL = target.registry.uploadURL
    guard credential.registry == target.name, credential.uploadURL == uploadURL else {
      throw BrokerError(
        .pluginContract,
        "\(Neutralized(target.name)) gave a credential for \(Neutralized(credential.uploadURL.description)), not for \(Neutralized(uploadURL.description)); it was dropped. \(loss)",
        remedy: "This is a fault of the registry's plug-in: report it to whoever makes the plug-in.")
    }
    return credential.bound(to: secretOrigin, in: engine.bindings)
  }

  private var rules: IdentityTokenRules { IdentityTokenRules(target.registry) }

  /// The audience and the gates; a refusal that is only audited is reported, unless that is left to a later mint.
  private func judge(
    _ token: IdentityToken, _ job: JobIdentity, for audience: Audience, isReported: Bool = true
  ) throws(BrokerError) {
    seen.note { ($0.token, $0.job) = (TokenFacts(token.claims), job) }
    try rules.check(token, isFor: audience)
    try target.judge(job) { error in
      guard isReported else { return }
      seen.note { $0.audited.append(error) }
      engine.observe(.audited(registry: target.name, error))
    }
  }

  /// Refuses a token that both clocks call invalid, and says once where they differ.
  private func checkTimes(of token: IdentityToken) throws(BrokerError) {
    let serverTime = seen.evidence.serverTime(by: engine.time)
    guard let seconds = try rules.check(token, now: engine.time.now(), serverTime: serverTime) else { return }
    if !attempts.isClockSaid { engine.observe(.clockIsOff(registry: target.name, seconds: seconds)) }
  }

  /// Refuses a token that was made for another index of this run: a provider may give one again while it is valid.
  private func refuseForeign(_ token: IdentityToken, _ audience: Audience) throws(BrokerError) {
    let other = engine.sent.owner(of: token, madeFor: secretOrigin)
    guard other != secretOrigin else { return }
    throw BrokerError(
      .identityTokenSpent,
      "The identity token for \(audience) is the one that was made for \(other.authority); it was not sent to "
        + "\(Neutralized(target.name)) (\(target.host)).",
      remedy:
        "An identity token goes to one index alone: give each an audience of its own, or publish from a job of its own."
    )
  }

  /// An identity token that this index was sent before, by whichever target and attempt.
  private func sentAlready(for audience: Audience, after last: BrokerError?) -> BrokerError {
    let earlier: Message = last.map { " Before that: \($0.message)" } ?? ""
    guard case .fixed = source.supply(for: audience) else {
      return BrokerError(
        .pluginContract,
        "The identity provider handed out the same identity token twice; it was not sent to \(Neutralized(target.name)) again."
          + earlier,
        remedy: "Report this to whoever makes the provider's plug-in: each request has to give a new token.")
    }
    return BrokerError(
      .identityTokenSpent,
      "The next identity token for \(audience) is one that \(target.host) was sent already; it was not sent to "
        + "\(Neutralized(target.name)) again.\(earlier)",
      remedy: "Give the job one identity token for each mint, each from an entry of its own.")
  }

  private func spent(_ failure: BrokerError) -> BrokerError {
    var wait: Message = ""
    if case .retry(_, let after?) = failure.recovery, after > .zero {
      wait = " in \(after.components.seconds) s, for which the server asks"
    }
    return failure.with(
      .identityTokenSpent,
      message: failure.message + " The identity token may have been used up by that, and this job has no other.",
      remedy: "Run the job again\(wait); to survive this, give the job a second identity token with the same audience.",
      recovery: Recovery.none)
  }

  /// A failure of the exchange that says what may be left behind.
  private func withLoss(_ failure: BrokerError) -> BrokerError {
    guard case .retry(.mayHaveArrived, _) = failure.recovery, failure.code != .unavailable else { return failure }
    if failure.code == .interrupted { seen.note { $0.isLost = true } }
    return failure.with(message: "\(failure.message) \(loss)")
  }

  /// What an exchange may leave behind if its answer is not known.
  private var loss: Message {
    let life: Message = target.registry.credentialLifetime.map { " within \($0.components.seconds / 60) minutes" } ?? ""
    return "A credential may have been minted that nobody received; it expires by itself\(life)."
  }
}
