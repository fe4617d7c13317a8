import BrokerCore
import BrokerSystem
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Signals while an exchange is under way: what comes of it is burned, or it is said that something may have come of it.
struct SignalTests {
  /// What the server and the test that sends the signal tell each other.
  private final class Moment: Sendable {
    private let time = Mutex<ContinuousClock.Instant?>(nil)

    /// When the signal was sent; nil if it was not.
    var instant: ContinuousClock.Instant? { time.withLock { $0 } }

    /// Notes that the signal is about to be sent.
    func come() -> Bool {
      time.withLock { $0 = $0 ?? .now }
      return true
    }

    /// Waits for the signal, and so many milliseconds longer; false if the client goes away meanwhile.
    func pass(_ milliseconds: Int32, watching wire: Wire) -> Bool {
      while instant == nil { guard !wire.hasEnded(within: 5) else { return false } }
      return !wire.hasEnded(within: milliseconds)
    }
  }

  private static let signals: [(Int32, Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131)]
  private static let commands = [
    ["mint", "pypi", "--format", "token"], ["check", "pypi", "--mint", "--use-up-token"],
    ["exec", "pypi", "--env", "T={token}", "--", "sh", "-c", ": >started"],
  ]
  private static let loss =
    "A credential may have been minted that nobody received; it expires by itself within 15 minutes."

  /// Signals once the exchange has arrived, and lets `answer` answer it some time later.
  ///
  /// Again, and later, if the answer was there before the signal was noticed: a machine may be short of time.
  private func signalled(
    _ number: Int32, _ command: [String], isGitLab: Bool, _ answer: @escaping @Sendable (Fault.Scene) -> Bool
  ) async throws -> (run: BuiltTool.Run, site: HostileSite, isStarted: Bool) {
    var wait: Int32 = 300
    while true {
      let moment = Moment()
      let folder = try TestFolder()
      defer { folder.remove() }
      let site = try HostileSite(
        .exchange, Fault("after a signal") { [wait] in moment.pass(wait, watching: $0.wire) && answer($0) })
      let run = try await BuiltTool.run(
        command, site.variables(isGitLab: isGitLab), in: folder,
        interruption: .init(signal: number) { site.count(.exchange) > 0 && moment.come() })
      site.stop()
      let isStarted = !folder.names.isEmpty
      let isNoticed = run.status > 128 && !isStarted && site.count(.exchange) <= 1
      if isNoticed || wait > 1500 { return (run, site, isStarted) }
      wait += 300
    }
  }

  @Test(arguments: signals, commands)
  func burnsWhatComesAfterASignal(_ signal: (number: Int32, status: Int32), _ command: [String]) async throws {
    for isGitLab in [false, true] {
      let (run, site, isStarted) = try await signalled(signal.number, command, isGitLab: isGitLab) {
        $0.send($0.answer)
      }
      #expect(run.status == signal.status, "\(command): \(run.error)")
      #expect((run.output + run.error).contains("The run was ended before its credential was used."), "\(run.error)")
      #expect(!run.error.contains("may have been minted"), "\(run.error)")
      let credential = try #require(site.secrets.last { $0.hasPrefix("pypi-") })
      #expect(site.arrivals.last?.step == .burn && site.arrivals.last?.text.contains(credential) == true)
      #expect(site.count(.exchange) == 1 && site.count(.burn) == 1)
      #expect(!run.output.contains(credential) && !isStarted, "\(run.output)")
    }
  }

  /// An answer that never comes, and one that breaks off.
  @Test(arguments: signals, [false, true])
  func saysThatSomethingMayBeLeft(_ signal: (number: Int32, status: Int32), _ breaksOff: Bool) async throws {
    for command in Self.commands {
      let (run, site, _) = try await signalled(signal.number, command, isGitLab: true) { scene in
        if !breaksOff { scene.wire.waitForEnd() }
        return false
      }
      #expect(run.status == signal.status, "\(command): \(run.error)")
      // A table and an annotation break lines.
      let said = (run.output + run.error).split { $0.isWhitespace }.joined(separator: " ")
      #expect(said.contains(Self.loss), "\(command): \(said)")
      #expect(site.arrivals.last?.step == .exchange && site.count(.exchange) == 1)
    }
  }

