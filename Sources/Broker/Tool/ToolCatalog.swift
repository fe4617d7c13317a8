import BrokerCore
import BrokerSandbox

/// The plug-ins of a tool: what is asked in earnest, and what the sandbox plays.
struct ToolCatalog: Sendable {
  let plugins: PluginCatalog
  @Deferred private(set) var sandbox: SandboxCatalog

  init(plugins: PluginCatalog, sandbox: @autoclosure @escaping @Sendable () -> SandboxCatalog) {
    self.plugins = plugins
    _sandbox = Deferred(wrappedValue: sandbox())
  }

  /// The targets that there are without a configuration file.
  var usualTargets: [String] {
    guard let configuration = try? ConfigurationReader(catalog: plugins).builtIn() else { return [] }
    return configuration.registries.map(\.name) + configuration.routes.map(\.name)
  }

  /// The same as the end of a sentence; empty if there are none.
  var usualTargetsText: String {
    guard let configuration = try? ConfigurationReader(catalog: plugins).builtIn() else { return "" }
    let registries = configuration.registries.map(\.name).joined(separator: ", ")
    let routes = configuration.routes.map { "the route \($0.name)" }
    guard !registries.isEmpty else { return "" }
    return "; without a file these are \(([registries] + routes).joined(separator: " and "))"
  }
}
