/// An object of a configuration file, with its place and key path, for decoding settings.
///
/// Every error names file, line, column and key path. A missing key is nil; `null` is an error, because it says nothing.
public struct ConfigurationObject: Sendable {
  /// The file's name for messages; nil for defaults that no file gave.
  public var file: Neutralized? { source.file }
  /// The key path of this object, such as `["registries", "pypi"]`.
  public let path: [String]
  /// Where the object begins.
  public let position: SourcePosition
  let object: JSONObject
  private let source: Source
  /// The files of members that come from another file than the object's own.
  private let sources: [String: Source]

  /// The file that something was written in.
  private struct Source: Sendable {
    let file: Neutralized?
    let mayDeclare: Bool
  }

  init(file: Neutralized?, path: [String], position: SourcePosition, object: JSONObject, mayDeclare: Bool = false) {
    self.init(Source(file: file, mayDeclare: mayDeclare), path: path, position: position, object: object)
  }

  private init(
    _ source: Source, path: [String], position: SourcePosition, object: JSONObject, sources: [String: Source] = [:]
  ) {
    self.source = source
    self.path = path
    self.position = position
    self.object = object
    self.sources = sources
  }

  /// An object without keys, for the defaults of an entry.
  public static func empty(path: [String]) -> ConfigurationObject {
    ConfigurationObject(
      file: nil, path: path, position: SourcePosition(line: 1, column: 1), object: JSONObject())
  }

  /// Whether the file of this object may declare what decides what is read or run, or where a secret goes.
  public var mayDeclare: Bool { source.mayDeclare }

  /// The keys in written order.
  public var keys: [String] { object.members.map(\.name) }

  /// This object with the members of `upper` that it has none of; each member keeps its file and place.
  func over(_ upper: ConfigurationObject) -> ConfigurationObject {
    let inherited = upper.object.members.filter { object[$0.name] == nil }
    var sources = sources
    for member in inherited { sources[member.name] = upper.source(of: member.name) }
    return ConfigurationObject(
      source, path: path, position: position, object: JSONObject(object.members + inherited), sources: sources)
  }

  private func source(of key: String) -> Source { sources[key] ?? source }

  private func file(of key: String?) -> Neutralized? { key.map(source(of:))?.file ?? file }

  // MARK: Values

  /// The value of a key, whatever it is; nil if the key is not there.
  public func value(_ key: String) -> JSONNode? { object[key] }

  /// The values of keys, for ``PluginSettings/values``: an address as it was read, everything else as it was written, the
  /// members of objects in whatever order.
  public func written(_ keys: [ConfigurationKey]) -> [SettingValue] {
    keys.compactMap { key in
      guard let node = object[key.name] else { return nil }
      if key.kind == .address, let text = node.string, let url = try? HTTPURL(text) {
        return SettingValue(key.name, url.description)
      }
      let value = JSONText.Value(node).ordered
      return SettingValue(key.name, shown: node.string ?? JSONText.compact(value), comparing: value)
    }
  }

  /// A string.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if the key holds something else or an empty string.
  public func string(_ key: String) throws(BrokerError) -> String? {
    guard let node = object[key] else { return nil }
    return try text(node, [key])
  }

  /// An address: https, or http on loopback; no user, no query, no fragment.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with the reason.
  public func address(_ key: String) throws(BrokerError) -> HTTPURL? {
    guard let text = try string(key) else { return nil }
    let url: HTTPURL
    do { url = try HTTPURL(text) } catch {
      throw self.error(key, "is not an address that can be used: \(error.reason)")
    }
    guard url.query == nil else { throw error(key, "is not an address that can be used: it has a query (?)") }
    return url
  }

  /// An audience.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if it is longer than 255 bytes or not printable.
  public func audience(_ key: String) throws(BrokerError) -> Audience? {
    guard let text = try string(key) else { return nil }
    guard let audience = Audience(text) else {
      throw error(key, "is not an audience: it has to be 1 to 255 printable characters")
    }
    return audience
  }

