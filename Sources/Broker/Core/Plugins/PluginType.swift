/// A type of plug-in in the catalog: what it is called, the keys of its settings, and how an entry of a configuration
/// becomes a plug-in.
///
/// A type is a value: one that is only known at run time is made like any other.
public struct PluginType<Product: Sendable>: Sendable {
  /// The name that a configuration file gives as `type`; it matches `[a-z][a-z0-9-]{0,31}`.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// The keys of its settings; any other key of an entry is refused.
  @Deferred public private(set) var keys: [ConfigurationKey]
  /// Which entries of this type there are, and who may write them.
  public let presence: PluginPresence

  private let decode: @Sendable (ConfigurationObject, DeclaredPrograms) throws(BrokerError) -> Decoded

  /// An entry's settings, decoded.
  private struct Decoded {
    let values: [SettingValue]
    var warnings: [SettingWarning] = []
    let make: @Sendable (String, PluginServices) -> Product
  }

  /// A type of plug-in.
  ///
  /// - Parameters:
  ///   - name: The type's name.
  ///   - summary: What it is, in one line.
  ///   - keys: The keys of its settings.
  ///   - presence: Which entries there are, and who may write them.
  ///   - decode: Decodes an entry's settings; an empty object gives the defaults. The methods of ``ConfigurationObject``
  ///     throw errors that name the place.
  ///   - make: Makes the plug-in for an entry of the given name: once per run, late, when the services exist.
  public init<Settings: PluginSettings>(
    _ name: String, summary: String, keys: @autoclosure @escaping @Sendable () -> [ConfigurationKey],
    presence: PluginPresence = .usual,
    decode: @escaping @Sendable (ConfigurationObject) throws(BrokerError) -> Settings,
    make: @escaping @Sendable (_ name: String, Settings, PluginServices) -> Product
  ) {
    self.name = name
    self.summary = summary
    _keys = Deferred(wrappedValue: keys())
    self.presence = presence
    self.decode = { (object, _) throws(BrokerError) in
      let settings = try decode(object)
      return Decoded(values: settings.values, warnings: settings.warnings) { make($0, settings, $1) }
    }
  }

  /// A type of plug-in whose entries select a program that is declared elsewhere.
  ///
  /// - Parameters:
  ///   - name: The type's name.
  ///   - summary: What it is, in one line.
  ///   - keys: The keys of its settings.
  ///   - presence: Which entries there are, and who may write them.
  ///   - decode: Decodes an entry's settings, among the programs that are declared.
  ///   - make: Makes the plug-in for an entry of the given name: once per run, late, when the services exist.
  public init<Settings: PluginSettings>(
    _ name: String, summary: String, keys: @autoclosure @escaping @Sendable () -> [ConfigurationKey],
    presence: PluginPresence,
    decode: @escaping @Sendable (ConfigurationObject, DeclaredPrograms) throws(BrokerError) -> Settings,
    make: @escaping @Sendable (_ name: String, Settings, PluginServices) -> Product
  ) {
    self.name = name
    self.summary = summary
    _keys = Deferred(wrappedValue: keys())
    self.presence = presence
    self.decode = { (object, programs) throws(BrokerError) in
      let settings = try decode(object, programs)
      return Decoded(values: settings.values) { make($0, settings, $1) }
    }
  }

  /// A type of plug-in that has no settings.
  public init(
    _ name: String, summary: String, make: @escaping @Sendable (_ name: String, PluginServices) -> Product
  ) {
    self.name = name
    self.summary = summary
    _keys = Deferred(wrappedValue: [])
    presence = .usual
    decode = { (_, _) throws(BrokerError) in Decoded(values: [], make: make) }
  }

  /// A plug-in with its default settings, for an entry of the given name.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if it has none.
  public func made(
    _ entry: String, _ services: PluginServices, among programs: DeclaredPrograms = .none
  ) throws(BrokerError) -> Product {
    try decode(.empty(path: [entry]), programs).make(entry, services)
  }

  /// The plug-in for an entry of the configuration; `sharedKeys` are those that every entry of the section may have.
  func configured(
    _ entry: String, _ object: ConfigurationObject, sharedKeys: [String] = [], programs: DeclaredPrograms = .none
  ) throws(BrokerError) -> ConfiguredPlugin<Product> {
    if !object.keys.isEmpty { try object.refuseUnknownKeys(known: ["type"] + keys.map(\.name) + sharedKeys) }
    let decoded = try decode(object, programs)
    return ConfiguredPlugin(
      name: entry, type: name, origin: object.keys.contains("type") ? object.origin(of: "type") : object.origin,
      settings: decoded.values.map { object.setting($0.key, $0.text) }, entry: object.object, values: decoded.values,
      warnings: decoded.warnings.map { warning in
        ConfigurationWarning(
          at: object.keys.contains(warning.key) ? object.origin(of: warning.key) : object.origin,
          (object.path + [warning.key]).joined(separator: "."), warning.text)
      },
      make: { decoded.make(entry, $0) })
  }
}

/// A plug-in's settings, decoded.
public protocol PluginSettings: Sendable {
  /// The values in force; a key without a value is left out.
  var values: [SettingValue] { get }
  /// What is allowed, and probably not what was meant.
  var warnings: [SettingWarning] { get }
}

extension PluginSettings {
  /// Nothing.
  public var warnings: [SettingWarning] { [] }
}

/// Something in a plug-in's settings that is allowed, and probably not what was meant.
public struct SettingWarning: Sendable, Equatable {
  /// The key.
  public let key: String
  /// What is odd about it: the rest of the sentence after the key path.
  public let text: Message

  /// A warning.
  public init(_ key: String, _ text: Message) {
    self.key = key
    self.text = text
  }
}

/// The value in force of a key: how it is shown, and what a lower layer's is compared with.
public struct SettingValue: Sendable, Equatable {
  /// The key.
  public let key: String
  /// The value as people read it, which may leave parts out.
  public let text: String
  /// The whole value: two layers say the same where these are equal.
  public let compared: String

  /// A value that is a text.
  public init(_ key: String, _ text: String) {
    self.key = key
    self.text = text
    compared = text
  }

  /// A value that is shown in another way than it is compared.
  public init(_ key: String, shown text: String, comparing value: JSONText.Value) {
    self.key = key
    self.text = text
    compared = JSONText.compact(value)
  }
}

/// A plug-in whose settings are decoded, and which can be made when the services exist.
public struct ConfiguredPlugin<Product: Sendable>: Sendable {
  /// The entry's name.
  public let name: String
  /// The plug-in's type.
  public let type: String
  /// Where the type was written; where it goes by the entry's name, the entry.
  public let origin: Setting.Origin
  /// The settings in force, each with its origin.
  public let settings: [Setting]
  /// The entry as it is in force.
  public let entry: JSONObject
  /// The values in force, as the plug-in gave them.
  let values: [SettingValue]
  /// What is odd about the entry.
  let warnings: [ConfigurationWarning]
  /// Makes the plug-in.
  public let make: @Sendable (PluginServices) -> Product
}

/// Which entries of a type there are, and who may write them.
public enum PluginPresence: Sendable, Hashable {
  /// There is one without a file, which has the type's name; any file may have others.
  case usual
  /// There are those that files have; any file may have one.
  case configured
  /// There are those that are declared: by the organisation's file or by one that the job names.
  ///
  /// What an entry holds decides what is read from the environment or the disk, what is run, or where a secret goes. A file
  /// that was merely found selects such an entry and repeats its values; every key counts as
  /// ``ConfigurationKey/Layering/fixed``. It may add a registry at an origin where the organisation's file lets it.
  case declared
}