  /// What is answered after the signal: none of these is followed by another request.
  @Test(arguments: [503, 429, 422, 307, 200]) func startsNothingNew(_ status: Int) async throws {
    let (run, site, _) = try await signalled(SIGTERM, Self.commands[0], isGitLab: false) {
      $0.send("{}", status: status)
    }
    #expect(run.status == 143, "\(run.error)")
    #expect(run.error.contains("title=token-broker interrupted") && !run.error.contains("Trying again"), "\(run.error)")
    #expect(site.arrivals.last?.step == .exchange && site.count(.exchange) == 1)
  }

  /// A connection that is not made yet has carried nothing: there is nothing to wait for.
  @Test func waitsForNothingThatWasNotSent() async throws {
    let full = try #require(Fault.all.first { $0.wire.isFullQueue })
    try await quickly(after: Duration.milliseconds(1500)) { moment in
      let site = try HostileSite(.exchange, full)
      let folder = try TestFolder()
      defer { folder.remove() }
      let run = try await BuiltTool.run(
        ["mint", "pypi", "--format", "token", "--explain"], site.variables(isGitLab: true), errorIn: folder,
        interruption: .init(signal: SIGINT) { folder.read("stderr").contains("exchange: sent") && moment.come() })
      #expect(run.status == 130 && !run.error.contains("may have been minted"), "\(run.error)")
      #expect(run.error.contains("[interrupted]") && site.count(.exchange) == 0)
      site.stop()
    }
  }

  /// A second signal ends it, with the same words; one that comes at once is the first, told twice.
  @Test func endsAtOnceOnASecondSignal() async throws {
    try await quickly(after: .milliseconds(1400)) { moment in
      let (first, site) = (Moment(), try HostileSite(.exchange, Self.silent))
      let run = try await BuiltTool.run(
        ["mint", "pypi", "--format", "token"], site.variables(isGitLab: true),
        interruption: .init(signal: SIGINT) { site.count(.exchange) > 0 && first.come() },
        .init(signal: SIGINT) {
          first.instant.map { .now - $0 > .milliseconds(400) } ?? false && moment.come()
        })
      #expect(run.status == 130 && run.error.contains(Self.loss), "\(run.error)")
      site.stop()
    }
    let moment = Moment()
    let site = try HostileSite(
      .exchange, Fault("after a signal") { moment.pass(1000, watching: $0.wire) && $0.send($0.answer) })
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], site.variables(isGitLab: true),
      interruption: .init(signal: SIGINT) { site.count(.exchange) > 0 && moment.come() }, .init(signal: SIGINT) { true }
    )
    #expect(run.status == 130 && site.count(.burn) == 1, "\(run.error)")
  }

  /// The time limit is no signal: nothing goes on behind it, and what may be left is said.
  @Test func saysSoWhenTheTimeIsOver() async throws {
    let site = try HostileSite(.exchange, Self.silent)
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token", "--timeout", "1"], site.variables(isGitLab: true))
    #expect(run.status == 7 && run.error.contains("[timed-out]") && run.error.contains(Self.loss), "\(run.error)")
    #expect(site.count(.exchange) == 1 && site.count(.burn) == 0)
  }

  private static let silent = Fault("silent") { scene in
    scene.wire.waitForEnd()
    return false
  }

  /// Does something again that took longer after a moment than it may: a machine that is short of time is slow once or twice.
  private func quickly(after limit: Duration, _ body: (Moment) async throws -> Void) async throws {
    var durations: [Duration] = []
    repeat {
      let moment = Moment()
      try await body(moment)
      durations.append(.now - (try #require(moment.instant)))
    } while durations.count < 8 && durations.allSatisfy { $0 > limit }
    #expect(durations.contains { $0 <= limit }, "\(durations)")
  }
}
