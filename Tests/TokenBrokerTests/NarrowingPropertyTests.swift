import BrokerConformance
import BrokerCore
import GitHubProvider
import GitLabProvider
import PyPIRegistry
import TestPyPIRegistry
import TestSupport
import Testing
import TokenBroker

/// Made-up pairs of files: whatever the lower one says, nothing gets in that the higher one keeps out.
///
/// `TOKEN_BROKER_TEST_SEED` repeats a run.
struct NarrowingPropertyTests {
  private static let seed = SeededGenerator.seed
  private static let count: UInt64 = 2000

  private let reader: ConfigurationReader

  init() throws {
    // The model knows these four; plug-ins that are added to the built-in ones have no part in it.
    var catalog = PluginCatalog()
    try catalog.add(.gitHub)
    try catalog.add(.gitLab)
    try catalog.add(.testPyPI)
    try catalog.add(.pypi)
    try catalog.add(UsualRoute("release", over: "testpypi", "pypi"))
    reader = ConfigurationReader(catalog: catalog)
  }

  private func source(_ name: String, _ model: LayerModel) -> ConfigurationSource {
    ConfigurationSource(name: name, bytes: Array(model.json.utf8), isRepositoryControlled: false)
  }

  @Test func noLowerLayerLetsAnythingIn() throws {
    var (accepted, refused, permitted) = (0, 0, 0)
    for number in 0..<Self.count {
      var generator = SeededGenerator(seed: Self.seed &+ number)
      var upper = LayerModel.random(&generator)
      if generator.oneIn(4) { upper.added = ["https://staging.example.com", "https://pypi.example.com"] }
      let lower = LayerModel.random(below: upper, &generator)
      let note: Comment = "seed \(Self.seed &+ number)\n\(upper.json)\n\(lower.json)"
      guard let above = try? reader.read(organisation: source("org.json", upper), repository: nil) else { continue }
      let both: BrokerConfiguration
      do {
        both = try reader.read(organisation: source("org.json", upper), repository: source("repo.json", lower))
      } catch {
        #expect(error.status == .configuration || error.code == .audienceRefused, note)
        refused += 1
        continue
      }
      accepted += 1
      #expect(Set(both.providers.map(\.name)).isSubset(of: above.providers.map(\.name)), note)
      for route in both.routes {
        guard let higher = above.routes.first(where: { $0.name == route.name }) else { continue }
        #expect(Set(route.registries).isSubset(of: higher.registries), note)
      }
      permitted += check(both, upper, lower, &generator, note)
    }
    // A test that never sees a pair accepted, or a job let in, shows nothing.
    #expect(accepted > Int(Self.count) / 5 && refused > Int(Self.count) / 5, "accepted \(accepted), refused \(refused)")
    #expect(permitted > Int(Self.count) / 5, "permitted \(permitted), seed \(Self.seed)")
  }

  /// Checks jobs and audiences at every registry; returns how many were let in.
  private func check(
    _ both: BrokerConfiguration, _ upper: LayerModel, _ lower: LayerModel, _ generator: inout SeededGenerator,
    _ note: Comment
  ) -> Int {
    let services = PluginServices(
      transport: ScriptedTransport { _ in .failure(HTTPFailure(.refused, arrival: .nothingSent)) },
      time: FakeTime().source())
    let targets = both.registries.map { $0.target(services) }
    var permitted = 0
    for target in targets {
      let host = target.registry.home.host
      let audiences = accepted(by: target.registry)
      #expect(LayerModel.hosts.contains(host), note)
      #expect(target.registry.uploadURL.origin == target.registry.home, note)
      for _ in 0..<6 {
        let job = LayerModel.randomJob(
          for: [upper, lower], of: both.providers.map { ($0.name, $0.type) }, &generator)
        guard target.gates.allSatisfy({ admits($0, job, target.name) }) else { continue }
        permitted += 1
        for audience in audiences {
          guard upper.adds(host) else {
            #expect(upper.permits(job, host: host, audience: audience), "\(note)\n\(host) \(audience)\n\(job)")
            continue
          }
          // The common rules hold where a repository may add registries, and what is sent there is no use elsewhere.
          #expect(upper.permitsAdded(job), "\(note)\n\(host) \(audience)\n\(job)")
          for other in LayerModel.hosts where upper.accepts(audience, at: other) {
            #expect(upper.permits(job, host: other, audience: audience), "\(note)\n\(other) \(audience)\n\(job)")
          }
        }
      }
    }
    return permitted
  }

  /// The audiences that a registry accepts, out of those that are tried.
  private func accepted(by registry: any Registry) -> [String] {
    let policy = AudiencePolicy(
      registry: registry.name, home: registry.home, expected: registry.expectedAudience, isRehearsal: false)
    // Of an expected audience, one more is enough to see that it is the only one.
    let tried = registry.expectedAudience.map { [$0.value, "another"] } ?? LayerModel.audiences
    return tried.filter { text in Audience(text).map { (try? policy.judge($0)) != nil } ?? false }
  }

  private func admits(_ gate: any JobGate, _ job: JobIdentity, _ registry: String) -> Bool {
    do throws(BrokerError) {
      try gate.judge(job, for: registry)
      return true
    } catch { return gate.isAudit }
  }

  @Test func matchesAsThePlainestMatcherDoes() throws {
    for number in 0..<Self.count {
      var generator = SeededGenerator(seed: Self.seed &+ number)
      let pattern = (0..<Int(1 + generator.next() % 8)).map { _ in generator.pick(["a", "b", "/", "*", "**", "é"]) }
        .joined()
      let text = (0..<Int(generator.next() % 8)).map { _ in generator.pick(["a", "b", "/", "*", "é"]) }.joined()
      guard let glob = GlobPattern(pattern) else {
        #expect(pattern.contains("***"))
        continue
      }
      #expect(
        glob.matches(text) == LayerModel.matches(Array(pattern), Array(text)),
        "seed \(Self.seed &+ number): \(pattern) and \(text)")
    }
  }

  /// What lies within another pattern matches nothing that the other does not; without `**`, the answer is exact.
  @Test func comparesPatternsAsTheirMatchesDo() throws {
    var (inside, outside) = (0, 0)
    for number in 0..<Self.count {
      var generator = SeededGenerator(seed: Self.seed &+ number)
      let texts = (0..<2).map { _ in
        (0..<Int(1 + generator.next() % 6)).map { _ in generator.pick(["a", "b", "/", "*", "**"]) }.joined()
      }
      guard let one = GlobPattern(texts[0]), let other = GlobPattern(texts[1]) else { continue }
      // Every wildcard of the first is filled in with texts that the second has no letters for.
      let fillings = ["", "z", "zz", "a", "b", "ab", "z/z", "/", "z/", "/z", "//", "z/z/z"]
      let samples = fillings.flatMap { many in
        fillings.filter { !$0.contains("/") }.map { few in
          texts[0].replacing("**", with: "\u{1}").replacing("*", with: few).replacing("\u{1}", with: many)
        }
      }
      let isWithin = one.lies(within: other)
      if isWithin {
        inside += 1
        for sample in samples { #expect(other.matches(sample), "\(texts[0]) in \(texts[1]): \(sample)") }
      } else if !texts[0].contains("**") {
        outside += 1
        #expect(samples.contains { !other.matches($0) }, "\(texts[0]) is not in \(texts[1]), but no sample tells why")
      }
    }
    #expect(inside > 100 && outside > 100, "inside \(inside), outside \(outside)")
  }
}