  /// A list of strings, not empty.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if the key holds something else.
  public func strings(_ key: String) throws(BrokerError) -> [String]? {
    guard let node = object[key] else { return nil }
    guard let elements = node.array, !elements.isEmpty else {
      throw error(key, "has to be a list of strings, but is \(node.array == nil ? node.kind : "empty")")
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() { texts.append(try text(element, [key, String(index)])) }
    return texts
  }

  /// `true` or `false`.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if the key holds something else.
  public func flag(_ key: String) throws(BrokerError) -> Bool? {
    guard let node = object[key] else { return nil }
    guard case .boolean(let value) = node.value else { throw error(key, "has to be true, but is \(node.kind)") }
    return value
  }

  /// The elements of a list of strings, each with its place.
  func elements(_ key: String) throws(BrokerError) -> [(text: String, origin: Setting.Origin)] {
    let texts = try strings(key) ?? []
    let nodes = object[key]?.array ?? []
    return zip(texts, nodes).map { ($0, origin(at: $1.position, of: key)) }
  }

  /// An object below this one.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if the key holds something else.
  public func child(_ key: String) throws(BrokerError) -> ConfigurationObject? {
    guard let node = object[key] else { return nil }
    guard let inner = node.object else { throw error(key, "has to be an object, but is \(node.kind)") }
    return ConfigurationObject(source(of: key), path: path + [key], position: node.position, object: inner)
  }

  /// This object with these of its keys alone.
  public func only(_ keys: [String]) -> ConfigurationObject {
    ConfigurationObject(
      source, path: path, position: position, object: JSONObject(object.members.filter { keys.contains($0.name) }),
      sources: sources)
  }

  // MARK: Errors and origins

  /// Refuses every key that is not in `known`, naming the nearest known one.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` for the first such key.
  public func refuseUnknownKeys(known: [String]) throws(BrokerError) {
    guard let member = object.members.first(where: { !known.contains($0.name) }) else { return }
    throw BrokerError(
      .configurationInvalid,
      "\(place(member.position, of: member.name)): \(keyPath([member.name])) is not a known key.",
      remedy: NearestName.remedy(for: member.name, among: known))
  }

  /// An error at a key, or at this object if the key is not there.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - problem: The rest of the sentence after the key path, such as `is empty`.
  ///   - remedy: What to change.
  ///   - code: The code, where the configuration itself is well-formed but refused.
  /// - Returns: The error, with file, line, column and key path.
  public func error(
    _ key: String, _ problem: Message, remedy: Message? = nil, code: ErrorCode = .configurationInvalid
  ) -> BrokerError {
    error(at: object[key]?.position ?? position, [key], problem, remedy: remedy, code: code)
  }

  /// Refuses a key that only a file that may declare can have (``mayDeclare``).
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - what: What it declares, as the end of "declares": `a program`.
  ///   - remedy: What to do.
  /// - Throws: ``ErrorCode/declarationRefused`` if the key is there, in a file that was found.
  public func refuseUndeclared(
    _ key: String, _ what: Message,
    remedy: Message =
      "Declare it in the organisation's file, or name this file with --config if you know what is in it."
  ) throws(BrokerError) {
    guard object[key] != nil, !source(of: key).mayDeclare else { return }
    throw error(
      key, "declares \(what), and this file may come from the checkout: it may select what is declared, not declare it",
      remedy: remedy, code: .declarationRefused)
  }

  /// The setting `key` with its origin: this file if the key is there, else built in.
  func setting(_ key: String, _ value: String) -> Setting {
    Setting(path: (path + [key]).joined(separator: "."), value: value, origin: origin(of: key))
  }

  /// Where the value of a key was written; built in if the key is not there.
  func origin(of key: String) -> Setting.Origin {
    object[key].map { origin(at: $0.position, of: key) } ?? .builtIn
  }

  /// Where the object itself was written; built in for defaults.
  var origin: Setting.Origin { file.map { .file($0, position) } ?? .builtIn }

  /// Where the name of a key was written; the object itself if the key is not there.
  func nameOrigin(of key: String) -> Setting.Origin {
    object.members.first { $0.name == key }.map { origin(at: $0.position, of: key) } ?? origin
  }

  private func origin(at position: SourcePosition, of key: String) -> Setting.Origin {
    file(of: key).map { .file($0, position) } ?? .builtIn
  }

  private func text(_ node: JSONNode, _ keys: [String]) throws(BrokerError) -> String {
    guard let text = node.string else {
      throw error(at: node.position, keys, "has to be a string, but is \(node.kind)")
    }
    guard !text.isEmpty else { throw error(at: node.position, keys, "is empty") }
    return text
  }

  private func error(
    at position: SourcePosition, _ keys: [String], _ problem: Message, remedy: Message? = nil,
    code: ErrorCode = .configurationInvalid
  ) -> BrokerError {
    BrokerError(
      code, "\(place(position, of: keys.first)): \(keyPath(keys)) \(problem).", remedy: remedy)
  }

  private func place(_ position: SourcePosition, of key: String?) -> Message {
    file(of: key).map { "\($0), \(position)" } ?? "built-in configuration"
  }

  private func keyPath(_ keys: [String]) -> Neutralized {
    Neutralized((path + keys).joined(separator: "."), limit: 160)
  }
}
