import BrokerCore
import BuiltInPlugins
import BrokerSystem
import TestSupport
import Testing
import TokenBroker

/// Every request of the flow, and everything that can go wrong with it, over real sockets.
struct FaultMatrixTests {
  /// How a run ended, and what it took.
  private struct Outcome {
    let error: BrokerError?
    let duration: Duration
  }

  private static let limit = Duration.milliseconds(300)
  /// No run may take longer than this after its deadline.
  private static let grace = Duration.seconds(5)

  /// One cell.
  ///
  /// What takes too long is done again, on a new site: a machine that is short of time is slow once or twice, a program
  /// that hangs is slow each time.
  private func run(
    _ step: HostileSite.Step, _ fault: Fault, isGitLab: Bool = false, times: Int = .max, tokens: Int = 1,
    changes: [String: String] = [:], request: Duration? = nil, total: Duration = .seconds(60)
  ) async throws -> (site: HostileSite, error: BrokerError?) {
    let request = request ?? (fault.isSlow ? Self.limit : .seconds(20))
    var slow: [Duration] = []
    while true {
      let site = try HostileSite(step, fault, times: times)
      let variables = site.variables(isGitLab: isGitLab, tokens: tokens).merging(changes) { $1 }
      let outcome = await Turnstile.shared.pass { await runNow(step, variables, request: request, total: total) }
      site.stop()
      // A machine may be too slow for 300 ms even where nothing goes wrong: then the fault was not met.
      let isMet = !fault.isSlow || fault.wire.isBeforeConnection || site.count(step) > 0
      if outcome.duration < Self.limit * 2 + Self.grace, isMet { return (site, outcome.error) }
      slow.append(outcome.duration)
      guard slow.count < 8 else {
        Issue.record("\(step.rawValue), \(fault.name) took \(slow)")
        return (site, outcome.error)
      }
    }
  }

