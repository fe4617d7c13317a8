/// The settings of a plug-in.
public protocol PluginConfiguration: Sendable {
  /// The keys it knows; any other key is refused before ``init(from:)`` is called.
  static var keys: [ConfigurationKey] { get }

  /// Decodes the settings; an empty object gives the defaults.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path: the methods of
  ///   ``ConfigurationObject`` do that.
  init(from object: ConfigurationObject) throws(BrokerError)

  /// The values in force by key, for `token-broker config`; a key without a value is left out.
  var effectiveValues: [(key: String, value: String)] { get }
}
