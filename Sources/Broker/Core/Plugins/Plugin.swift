/// What every plug-in has: a type name for the configuration, a sentence for people, and settings that it decodes itself.
///
/// A plug-in is a value. It is made once per run, late, when the services exist, and does no input or output of its own:
/// requests go through ``PluginServices/transport``.
public protocol Plugin: Sendable {
  /// The settings, decoded.
  associatedtype Configuration: PluginConfiguration

  /// The name that a configuration file gives as `type`; it matches `[a-z][a-z0-9-]{0,31}`.
  static var type: String { get }
  /// What it is, in one line.
  static var summary: String { get }

  /// The name of this entry in the configuration.
  var name: String { get }

  /// Makes the plug-in for an entry of the configuration.
  init(name: String, configuration: Configuration, services: PluginServices)
}