  private func runNow(
    _ step: HostileSite.Step, _ variables: [String: String], request: Duration, total: Duration
  ) async -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    let error = await failure { () async throws(BrokerError) in
      let environment = Environment(variables)
      let transport = CurlTransport(
        TransportConfiguration(environment: environment, connectLimit: request, requestLimit: request))
      let broker = Broker(catalog: try .builtIn(), environment: environment, transport: transport)
      let configuration = try broker.configuration()
      let targets = try await broker.targets(["pypi"], in: configuration)
      if step == .burn {
        guard let registry = targets.first?.registry, let revoke = registry.capabilities.revoke else {
          throw BrokerError(.pluginContract, "cannot burn")
        }
        let origin = registry.secretOrigin(isRehearsal: broker.isRehearsal)
        return try await revoke(broker.bindings.bind(Secret("pypi-a-credential-to-burn"), to: origin))
      }
      let policy = RetryPolicy(attempts: 2, base: .milliseconds(1), cap: .milliseconds(5), total: total)
      let provider = try await broker.selectProvider(in: configuration)
      _ = try await broker.engine(policy: policy).mint(targets, from: provider.source).credentials.get()
    }
    return Outcome(error: error, duration: clock.now - start)
  }

  /// An identity token travels to the index alone, as the body of an exchange, and never again after an answer that does not
  /// refuse it unread.
  private func checkTokens(_ site: HostileSite, _ name: String, mayRepeat: Bool = false) {
    let arrived = site.identityTokens
    #expect(arrived.allSatisfy { $0.step == .exchange }, "\(name): an identity token went elsewhere")
    #expect(mayRepeat || Set(arrived.map(\.token)).count == arrived.count, "\(name): an identity token was sent twice")
    #expect(!site.arrivals.contains { $0.step == nil }, "\(name): another host was asked")
  }

  @Test(
    "each fault at each request has its error and its number of requests", arguments: HostileSite.Step.allCases,
    Fault.all)
  func endsAsItShould(_ step: HostileSite.Step, _ fault: Fault) async throws {
    let run = try await run(step, fault)
    let name = "\(step.rawValue), \(fault.name)"
    let mayTryAgain = step != .burn && step != .directory
    if fault.consequence == .success || (step == .burn && fault.name.hasPrefix("body:")) {
      #expect(run.error == nil, "\(name): \(String(describing: run.error))")
    } else {
      let code = step == .identityToken ? fault.identityCode : fault.code
      #expect(run.error?.code == code, "\(name): \(String(describing: run.error))")
      #expect(run.error?.remedy != nil, "\(name): no remedy")
      if !fault.isSlow {
        // An answer that is lost, or that is none, does not say that nothing was minted.
        let mayBeLost =
          step == .exchange
          && (fault.consequence == .againSent && fault.code != .unavailable || fault.name.hasPrefix("body:"))
        #expect(
          run.error?.message.contains("may have been minted") == mayBeLost, "\(name): \(String(describing: run.error))")
      }
      let isAgain = fault.consequence.isAgainArrived && mayTryAgain
      let arrived = fault.consequence == .againUnsent ? 0 : isAgain ? 2 : 1
      let count = run.site.count(step)
      // With a deadline of 300 ms the second attempt of a slow machine may end before it arrives.
      #expect(fault.isSlow && count == 1 || count == arrived, "\(name): \(count) requests")
      if step != .exchange { #expect(run.site.count(.exchange) == 0, "\(name): an exchange was sent") }
    }
    checkTokens(run.site, name)
  }

  /// On GitLab there is one identity token: it is sent again only if it was not sent at all.
  @Test(arguments: Fault.all) func neverSpendsTheOnlyTokenTwice(_ fault: Fault) async throws {
    let run = try await run(.exchange, fault, isGitLab: true)
    switch fault.consequence {
    case .success: #expect(run.error == nil, "\(fault.name): \(String(describing: run.error))")
    case .final where fault.isUnread:
      // The token is good for another run, and when that may be has to be said.
      #expect(run.error?.code == .unavailable, "\(fault.name): \(String(describing: run.error))")
      #expect(run.error?.remedy?.text.hasPrefix("Try again in ") == true, "\(fault.name)")
    case .final where fault.code == .unavailable:
      // The server says when to try again, and that has to be said.
      #expect(run.error?.code == .identityTokenSpent, "\(fault.name): \(String(describing: run.error))")
      #expect(run.error?.remedy?.contains(" s, for which the server asks") == true, "\(fault.name)")
    case .final: #expect(run.error?.code == fault.code, "\(fault.name): \(String(describing: run.error))")
    case .againUnsent, .againUnread:
      #expect(run.error?.code == fault.code, "\(fault.name): \(String(describing: run.error))")
    case .againSent: #expect(run.error?.code == .identityTokenSpent, "\(fault.name): \(String(describing: run.error))")
    }
    let count = fault.consequence == .againUnsent ? 0 : fault.consequence == .againUnread ? 2 : 1
    #expect(run.site.count(.exchange) == count, "\(fault.name)")
    checkTokens(run.site, fault.name, mayRepeat: fault.isUnread)
  }

  /// What goes wrong once is got over: with a fresh identity token, or with the next one of the job's.
  @Test(arguments: [false, true], Fault.all.filter(\.consequence.isAgainArrived))
  func getsOverWhatHappensOnce(_ isGitLab: Bool, _ fault: Fault) async throws {
    for step in [HostileSite.Step.audience, .identityToken, .exchange] where !(isGitLab && step == .identityToken) {
      var changes: [String: String] = [:]
      let folder = try TestFolder()
      defer { folder.remove() }
      // What was refused unread needs no second token.
      let needsTwo = isGitLab && !fault.isUnread
      if needsTwo {
        try folder.write(
          "file.json",
          #"""
          {"version":1,"providers":{"gitlab":{"variables":{"pypi":["PYPI_ID_TOKEN","PYPI_ID_TOKEN_2"]}}}}
          """#)
        changes["TOKEN_BROKER_CONFIG"] = "\(folder.path)/file.json"
      }
      let run = try await run(step, fault, isGitLab: isGitLab, times: 1, tokens: needsTwo ? 2 : 1, changes: changes)
      let name = "\(step.rawValue), \(fault.name)"
      // A slow machine may take longer than the deadline for the second attempt, too.
      if fault.isSlow, run.error?.code == .timedOut || run.error?.code == .identityTokenSpent { continue }
      #expect(run.error == nil, "\(name): \(String(describing: run.error))")
      #expect(run.site.count(step) == 2, "\(name)")
      checkTokens(run.site, name, mayRepeat: isGitLab && fault.isUnread)
    }
  }

  /// The total time ends a run whatever the requests' own deadlines are.
  @Test(arguments: HostileSite.Step.allCases.filter { $0 != .burn && $0 != .directory }, Fault.all.filter(\.isSlow))
  func endsWithItsTotalTime(_ step: HostileSite.Step, _ fault: Fault) async throws {
    let run = try await run(step, fault, request: .seconds(60), total: Self.limit)
    #expect(run.error?.code == .timedOut, "\(step), \(fault.name): \(String(describing: run.error))")
    checkTokens(run.site, fault.name)
  }
}
