import BrokerCore
import BrokerSandbox
import Synchronization

/// What an index remembers, and what its endpoints share.
final class IndexStore: Sendable {
  let registry: SandboxRegistry
  let providers: [SandboxProvider]
  let issuer: SandboxIssuer
  let now: @Sendable () -> UnixTime
  private let state: Mutex<IndexState>

  init(_ registry: SandboxRegistry, issuer: SandboxIssuer, configuration: SandboxConfiguration) {
    self.registry = registry
    providers = configuration.providers
    self.issuer = issuer
    now = configuration.now
    let publishers = configuration.publishers.filter { $0.registries?.contains(registry.name) ?? true }
    let owned = publishers.filter { !$0.isPending }.flatMap { $0.projects ?? [] }
    let releases = configuration.releases.filter { $0.publisher.registries?.contains(registry.name) ?? true }
    let projects = configuration.projects + owned + releases.map(\.project)
    var state = IndexState(
      publishers: [], projects: Set(projects.map(ProjectName.normalized)), switches: configuration.switches)
    for publisher in publishers { _ = state.register(publisher) }
    for name in projects.reversed() { state.names[ProjectName.normalized(name)] = name }
    state.files = releases.map { release in
      Self.stored(
        release, registry: registry.name, time: configuration.now().advanced(by: -Int64(release.age) * 86_400))
    }
    self.state = Mutex(state)
  }

  /// A release's one file.
  private static func stored(_ release: SandboxRelease, registry: String, time: UnixTime) -> IndexState.Stored {
    let project = ProjectName.normalized(release.project)
    let content = Array("\(project) \(release.version)".utf8)
    let upload = SandboxUpload(
      registry: registry, project: project, version: release.version,
      filename: "\(project.replacing("-", with: "_"))-\(release.version).tar.gz", size: content.count,
      sha256: SHA256.hexadecimal(of: content), username: "", attestationCount: 1)
    return IndexState.Stored(
      upload: upload, content: content, time: time,
      provenance: IndexState.Provenance(publisher: release.publisher, attestations: []))
  }

  func access<Value: Sendable>(_ body: (inout IndexState) -> sending Value) -> Value { state.withLock(body) }

  func isOn(_ name: SandboxSwitch) -> Bool { state.withLock { $0.switches.contains(name) } }
}
