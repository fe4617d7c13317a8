import BrokerConformance
import BrokerCore
import Synchronization
import TestSupport
import Testing

struct EngineTests {
  private let time = FakeTime()

  private func engine(
    rehearsal: Bool = false, policy: RetryPolicy = RetryPolicy(), events: EventLog = EventLog()
  ) -> Engine {
    Engine(time: time.source(), policy: policy, isRehearsal: rehearsal) { events.add($0) }
  }

  private static let lost = BrokerError(.unreachable, "lost", recovery: .retry(.mayHaveArrived, after: nil))
  private static let notSent = BrokerError(.unreachable, "not sent", recovery: .retry(.nothingSent, after: nil))
  private static let unread = BrokerError(
    .unavailable, "too many", recovery: .retry(.refusedUnread, after: .seconds(5)))
  private static let refused = BrokerError(.exchangeRefused, "refused")

  private func mint(
    _ registry: FakeRegistry, _ source: FakeSource, _ engine: Engine
  ) async -> Result<[Credential], BrokerError> {
    await engine.mint([Target(registry)], from: source).credentials
  }

  private func pinned(_ registry: FakeRegistry, to audience: Audience) throws(BrokerError) -> Target {
    try Target(registry).pinned(to: audience, ownHostAlone: false, isRehearsal: false)
  }

  @Test func mintsInOneAttempt() async throws {
    let (registry, source) = (try FakeRegistry(), FakeSource())
    let events = EventLog()
    let credentials = try await mint(registry, source, engine(events: events)).get()
    #expect(credentials.map { $0.secret.reveal() } == ["credential-000001"])
    #expect(registry.record.exchanged.count == 1 && registry.record.audienceCount == 1 && source.count == 1)
    #expect(time.waits.isEmpty)
    let names = events.names
    #expect(names.last == "credentialReceived")
    let exchange = try #require(names.firstIndex(of: "exchangeSent"))
    for earlier in ["audienceAccepted", "identityTokenReceived"] {
      #expect(try #require(names.firstIndex(of: earlier)) < exchange)
    }
  }

  @Test func asksForNoTokenBeforeAnUnpinnedAudienceIsAccepted() async throws {
    let registry = try FakeRegistry(expected: nil)
    let events = EventLog()
    _ = try await mint(registry, FakeSource(), engine(events: events)).get()
    let accepted = try #require(events.names.firstIndex(of: "audienceAccepted"))
    #expect(accepted < (try #require(events.names.firstIndex(of: "identityTokenAsked"))))

    let hostile = try FakeRegistry(
      expected: nil, audiences: [.success(AudienceAnswer(audience: "sigstore", serverTime: nil))])
    let source = FakeSource()
    let result = await mint(hostile, source, engine())
    #expect(result.failureCode == .audienceRefused)
    #expect(source.count == 0 && hostile.record.exchanged.isEmpty)
  }

