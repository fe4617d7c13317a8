import BrokerCore
import BuiltInPlugins
import TokenBroker

// The plug-ins that come with the broker, and one more.
var catalog = try PluginCatalog.builtIn()
try catalog.add(.ownCI)

let environment = Environment(["OWN_CI": "true", "OWN_CI_TOKEN": "e30.e30.c2ln"])
let broker = Broker(catalog: catalog, environment: environment)
let provider = try await broker.selectProvider(in: ConfigurationReader(catalog: catalog).builtIn())
print("provider: \(provider.name), \(provider.evidence)")
