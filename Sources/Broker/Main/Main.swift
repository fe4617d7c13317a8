import TokenBroker

@main
enum Main {
  static func main() { TokenBrokerTool.main() }
}