  /// A check asks for audiences alone, and only where it has to.
  @Test func checksWithoutAnIdentityToken() async throws {
    let known = try FakeRegistry(name: "known")
    let asked = try FakeRegistry(name: "asked")
    let unknown = try FakeRegistry(name: "unknown", expected: nil)
    let source = FakeSource()
    let audiences = try await engine().check(
      [known, asked, unknown].map { Target($0) }, from: source, asking: ["asked"])
    #expect(audiences == ["pypi.example.com", "pypi.example.com", "pypi.example.com"])
    #expect([known, asked, unknown].map(\.record.audienceCount) == [0, 1, 1])
    #expect(source.count == 0)
    let wrong = try FakeRegistry(
      name: "wrong", audiences: [.success(AudienceAnswer(audience: "other", serverTime: nil))])
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine().check([known, wrong].map { Target($0) }, from: source, asking: ["wrong"])
    }
    #expect(error?.code == .audienceRefused)
  }

  /// How many tokens there are for two targets of one audience, and whether that is enough.
  @Test(arguments: [(nil, true), (2, true), (1, false), (0, false)] as [(Int?, Bool)])
  func checksThatThereIsATokenForEachTarget(_ left: Int?, _ isEnough: Bool) async throws {
    let targets = [try FakeRegistry(name: "one"), try FakeRegistry(name: "two")]
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine().check(targets.map { Target($0) }, from: FakeSource(left: left), asking: [])
    }
    #expect(error?.code == (isEnough ? nil : .identityTokenMissing))
  }

  /// The rules of later targets are judged with the first identity token, before it is sent.
  @Test func judgesTheJobForLaterTargetsToo() async throws {
    struct Refusal: JobGate {
      func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
        throw BrokerError(.exchangeRefused, "not at \(Neutralized(registry))")
      }
    }
    let first = try FakeRegistry(name: "first")
    _ = try await mint(first, FakeSource(), engine()).get()
    let second = Target(try FakeRegistry(name: "second"), gates: [Refusal()])
    let target = Target(first).judged(alsoFor: [Target(first), second])
    guard case .failure(let error) = await engine().mint([target], from: FakeSource()).credentials else {
      Issue.record("not refused")
      return
    }
    #expect(error.message == "not at second" && first.record.exchanged.count == 1)
  }

  @Test func neverExchangesWhenTheAudiencesDiffer() async throws {
    let registry = try FakeRegistry(audiences: [.success(AudienceAnswer(audience: "other", serverTime: nil))])
    #expect(await mint(registry, FakeSource(), engine()).failureCode == .audienceRefused)
    #expect(registry.record.exchanged.isEmpty)
  }

  @Test(arguments: [#""sigstore""#, #"["pypi.example.com"]"#, "null"])
  func neverSendsATokenForAnotherAudience(_ claim: String) async throws {
    let registry = try FakeRegistry()
    let result = await mint(registry, FakeSource(claims: [("aud", claim)]), engine())
    #expect(result.failureCode == .identityTokenAudience)
    #expect(registry.record.exchanged.isEmpty)
  }

  @Test func takesAFreshTokenAfterALostAnswer() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.lost), .success("credential-000002")])
    let credentials = try await mint(registry, FakeSource(), engine()).get()
    #expect(credentials.count == 1)
    #expect(Set(registry.record.exchanged).count == 2)
  }

  /// A provider's plug-in that hands out one token again and again, at once or after another.
  @Test(
    arguments: [
      ([0, 0], .renewable, .pluginContract, 1), ([0, 0], .fixed(remaining: 2), .identityTokenSpent, 1),
      ([0, 1, 0], .renewable, .pluginContract, 2), ([0, 1, 0], .fixed(remaining: 2), .identityTokenSpent, 2),
      ([0, 1, 2, 1], .renewable, .pluginContract, 3),
    ] as [([Int], IdentityTokenSupply, ErrorCode, Int)])
  func neverSendsATokenAgain(
    _ order: [Int], _ supply: IdentityTokenSupply, _ code: ErrorCode, _ count: Int
  ) async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.lost)])
    let source = StubbornSource(tokens: try await Self.tokens(order), supply: supply)
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine().mint([Target(registry)], from: source).credentials.get()
    }
    #expect(error?.code == code && error?.message.contains("lost") == true, "\(String(describing: error))")
    #expect(registry.record.exchanged.count == count && Set(registry.record.exchanged).count == count)
  }

  /// Two targets that are one index get no token twice between them; two indexes may.
  @Test(arguments: [true, false]) func knowsAnIndexByItsOrigin(_ isOne: Bool) async throws {
    let first = try FakeRegistry(name: "first")
    let second = try FakeRegistry(
      name: "second", home: isOne ? "https://pypi.example.com" : "https://other.example.com", expected: nil,
      audiences: [
        .success(AudienceAnswer(audience: isOne ? "pypi.example.com" : "other.example.com", serverTime: nil))
      ])
    let audience: Audience = isOne ? "pypi.example.com" : "other.example.com"
    let engine = engine()
    let mine = StubbornSource(tokens: try await Self.tokens([0]), supply: .renewable)
    _ = try await engine.mint([Target(first)], from: mine).credentials.get()
    let other = StubbornSource(tokens: try await Self.tokens([0], audience), supply: .renewable)
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine.mint([Target(second)], from: other).credentials.get()
    }
    #expect(error?.code == (isOne ? .pluginContract : nil))
    #expect(second.record.exchanged.count == (isOne ? 0 : 1))
  }

  private static func tokens(_ order: [Int], _ audience: Audience = "pypi.example.com") async throws -> [IdentityToken]
  {
    let source = FakeSource()
    var made: [IdentityToken] = []
    for _ in 0...(order.max() ?? 0) { made.append(try await source.identityToken(for: audience)) }
    return order.map { made[$0] }
  }

  /// What the index refused unread may follow: the same token of a job that has no other, a fresh one elsewhere.
  @Test(arguments: [nil, 1]) func sendsAgainWhatWasRefusedUnread(_ left: Int?) async throws {
    let registry = try FakeRegistry(
      exchanges: [.failure(Self.unread), .failure(Self.unread), .success("credential-000002")])
    let source = FakeSource(left: left)
    _ = try await mint(registry, source, engine()).get()
    #expect(registry.record.exchanged.count == 3)
    #expect(Set(registry.record.exchanged).count == (left == nil ? 3 : 1) && source.count == (left == nil ? 3 : 1))
  }

  /// A secret that cannot be hidden is not used: an identity token is not sent, a credential is burned.
  @Test(arguments: [true, false]) func usesNothingThatCannotBeHidden(_ isCredential: Bool) async throws {
    let events = EventLog()
    let engine = Engine(
      time: time.source(), observe: { events.add($0) },
      hide: { (event) throws(BrokerError) in
        let isMet = if case .credentialReceived = event { isCredential } else { !isCredential }
        if isMet { throw BrokerError(.deliveryFailed, "no mask") }
      })
    let registry = try FakeRegistry()
    #expect(await mint(registry, FakeSource(), engine).failureCode == .deliveryFailed)
    #expect(registry.record.exchanged.count == (isCredential ? 1 : 0))
    #expect(registry.record.burned == (isCredential ? ["credential-000001"] : []))
    #expect(!events.names.contains("credentialReceived"))
  }

  @Test func keepsAFixedTokenThatWasNotSent() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.notSent), .success("credential-000002")])
    let source = FakeSource(left: 1)
    _ = try await mint(registry, source, engine()).get()
    #expect(source.count == 1)
    #expect(Set(registry.record.exchanged).count == 1 && registry.record.exchanged.count == 2)
  }

  @Test func stopsWhenTheOnlyFixedTokenMayBeSpent() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.lost)])
    #expect(await mint(registry, FakeSource(left: 1), engine()).failureCode == .identityTokenSpent)
    #expect(registry.record.exchanged.count == 1)
  }

  @Test func takesTheNextFixedTokenOfAPool() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.lost), .success("credential-000002")])
    _ = try await mint(registry, FakeSource(left: 2), engine()).get()
    #expect(Set(registry.record.exchanged).count == 2)
  }

  @Test func doesNotRepeatARefusal() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.refused)])
    #expect(await mint(registry, FakeSource(), engine()).failureCode == .exchangeRefused)
    #expect(registry.record.exchanged.count == 1)
  }

  /// An outage that passes lasts seconds: time ends a run, not a handful of attempts.
  @Test func goesOnForAsLongAsItMay() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.lost)])
    let source = FakeSource()
    guard case .failure(let error) = await mint(registry, source, engine()) else {
      Issue.record("minted")
      return
    }
    let attempts = registry.record.exchanged.count
    #expect(error.code == .unreachable && error.message.contains("attempt \(attempts), after "), "\(error)")
    #expect(attempts > 10 && source.count == attempts && Set(registry.record.exchanged).count == attempts)
    #expect((.seconds(50)...(.seconds(60))).contains(time.waits.reduce(.zero, +)))
    let silent = try FakeRegistry(audiences: [.failure(Self.lost)])
    #expect(await mint(silent, FakeSource(), engine()).failureCode == .unreachable)
    #expect(silent.record.audienceCount > 10 && silent.record.exchanged.isEmpty)
  }

  @Test func countsTokenAndExchangeTogether() async throws {
    let registry = try FakeRegistry(exchanges: [.failure(Self.lost)])
    let source = FakeSource(failures: [Self.lost, Self.lost])
    _ = await mint(registry, source, engine(policy: RetryPolicy(attempts: 4)))
    #expect(source.count == 4 && registry.record.exchanged.count == 2)
  }

  @Test func endsAtOnceWhenTheServerWantsALongerWait() async throws {
    let later = BrokerError(.unavailable, "later", recovery: .retry(.mayHaveArrived, after: .seconds(3600)))
    let registry = try FakeRegistry(audiences: [.failure(later)])
    guard case .failure(let error) = await mint(registry, FakeSource(), engine()) else {
      Issue.record("minted")
      return
    }
    #expect(error.remedy?.contains("3600 s") == true)
    #expect(time.waits.isEmpty && registry.record.audienceCount == 1)
  }

  @Test func keepsRehearsalAndRealityApart() async throws {
    let sandbox = try FakeRegistry(home: "http://127.0.0.1:4711")
    let real = try FakeRegistry()
    #expect(await mint(sandbox, FakeSource(), engine()).failureCode == .rehearsalBoundary)
    #expect(await mint(real, FakeSource(isRehearsal: true), engine()).failureCode == .rehearsalBoundary)
    #expect(sandbox.record.exchanged.isEmpty && real.record.exchanged.isEmpty)
    _ = try await mint(sandbox, FakeSource(isRehearsal: true), engine(rehearsal: true)).get()
  }

  /// Offsets of the token's expiry by our clock and by the server's; who is believed.
  @Test(arguments: [
    (-60, -60, ErrorCode?.some(.identityTokenExpired)), (-60, 60, nil), (60, -60, nil), (-29, -29, nil),
    (-60, nil, nil),
  ])
  func believesTwoClocks(_ ours: Int64, _ servers: Int64?, _ code: ErrorCode?) async throws {
    let expiry = time.now.advanced(by: ours)
    let serverTime = servers.map { expiry.advanced(by: -$0) }
    let registry = try FakeRegistry(
      audiences: [.success(AudienceAnswer(audience: "pypi.example.com", serverTime: serverTime))])
    let events = EventLog()
    let result = await mint(
      registry, FakeSource(claims: [("exp", String(expiry.seconds))]), engine(events: events))
    #expect(result.failureCode == code)
    #expect(events.names.contains("clockIsOff") == (ours == -60 && servers == 60))
    #expect(registry.record.exchanged.isEmpty == (code != nil))
  }

  /// The registry's clock was read before the waits of a run: it went on since.
  @Test func knowsThatTheServersClockWentOn() async throws {
    let registry = try FakeRegistry(
      audiences: [.success(AudienceAnswer(audience: "pypi.example.com", serverTime: time.now))],
      exchanges: [.failure(Self.unread)])
    let source = FakeSource(left: 1, claims: [("exp", String(time.now.seconds))])
    guard case .failure(let error) = await mint(registry, source, engine()) else {
      Issue.record("minted")
      return
    }
    #expect(error.code == .identityTokenExpired && error.message.contains("expired 35 s ago"), "\(error)")
  }

  @Test func saysOnceThatTheClocksDiffer() async throws {
    let registry = try FakeRegistry(
      audiences: [.success(AudienceAnswer(audience: "pypi.example.com", serverTime: time.now.advanced(by: -3600)))],
      exchanges: [.failure(Self.unread), .failure(Self.lost), .success("credential-000002")])
    let events = EventLog()
    let source = FakeSource(claims: [("exp", String(time.now.advanced(by: -3300).seconds))])
    _ = try await mint(registry, source, engine(events: events)).get()
    #expect(events.names.count { $0 == "clockIsOff" } == 1)
  }

  @Test func refusesATokenThatIsNotValidYet() async throws {
    let start = time.now.advanced(by: 300)
    let registry = try FakeRegistry(
      audiences: [.success(AudienceAnswer(audience: "pypi.example.com", serverTime: time.now))])
    let result = await mint(registry, FakeSource(claims: [("nbf", String(start.seconds))]), engine())
    #expect(result.failureCode == .identityTokenExpired)
  }

  @Test func burnsWhatWasMintedWhenAnotherTargetFails() async throws {
    let good = try FakeRegistry(name: "good")
    let bad = try FakeRegistry(name: "bad", exchanges: [.failure(Self.refused)])
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine().mint([Target(good), Target(bad)], from: FakeSource()).credentials.get()
    }
    #expect(error?.code == .exchangeRefused)
    #expect(good.record.burned == ["credential-000001"])
    #expect(bad.record.burned.isEmpty)
  }

  @Test func reportsTheFirstFailureInOrder() async throws {
    let slow = try FakeRegistry(name: "slow", exchanges: [.failure(Self.lost)])
    let quick = try FakeRegistry(name: "quick", exchanges: [.failure(Self.refused)])
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine().mint([Target(slow), Target(quick)], from: FakeSource()).credentials.get()
    }
    #expect(error?.code == .unreachable)
  }

  @Test func endsWhenTheTimeIsOver() async throws {
    let impatient = FakeTime(holding: [])
    let engine = Engine(time: impatient.source(), policy: RetryPolicy(total: .seconds(60)))
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine.mint([Target(SilentRegistry())], from: FakeSource()).credentials.get()
    }
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("60 s") == true)
  }

  @Test func saysThatItWasEndedWhileItWaited() async throws {
    let (waiting, signal) = AsyncStream<Void>.makeStream()
    let engine = Engine(time: FakeTime(holding: [.seconds(60), .seconds(5)]).source()) { event in
      if case .retrying = event { signal.yield() }
    }
    let later = BrokerError(.unavailable, "later", recovery: .retry(.mayHaveArrived, after: .seconds(5)))
    let registry = try FakeRegistry(audiences: [.failure(later)])
    let work = Task { await mint(registry, FakeSource(), engine) }
    for await _ in waiting { break }
    work.cancel()
    #expect(await work.value.failureCode == .interrupted)
  }

  /// Which of the two requests that run side by side is silent.
  @Test func saysWhatItWaitedForWhenTheTimeIsOver() async throws {
    let (received, signal) = AsyncStream<Void>.makeStream()
    let clocks = time.source()
    let impatient = Engine(
      time: TimeSource(
        now: clocks.now, elapsed: clocks.elapsed, sleep: { _ in for await _ in received { break } },
        random: clocks.random)
    ) { event in
      if case .identityTokenReceived = event { signal.yield() }
    }
    let error = await failure { () async throws(BrokerError) in
      _ = try await impatient.mint([Target(SilentRegistry())], from: FakeSource()).credentials.get()
    }
    #expect(error?.message.contains("for its audience") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("identity token") == false)
  }

  /// The registry's clock is known with its audience: whether that comes before or after the token that fails is chance.
  @Test func explainsAlikeWhicheverComesFirst() async throws {
    var causes: [[Cause]] = []
    for isTokenFirst in [false, true] {
      let (audience, audienceCame) = AsyncStream<Void>.makeStream()
      let (never, held) = AsyncStream<Void>.makeStream()
      defer { held.finish() }
      let events = EventLog()
      let engine = Engine(time: time.source()) { event in
        events.add(event)
        if case .audienceAccepted = event { audienceCame.yield() }
      }
      let expired = time.now.advanced(by: -600).seconds
      let registry = try FakeRegistry(
        audiences: [.success(AudienceAnswer(audience: "pypi.example.com", serverTime: time.now))],
        waits: { if isTokenFirst { for await _ in never { break } } })
      let source = FakeSource(
        claims: [("aud", #""other""#), ("exp", "\(expired)")],
        waits: { if !isTokenFirst { for await _ in audience { break } } })
      guard case .failure(let error) = await mint(registry, source, engine) else {
        Issue.record("minted")
        return
      }
      #expect(error.code == .identityTokenAudience)
      #expect(events.names.contains("audienceAccepted") != isTokenFirst)
      causes.append(error.causes)
    }
    #expect(causes[0] == causes[1] && causes[0].contains { $0.code == "token-expired" }, "\(causes)")
  }

  /// What the exchange that was under way comes to when the run is asked to end, and what is burned.
  @Test(
    arguments: [
      (.success("credential-000001"), ["credential-000001"]), (.failure(lost), []), (.failure(refused), []),
      (.failure(notSent), []),
    ] as [(Result<String, BrokerError>, [String])])
  func keepsNothingThatComesAfterTheEnd(_ answer: Result<String, BrokerError>, _ burned: [String]) async throws {
    let (asked, signal) = AsyncStream<Void>.makeStream()
    let engine = Engine(time: time.source()) { if case .exchangeSent = $0 { signal.yield() } }
    let (never, held) = AsyncStream<Void>.makeStream()
    defer { held.finish() }
    // It ends when the task is cancelled.
    let registry = try FakeRegistry(exchanges: [answer], exchangeWaits: { for await _ in never { break } })
    let source = FakeSource()
    let work = Task { await mint(registry, source, engine) }
    for await _ in asked { break }
    work.cancel()
    #expect(await work.value.failureCode == .interrupted)
    #expect(registry.record.exchanged.count == 1 && registry.record.burned == burned && source.count == 1)
  }

  @Test func pinsOnlyWhatIsNotKnown() async throws {
    let known = try FakeRegistry()
    let error = await failure { () async throws(BrokerError) in
      _ = try await engine().mint([try pinned(known, to: "other")], from: FakeSource()).credentials.get()
    }
    #expect(error?.code == .usage && known.record.audienceCount == 0)
    let unknown = try FakeRegistry(
      expected: nil, audiences: [.success(AudienceAnswer(audience: "mine", serverTime: nil))])
    _ = try await engine().mint([try pinned(unknown, to: "mine")], from: FakeSource()).credentials.get()
    #expect(unknown.record.exchanged.count == 1)
    let foreign = await failure { () async throws(BrokerError) in
      _ = try await engine().mint([try pinned(unknown, to: "sigstore")], from: FakeSource()).credentials.get()
    }
    #expect(foreign?.code == .audienceRefused)
  }
}

/// Hands out tokens in an order of its own.
private final class StubbornSource: IdentityTokenSource {
  let supply: IdentityTokenSupply
  let identityVariables: [String] = []
  private let tokens: Mutex<[IdentityToken]>

  init(tokens: [IdentityToken], supply: IdentityTokenSupply) {
    self.tokens = Mutex(tokens)
    self.supply = supply
  }

  func supply(for audience: Audience) -> IdentityTokenSupply { supply }
  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    tokens.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
  }
  func job(from claims: Claims) -> JobIdentity { JobIdentity(family: IssuerFamily("A family")) }
}

/// The names of the events of a run.
final class EventLog: Sendable {
  private let events = Mutex<[EngineEvent]>([])

  func add(_ event: EngineEvent) { events.withLock { $0.append(event) } }

  var names: [String] { events.withLock { $0.map { "\($0)".prefix { $0 != "(" }.description } } }
}

extension Result where Failure == BrokerError {
  var failureCode: ErrorCode? {
    if case .failure(let error) = self { error.code } else { nil }
  }
}
