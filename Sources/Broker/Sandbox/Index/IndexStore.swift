import BrokerCore
import Synchronization

/// What an index remembers, and what its endpoints share.
final class IndexStore: Sendable {
  let registry: SandboxRegistry
  let issuer: Issuer
  let now: @Sendable () -> UnixTime
  private let state: Mutex<IndexState>

  init(_ registry: SandboxRegistry, issuer: Issuer, configuration: SandboxConfiguration) {
    self.registry = registry
    self.issuer = issuer
    now = configuration.now
    let publishers = configuration.publishers.filter { $0.registries?.contains(registry.name) ?? true }
    let owned = publishers.filter { !$0.isPending }.flatMap { $0.projects ?? [] }
    state = Mutex(
      IndexState(
        publishers: publishers, projects: Set((configuration.projects + owned).map(ProjectName.normalized)),
        switches: configuration.switches))
  }

  func access<Value: Sendable>(_ body: (inout IndexState) -> sending Value) -> Value { state.withLock(body) }

  func isOn(_ name: SandboxSwitch) -> Bool { state.withLock { $0.switches.contains(name) } }
}
