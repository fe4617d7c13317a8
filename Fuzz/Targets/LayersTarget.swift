import Dispatch
import Synchronization

/// An organisation's file and a repository's: whatever the lower one says, it lets nothing in that the higher one does
/// not.
///
/// The input is both files with a zero byte between them; without one, its bytes choose what the files say out of all
/// keys that are declared.
enum LayersTarget {
  nonisolated(unsafe) private static let catalog = (try? PluginCatalog.builtIn()) ?? PluginCatalog()
  nonisolated(unsafe) private static let reader = ConfigurationReader(catalog: catalog)
  private static let usual = try? reader.builtIn()
  private static let usualReach = (usual?.registries ?? []).map { ($0.type, reach(of: $0)) }

  static func run(_ bytes: [UInt8]) {
    var maker = LayersMaker(bytes, catalog)
    let (upper, lower) =
      bytes.firstIndex(of: 0).map { (Array(bytes[..<$0]), Array(bytes[($0 + 1)...])) }
      ?? (Array(maker.file(isUpper: true).utf8), Array(maker.file(isUpper: false).utf8))
    let organisation = ConfigurationSource(name: "org.json", bytes: upper, isRepositoryControlled: false)
    let repository = ConfigurationSource(name: "repo.json", bytes: lower, isRepositoryControlled: true)
    guard let above = try? reader.read(organisation: organisation, repository: nil) else { return }
    let both: BrokerConfiguration
    do throws(BrokerError) {
      both = try reader.read(organisation: organisation, repository: repository)
    } catch {
      require(error.status == .configuration || error.status == .rule, "\(error)")
      requirePlain(error)
      return
    }
    for provider in both.providers {
      require(
        above.providers.contains { $0.name == provider.name && $0.type == provider.type }, "provider \(provider.name)")
    }
    let root = try? JSONReader(maximumBytes: ConfigurationReader.maximumBytes).read(upper).object
    checkRegistries(both, above, added: addedOrigins(root))
    checkNames(both, above)
    if let root { checkJobs(both, above, root) }
  }

  private static func addedOrigins(_ root: JSONObject?) -> Set<Origin> {
    let texts = root?["lower-layers"]?.object?["add-registries-at"]?.array ?? []
    return Set(texts.compactMap { $0.string.flatMap { try? HTTPURL($0) }?.origin })
  }

  // MARK: Hosts and audiences

  /// Remembers whom a plug-in asks.
  private final class Recorder: HTTPTransport {
    private let origins = Mutex<Set<Origin>>([])
    var asked: Set<Origin> { origins.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      _ = origins.withLock { $0.insert(request.url.origin) }
      return HTTPResponse(status: 200, fields: [], body: Array(#"{"audience":"x"}"#.utf8))
    }
  }

  private struct Reach: Equatable, Sendable {
    var origins: Set<Origin>
    var home: Origin
    var uploadURL: HTTPURL
    var expected: Audience?

    func accepts(_ audience: Audience) -> Bool {
      let policy = AudiencePolicy(registry: "x", home: home, expected: expected, isRehearsal: false)
      return (try? policy.judge(audience)) != nil
    }
  }

  private static func reach(of plugin: ConfiguredRegistry) -> Reach {
    let recorder = Recorder()
    let time = TimeSource(now: { UnixTime(1_795_000_000) }, elapsed: { .zero }, sleep: { _ in }, random: { 0 })
    let registry = plugin.plugin.make(PluginServices(transport: recorder, time: time))
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      _ = try? await registry.audience.question?()
      _ = try? await registry.capabilities.releases?.listing(of: "sample")
      _ = try? await registry.capabilities.history?.lastRelease(of: "sample")
      _ = try? await registry.capabilities.revoke?(
        SecretBindings().bind(Secret("pypi-0123456789abcdef"), to: registry.home))
      done.signal()
    }
    done.wait()
    require(!recorder.asked.isEmpty, "\(plugin.name) asked nobody")
    return Reach(
      origins: recorder.asked.union([registry.home, registry.uploadURL.origin]), home: registry.home,
      uploadURL: registry.uploadURL, expected: registry.expectedAudience)
  }

