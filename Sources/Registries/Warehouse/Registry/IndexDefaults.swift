public import BrokerCore

/// What a kind of index is when nothing is configured.
public protocol IndexDefaults: Sendable {
  /// The address that publishing tools upload to.
  static var uploadURL: HTTPURL { get }
  /// The address of its simple index, which ends with `/`.
  static var simpleURL: HTTPURL { get }
  /// The audience it asks for.
  static var audience: Audience { get }
  /// The site where projects and their publishers are managed.
  static var site: Origin { get }
  /// Hosts that people configure by mistake.
  static var mistakenHosts: [String] { get }
}
