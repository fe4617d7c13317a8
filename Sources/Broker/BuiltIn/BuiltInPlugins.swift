public import BrokerCore
public import BrokerSandbox
import CratesIORegistry
import CratesIOSandbox
import ExchangeRegistry
import ExchangeSandbox
import GitHubProvider
import GitHubSandbox
import GitLabProvider
import GitLabSandbox
import GoogleProvider
import GoogleSandbox
import ProgramProvider
import ProgramProviderSandbox
import ProgramRegistry
import ProgramRegistrySandbox
import PyPIRegistry
import TestPyPIRegistry
import TokenProvider
import TokenSandbox
import WarehouseSandbox

// The one list that a new plug-in is added to, with both of its sides.

extension PluginCatalog {
  /// The plug-ins that come with the broker.
  ///
  /// - Throws: `ErrorCode.pluginContract` if two are of one type.
  public static func builtIn() throws(BrokerError) -> PluginCatalog {
    var catalog = PluginCatalog()
    try catalog.add(.gitHub)
    try catalog.add(.gitLab)
    try catalog.add(.google)
    try catalog.add(.token)
    try catalog.add(ProviderType.program)
    try catalog.add(.testPyPI)
    try catalog.add(.pypi)
    try catalog.add(.cratesIO)
    try catalog.add(.exchange)
    try catalog.add(RegistryType.program)
    try catalog.add(UsualRoute("release", over: "testpypi", "pypi"))
    catalog.add(.known)
    return catalog
  }
}

extension SandboxCatalog {
  /// What the sandbox plays for the plug-ins that come with the broker.
  public static let builtIn = SandboxCatalog(
    providers: [.github, .gitlab, .google], registries: [.testPyPI, .pypi], others: [.cratesIO],
    declaredProviders: ["token": SandboxProvider.described, "program": SandboxProvider.ofProgram],
    declaredRegistries: ["exchange": SandboxRegistry.described, "program": SandboxRegistry.ofProgram])
}
