/// What a plug-in is given to do its work with.
public struct PluginServices: Sendable {
  /// Sends requests.
  public let transport: any HTTPTransport
  /// Clocks and randomness.
  public let time: TimeSource
  /// In a rehearsal, the sandbox's origin that stands in for a registry's own; nil in reality.
  public let rehearsalOrigin: Origin?

  /// Services of a run.
  public init(transport: any HTTPTransport, time: TimeSource, rehearsalOrigin: Origin? = nil) {
    self.transport = transport
    self.time = time
    self.rehearsalOrigin = rehearsalOrigin
  }
}