  private static func checkRegistries(_ both: BrokerConfiguration, _ above: BrokerConfiguration, added: Set<Origin>) {
    let higher = above.registries.map { ($0.name, $0.type, reach(of: $0)) }
    for registry in both.registries {
      let own = reach(of: registry)
      if let (_, type, known) = higher.first(where: { $0.0 == registry.name }) {
        require(type == registry.type && known == own, "\(registry.name): \(own), not \(known)")
        continue
      }
      // A built-in registry has its own places; what may be added is where it takes uploads.
      let program = usualReach.first { $0.0 == registry.type }?.1.origins ?? []
      require(added.contains(own.home), "\(registry.name) is at \(own.home)")
      require(own.origins.isSubset(of: added.union(program)), "\(registry.name) asks \(own.origins)")
      for (name, _, known) in higher {
        require(known.home.host != own.home.host, "\(registry.name) is on the host of \(name)")
        if let audience = own.expected { require(!known.accepts(audience), "\(registry.name) has \(name)'s audience") }
        if let audience = known.expected {
          require(!own.accepts(audience), "\(registry.name) takes \(name)'s audience")
        }
      }
    }
  }

  // MARK: Names

  private static func uploadURL(of plugin: ConfiguredRegistry) -> HTTPURL {
    plugin.plugin.make(.none).uploadURL
  }

  private static func checkNames(_ both: BrokerConfiguration, _ above: BrokerConfiguration) {
    func places(_ name: String, _ configuration: BrokerConfiguration) -> [HTTPURL]? {
      (try? configuration.registries(for: [name]))?.map(uploadURL)
    }
    let types = catalog.registries.map(\.plugin.name)
    for name in Set(types + ["release"] + both.registries.map(\.name) + both.routes.map(\.name)) {
      guard let now = places(name, both) else { continue }
      if let before = places(name, above) {
        var rest = before[...]
        for place in now {
          guard let index = rest.firstIndex(of: place) else { fatalError("\(name): \(now), not \(before)") }
          rest = rest[rest.index(after: index)...]
        }
      } else if types.contains(name), let usual {
        require(places(name, usual) == now, "\(name) is \(now)")
      }
      require(
        !(both.routes.contains { $0.name == name } && both.registries.contains { $0.name == name }), "two \(name)")
    }
  }

  // MARK: Jobs

  private static let jobs: [JobIdentity] = ["refs/heads/main", "refs/tags/v1"].flatMap { ref in
    ["push", "pull_request_target", "workflow_run"].flatMap { event in
      [nil, "pypi"].flatMap { environment in
        ["1000", "1001"].map { owner in
          var job = JobIdentity(family: .gitHub)
          (job.ref, job.event, job.environment, job.ownerID) = (ref, event, environment, owner)
          (job.owner, job.repository, job.runner) = ("octo-org", "sample", "github-hosted")
          (job.refType, job.refProtected) = (ref.contains("tags") ? "tag" : "branch", environment != nil)
          return job
        }
      }
    }
  }

  private static func checkJobs(_ both: BrokerConfiguration, _ above: BrokerConfiguration, _ root: JSONObject) {
    let object = ConfigurationObject(
      file: Neutralized("org.json"), path: [], position: SourcePosition(line: 1, column: 1), object: root)
    guard let rules = try? RuleSet(from: object) else { return }
    let common: [any JobGate] = [
      EventGate(EventGate.dangerous(of: catalog.jobs), admittedBy: rules.common),
      RuleGate(rules: rules.common, mode: rules.mode, jobs: catalog.jobs),
    ]
    for registry in both.registries {
      let higher = above.registries.first { $0.name == registry.name }?.gates ?? common
      for job in jobs where admit(registry.gates, job, registry.name) {
        require(admit(higher, job, registry.name), "\(registry.name) admits \(job)")
      }
      let expected = registry.settings.expectations
      for expectation in above.registries.first { $0.name == registry.name }?.settings.expectations ?? [] {
        require(expected.contains(expectation), "\(registry.name) expects less")
      }
    }
  }

  private static func admit(_ gates: [any JobGate], _ job: JobIdentity, _ registry: String) -> Bool {
    gates.allSatisfy { gate in
      do throws(BrokerError) {
        try gate.judge(job, for: registry)
        return true
      } catch { return gate.isAudit }
    }
  }
}
