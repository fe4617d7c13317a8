/// What a plug-in is given to do its work with.
public struct PluginServices: Sendable {
  /// Sends requests; one that would take a secret where it may not go is refused.
  public let transport: any HTTPTransport
  /// Clocks and randomness.
  public let time: TimeSource
  /// In a rehearsal, the sandbox's origin that stands in for a registry's own; nil in reality.
  public let rehearsalOrigin: Origin?
  /// Where the secrets of the run may go; a plug-in that has a secret of its own binds it here.
  public let bindings: SecretBindings

  /// Services of a run.
  public init(
    transport: any HTTPTransport, time: TimeSource, rehearsalOrigin: Origin? = nil,
    bindings: SecretBindings = SecretBindings()
  ) {
    self.transport = GuardedTransport(transport: transport, bindings: bindings)
    self.bindings = bindings
    self.time = time
    self.rehearsalOrigin = rehearsalOrigin
  }
}
