import BrokerCore

/// A command of the tool.
protocol Command: Sendable {
  /// Its name, apart from the rest so that a command is found without making them all.
  static var name: String { get }
  /// Its options and help.
  static func spec(for catalog: ToolCatalog) -> CommandSpec

  /// Carries it out.
  ///
  /// - Returns: The exit status.
  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32

  /// The exit status that a failure of ours has.
  static func status(of error: BrokerError) -> Int32
}

extension Command {
  /// The status of the error's code.
  static func status(of error: BrokerError) -> Int32 { error.status.rawValue }
}
