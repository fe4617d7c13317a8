import BuiltInPlugins
import TokenBroker

@main
enum Main {
  static func main() { TokenBrokerTool.main(catalog: try .builtIn(), sandbox: .builtIn) }
}
