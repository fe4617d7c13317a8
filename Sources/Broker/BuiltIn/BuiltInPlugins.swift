public import BrokerCore
import GitHubProvider
import GitLabProvider
import PyPIRegistry
import TestPyPIRegistry

extension PluginCatalog {
  /// The plug-ins that come with the broker: the one list that a new one is added to.
  ///
  /// - Throws: `ErrorCode.pluginContract` if two are of one type.
  public static func builtIn() throws(BrokerError) -> PluginCatalog {
    var catalog = PluginCatalog()
    try catalog.add(provider: GitHub.self)
    try catalog.add(provider: GitLab.self)
    try catalog.add(registry: TestPyPI.self)
    try catalog.add(registry: PyPI.self)
    return catalog
  }
}
