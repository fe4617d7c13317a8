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
  /// What lies beside the run, for explaining a failure; asked for only once there is one.
  public let background: @Sendable () -> Background

  /// The time that burning one credential may take.
  public static let burnLimit: Duration = .seconds(3)
  /// The time that burning may take once the run was asked to end: a runner kills 10 seconds after it cancels.
  public static let burnLimitAtEnd: Duration = .seconds(2)

  /// An engine.
  public init(
    time: TimeSource, policy: RetryPolicy = RetryPolicy(), isRehearsal: Bool = false,
    bindings: SecretBindings = SecretBindings(), executor: (any TaskExecutor)? = nil, sent: SentTokens = SentTokens(),
    observe: @escaping @Sendable (EngineEvent) -> Void = { _ in },
    hide: @escaping @Sendable (EngineEvent) throws(BrokerError) -> Void = { _ in },
    background: @escaping @Sendable () -> Background = { .none }
  ) {
    self.time = time
    self.policy = policy
    self.isRehearsal = isRehearsal
    self.bindings = bindings
    self.executor = executor
    self.sent = sent
    self.background = background
    self.hide = hide
    self.observe = observe
  }

  /// Mints a credential for each target, side by side, all or nothing.
  ///
  /// - Parameters:
  ///   - targets: The targets.
  ///   - source: What to ask for identity tokens.
  /// - Returns: The credentials or why there are none, and what was seen of each target; where one target failed or the task
  ///   was cancelled, the credentials that came have been burned.
  public func mint(_ targets: [Target], from source: any IdentityTokenSource) async -> Mint {
    let outcomes = await SideBySide.values(of: targets) {
      await MintRun(engine: self, target: $0, source: source).mint()
    }
    let credentials = outcomes.compactMap { try? $0.result.get() }
    let isCancelled = Task.isCancelled
    if credentials.count < targets.count || isCancelled {
      await burn(credentials, at: targets, within: isCancelled ? Self.burnLimitAtEnd : Self.burnLimit)
    }
    if let failure = outcomes.lazy.compactMap(\.failure).first {
      return Mint(credentials: .failure(failure), outcomes: outcomes)
    }
    guard !isCancelled else {
      let words: Message = targets.count == 1 ? "credential was" : "credentials were"
      return Mint(
        credentials: .failure(BrokerError(.interrupted, "The run was ended before its \(words) used.")),
        outcomes: outcomes)
    }
    return Mint(credentials: .success(credentials), outcomes: outcomes)
  }

  /// Goes the way of a mint up to the exchange, which is not made: the identity token is not sent.
  ///
  /// - Returns: The audience that the exchange would be made with, or why it would not be reached, in the order of the
  ///   targets.
  public func preview(_ targets: [Target], from source: any IdentityTokenSource) async -> [Outcome<Audience>] {
    await SideBySide.values(of: targets) { await MintRun(engine: self, target: $0, source: source).preview() }
  }

  /// Checks what can be known before the first of several mints: audiences, and the identity tokens that the job holds.
  ///
  /// No identity token is asked for, and none is used up.
  ///
  /// - Parameters:
  ///   - targets: The targets.
  ///   - source: What will be asked for identity tokens.
  ///   - asked: The names of the targets that are asked for their audience although one is expected.
  /// - Returns: The audience of each target, in their order.
  /// - Throws: The error of the first target, in their order, that cannot be minted for.
  public func check(
    _ targets: [Target], from source: any IdentityTokenSource, asking asked: Set<String>
  ) async throws(BrokerError) -> [Audience] {
    let outcomes = await SideBySide.values(of: targets) { target in
      await MintRun(engine: self, target: target, source: source).check(isAsked: asked.contains(target.name))
    }
    var audiences: [Audience] = []
    for outcome in outcomes { audiences.append(try outcome.result.get()) }
    try checkSupply(zip(audiences, targets.map(\.name)).map { ($0, $1) }, from: source)
    return audiences
  }

  /// Whether there is an identity token for each target, where they are not made on request.
  private func checkSupply(
    _ needs: [(audience: Audience, name: String)], from source: any IdentityTokenSource
  ) throws(BrokerError) {
    let names = Dictionary(grouping: needs, by: \.audience).mapValues { $0.map(\.name) }
    for (audience, names) in names.sorted(by: { $0.key.value < $1.key.value }) {
      guard case .fixed(let remaining) = source.supply(for: audience), remaining < names.count else { continue }
      throw BrokerError(
        .identityTokenMissing,
        "\(names.map { Neutralized($0) }.joined(separator: " and ")) take identity tokens for the audience \(audience), and the job has "
          + "\(remaining) for \(names.count).",
        remedy: "Give the job one identity token with this audience for each: a token is good for one exchange.")
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
    _ credentials: [Credential], at targets: [Target], within limit: Duration = burnLimit
  ) async {
    let work = Task(executorPreference: executor) {
      await withTaskGroup(of: Void.self) { group in
        for credential in credentials {
          guard let target = targets.first(where: { $0.name == credential.registry }) else { continue }
          guard let revoke = target.registry.capabilities.revoke else {
            observe(
              .burnFailed(
                registry: target.name,
                BrokerError(.revokeUnsupported, "\(Neutralized(target.name)) cannot burn credentials.")))
            continue
          }
          group.addTask { await burn(credential, with: revoke, within: limit) }
        }
      }
    }
    await work.value
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

/// What came of a mint for several targets.
public struct Mint: Sendable {
  /// The credentials, in the order of the targets; or the error of the first target, in their order, that failed, or
  /// ``ErrorCode/interrupted`` if the task was cancelled.
  public let credentials: Result<[Credential], BrokerError>
  /// How each target's way ended, and what was seen on it.
  public let outcomes: [Outcome<Credential>]
}
