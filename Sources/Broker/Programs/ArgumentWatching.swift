public import BrokerCore

/// Looks at the arguments of all processes, where everybody on the machine can read them.
public protocol ArgumentWatching: Sendable {
  /// Looks for secrets among the arguments of processes until ``ArgumentWatch/stop()`` is called; nil where the system does
  /// not show arguments.
  func start(lookingFor secrets: [Secret]) -> (any ArgumentWatch)?
}

/// A look at the arguments of processes that goes on.
public protocol ArgumentWatch: Sendable {
  /// Stops looking.
  ///
  /// - Returns: Whether one of the secrets was among them.
  func stop() async -> Bool
}
