import BrokerConformance
import BrokerCore
import TestSupport
import Testing

/// Credentials that are made good for less between exchange and delivery.
struct NarrowingTests {
  private let time = FakeTime()

  /// Writes the bounds behind a token that begins with `credential`.
  private static let writing = CredentialNarrowing(
    isUsual: true,
    apply: { (token, bounds) throws(NotNarrowed) in
      guard token.reveal().hasPrefix("credential") else { throw NotNarrowed("it is of another form") }
      let projects = bounds.projects.map { "+\($0.joined(separator: "+"))" } ?? ""
      return Secret(token.reveal() + projects + (bounds.expires.map { "@\($0.seconds)" } ?? ""))
    },
    reach: { token in
      let names = token.reveal().split(separator: "@")[0].split(separator: "+").dropFirst().map(String.init)
      return CredentialReach(projects: names.isEmpty ? .numbered(3) : .named(names), expires: nil)
    }, tokens: { _ in [] }, projectName: { $0.lowercased() })

  private func registry(
    _ token: String = "credential-000001", _ narrow: CredentialNarrowing? = writing
  ) throws -> FakeRegistry { try FakeRegistry(exchanges: [.success(token)], narrow: narrow) }

  private func target(_ registry: FakeRegistry, _ narrowing: Narrowing) -> Target {
    var target = Target(registry)
    target.narrowing = narrowing
    return target
  }

  private func mint(_ target: Target, events: EventLog = EventLog()) async -> Outcome<Credential>? {
    let engine = Engine(time: time.source(), observe: { events.add($0) })
    return await engine.mint([target], from: FakeSource()).outcomes.first
  }

  private static let long = "credential-" + String(repeating: "x", count: 4080)

  /// What is wanted, of which token; the token that is handed over, whether it is narrowed, and what the reason has.
  @Test(
    arguments: [
      (.init(.on, projects: .named(["a", "b"])), "credential-000001", "credential-000001+a+b", true, nil),
      (.init(.required, projects: .named(["a"])), "credential-000001", "credential-000001+a", true, nil),
      (.init(.off, projects: .named(["a"])), "credential-000001", "credential-000001", false, nil),
      (.init(.on), "credential-000001", "credential-000001", false, nil),
      (.init(.on, projects: .unknown("nobody knows")), "credential-000001", "credential-000001", false, "nobody knows"),
      (.init(.on, projects: .named(["a"])), "another-form-0001", "another-form-0001", false, "of another form"),
      (.init(.on, projects: .named(["abcdef"])), long, long, false, "longer than"),
    ] as [(Narrowing, String, String, Bool, String?)])
  func narrowsWhatItCan(
    _ narrowing: Narrowing, _ given: String, _ handed: String, _ isNarrowed: Bool, _ reason: String?
  ) async throws {
    let outcome = try #require(await mint(target(registry(given), narrowing)))
    #expect(try outcome.result.get().secret.reveal() == handed)
    let form = try #require(outcome.evidence.credential)
    #expect(form.isNarrowed == isNarrowed && (form.reason == nil) == (reason == nil))
    if let reason { #expect(form.reason?.contains(reason) == true) }
  }

  /// Both forms are told of, the narrowed one before it is used, so that both are hidden.
  @Test func tellsOfBothForms() async throws {
    let events = EventLog()
    _ = await mint(target(try registry(), Narrowing(.on, projects: .named(["a"]))), events: events)
    let names = events.names
    let received = try #require(names.firstIndex(of: "credentialReceived"))
    #expect(names.firstIndex(of: "credentialNarrowed") == received + 1, "\(names)")
  }

  @Test func burnsOneThatHasToBeNarrowedAndIsNot() async throws {
    let registry = try registry("another-form-0001")
    let outcome = await mint(target(registry, Narrowing(.required, projects: .named(["a"]))))
    #expect(outcome?.failure?.code == .narrowingRequired)
    #expect(registry.record.burned == ["another-form-0001"])
  }

  /// What cannot come true is refused before an identity token is used.
  @Test(
    arguments: [
      (.init(.required), true, .narrowingRequired),
      (.init(.required, projects: .unknown("x")), true, .narrowingRequired),
      (.init(.required, projects: .named(["a"])), false, .narrowingRequired), (.init(.on, life: 60), false, .usage),
      (.init(.off, life: 60), true, .usage),
    ] as [(Narrowing, Bool, ErrorCode)])
  func refusesBeforehand(_ narrowing: Narrowing, _ canNarrow: Bool, _ code: ErrorCode) async throws {
    let registry = try registry("credential-000001", canNarrow ? Self.writing : nil)
    let source = FakeSource()
    let engine = Engine(time: time.source())
    let outcome = await engine.mint([target(registry, narrowing)], from: source).outcomes.first
    #expect(outcome?.failure?.code == code && source.count == 0)
  }

  /// A life is counted on the registry's clock: from when it expires, back by what is left.
  @Test(arguments: [(60, 60), (900, nil), (3000, nil)] as [(Int64, Int64?)])
  func shortensTheLife(_ life: Int64, _ left: Int64?) async throws {
    let outcome = try #require(await mint(target(registry(), Narrowing(.on, life: life))))
    let credential = try outcome.result.get()
    let usual = credential.secret.reveal() == "credential-000001"
    #expect(usual == (left == nil))
    if let left { #expect(credential.secondsLeft(by: time.source()) == left) }
  }

  /// Without a word in the configuration it is the registry's to say.
  @Test("without a setting, the registry says whether credentials are narrowed") func isTheRegistrysToSay() throws {
    #expect(Target(try registry()).narrowing.mode == .on)
    #expect(Target(try FakeRegistry()).narrowing.mode == .off)
    #expect(Target(try registry(), narrowing: .off).narrowing.mode == .off)
  }

  @Test(
    "what a credential is good for is said in words",
    arguments: [
      (.named(["a"]), "a alone"), (.named(["a", "b", "c"]), "a, b and c alone"), (.named([]), "no project"),
      (.numbered(1), "the one project of its publisher"), (.numbered(2), "all 2 projects of its publisher"),
    ] as [(CredentialReach.Projects, String)])
  func isSaidInWords(_ projects: CredentialReach.Projects, _ text: String) {
    #expect(CredentialReach(projects: projects, expires: nil).summary.text == text)
  }
}
