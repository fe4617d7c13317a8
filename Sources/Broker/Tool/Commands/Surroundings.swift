import BrokerCore
import BrokerSystem

/// What a command finds around it.
struct Surroundings: Sendable {
  /// The plug-ins.
  let catalog: ToolCatalog
  /// The variables of the process.
  let environment: Environment
  /// The standard streams.
  let console: Console
  /// Where the signals that ask us to end go.
  let signals: SignalRelay
  /// Runs the command's tasks, and libcurl.
  let loop: EventLoop

  /// A broker for this process.
  func broker() throws(BrokerError) -> Broker {
    let curl = CurlTransport(
      TransportConfiguration(environment: environment, rootVariables: catalog.plugins.tools.rootVariables), on: loop)
    let broker = Broker(
      catalog: catalog.plugins, environment: environment,
      transport: console.waits.map { PatientTransport(base: curl, waits: $0) } ?? curl, loop: loop)
    signals.atUrgency(broker.transport.cutShort)
    return broker
  }

  /// The configuration that the options of ``OptionSpec/configuration`` name; says which it is, and what audited rules
  /// would refuse in it.
  func configuration(
    for arguments: ParsedArguments, _ broker: Broker
  ) throws(BrokerError) -> BrokerConfiguration {
    let configuration = try broker.configuration(
      path: arguments.value("--config"), programs: try NamedPrograms.read(arguments),
      requiresOrganisation: arguments.has("--require-org"))
    console.error("configuration: \(broker.place(of: configuration, path: arguments.value("--config")))\n")
    for warning in configuration.warnings where warning.isAudit { console.error("warning: audit: \(warning)\n") }
    return configuration
  }
}
