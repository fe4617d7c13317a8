/// Carries out mints: audience, identity token, exchange, for one target or several side by side.
///
/// Where a target's audience is expected, there is only one answer that can be accepted; the identity token is then
/// requested at the same time as the audience, compared, and only then sent.
public struct Engine: Sendable {
  /// Clocks and randomness.
  public let time: TimeSource
  /// When to try again.
  public let policy: RetryPolicy
  /// Whether the sandbox stands in for the registries.
  public let isRehearsal: Bool
  /// What is judged before an identity token is sent, by the registry's name.
  public internal(set) var gates: [String: [any JobGate]]
  /// Whether a pin may name no other audience than a form of the registry's own host, as without a pin.
  public let pinsOwnHostsAlone: Bool
  /// What the configuration says about publishing, by the registry's name.
  public let notes: [String: TargetNotes]
  /// Where the secrets of the run may go.
  public let bindings: SecretBindings
  /// What carries out the work that outlives a cancelled task; nil for the runtime's pool of threads.
  public let executor: (any TaskExecutor)?
  /// What the indexes were sent so far.
  public let sent: SentTokens
  /// Hides the secret of an event, an identity token or a credential that was received, wherever that is needed; the run
  /// goes no further where it throws, and a credential is burned.
  public let hide: @Sendable (EngineEvent) throws(BrokerError) -> Void
  /// Told of every event, at once.
  public let observe: @Sendable (EngineEvent) -> Void

  /// The time that burning one credential may take.
  public static let burnLimit: Duration = .seconds(3)
  /// The time that burning may take once the run was asked to end: a runner kills 10 seconds after it cancels.
  public static let burnLimitAtEnd: Duration = .seconds(2)

  /// An engine.
  public init(
    time: TimeSource, policy: RetryPolicy = RetryPolicy(), isRehearsal: Bool = false,
    gates: [String: [any JobGate]] = [:], notes: [String: TargetNotes] = [:], pinsOwnHostsAlone: Bool = false,
    bindings: SecretBindings = SecretBindings(), executor: (any TaskExecutor)? = nil, sent: SentTokens = SentTokens(),
    observe: @escaping @Sendable (EngineEvent) -> Void = { _ in },
    hide: @escaping @Sendable (EngineEvent) throws(BrokerError) -> Void = { _ in }
  ) {
    self.time = time
    self.policy = policy
    self.isRehearsal = isRehearsal
    self.gates = gates
    self.pinsOwnHostsAlone = pinsOwnHostsAlone
    self.notes = notes
    self.bindings = bindings
    self.executor = executor
    self.sent = sent
    self.hide = hide
    self.observe = observe
  }

  /// Mints a credential for each target, side by side, all or nothing.
  ///
  /// - Parameters:
  ///   - targets: The registries.
  ///   - source: What to ask for identity tokens.
  ///   - pinned: The one audience to accept, for targets that expect none by themselves; a target that does has to expect
  ///     the same.
  /// - Returns: The credentials, in the order of the targets.
  /// - Throws: The error of the first target, in their order, that failed, or `ErrorCode.interrupted` if the task was
  ///   cancelled; the credentials that came have been burned by then.
  public func mint(
    _ targets: [any Registry], from source: any IdentityTokenSource, pinned: Audience? = nil
  ) async throws(BrokerError) -> [Credential] {
    try check(pinned, against: targets)
    let results = await SideBySide.values(of: targets) { target in
      await MintRun(engine: self, target: target, source: source, pinned: pinned).result()
    }
    let credentials = results.compactMap { try? $0.get() }
    let isCancelled = Task.isCancelled
    if credentials.count < targets.count || isCancelled {
      await burn(credentials, at: targets, within: isCancelled ? Self.burnLimitAtEnd : Self.burnLimit)
    }
    for result in results { _ = try result.get() }
    if isCancelled {
      throw BrokerError(
        .interrupted, "The run was ended before its \(targets.count == 1 ? "credential was" : "credentials were") used."
      )
    }
    return credentials
  }

  /// Goes the way of a mint up to the exchange, which is not made: the identity token is not sent.
  ///
  /// - Returns: What is known then, in the order of the targets.
  public func preview(
    _ targets: [any Registry], from source: any IdentityTokenSource, pinned: Audience? = nil
  ) async -> [Result<JobPreview, BrokerError>] {
    await SideBySide.values(of: targets) { target in
      await MintRun(engine: self, target: target, source: source, pinned: pinned).preview()
    }
  }

  /// Asks the registries to burn credentials; what fails is reported as an event, never thrown.
  ///
  /// It is done even when the task has been cancelled, in one attempt.
  ///
  /// - Parameters:
  ///   - credentials: What to burn.
  ///   - targets: The registries that gave them.
  ///   - limit: The time that it may take.
  public func burn(
    _ credentials: [Credential], at targets: [any Registry], within limit: Duration = burnLimit
  ) async {
    let work = Task(executorPreference: executor) {
      await withTaskGroup(of: Void.self) { group in
        for credential in credentials {
          guard let target = targets.first(where: { $0.name == credential.registry }) else { continue }
          guard let revoke = target.capabilities.revoke else {
            observe(
              .burnFailed(
                registry: target.name,
                BrokerError(.revokeUnsupported, "\(target.name) cannot burn credentials.")))
            continue
          }
          group.addTask { await burn(credential, with: revoke, within: limit) }
        }
      }
    }
    await work.value
  }

  private func check(_ pinned: Audience?, against targets: [any Registry]) throws(BrokerError) {
    guard let pinned else { return }
    for target in targets {
      guard let expected = target.expectedAudience else {
        guard pinsOwnHostsAlone else { continue }
        try AudiencePolicy(registry: target.name, home: target.home, expected: nil, isRehearsal: isRehearsal)
          .judge(pinned: pinned)
        continue
      }
      guard expected != pinned else { continue }
      throw BrokerError(
        .usage, "The audience \(pinned) is pinned, but \(target.name) is known by \(expected).",
        remedy: "Leave the pin out, or name another target.")
    }
  }

  private func burn(
    _ credential: Credential, with revoke: @escaping @Sendable (BoundSecret) async throws(BrokerError) -> Void,
    within limit: Duration
  ) async {
    let result = await TimeLimit(limit, time: time).run { () async -> Result<Void, BrokerError> in
      do throws(BrokerError) { return .success(try await revoke(credential.bound)) } catch {
        return .failure(error)
      }
    }
    switch result {
    case .finished(.success): observe(.burned(registry: credential.registry))
    case .finished(.failure(let error)), .cutOff(.failure(let error)):
      observe(.burnFailed(registry: credential.registry, error))
    case .cutOff(.success): observe(.burned(registry: credential.registry))
    }
  }
}
