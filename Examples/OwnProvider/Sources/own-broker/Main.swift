import BrokerCore
import BrokerSandbox
import Depot
import OwnCI
import OwnSandbox
import TokenBroker

@main
enum Main {
  static func main() { TokenBrokerTool.main(catalog: try plugins(), sandbox: sandbox) }

  private static func plugins() throws(BrokerError) -> PluginCatalog {
    var catalog = PluginCatalog()
    try catalog.add(.ownCI)
    try catalog.add(.depot)
    return catalog
  }

  private static let sandbox = SandboxCatalog(providers: [.ownCI], registries: [.depot])
}
