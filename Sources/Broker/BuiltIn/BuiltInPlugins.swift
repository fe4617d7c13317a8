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
    try catalog.add(.gitHub)
    try catalog.add(.gitLab)
    try catalog.add(.testPyPI)
    try catalog.add(.pypi)
    return catalog
  }
}
