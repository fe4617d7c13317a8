/// Decodes configuration files against a catalog (version 1 of the format).
public struct ConfigurationReader: Sendable {
  /// The greatest length of a file in bytes.
  public static let maximumBytes = 256 * 1024

  private let catalog: PluginCatalog
  /// The programs of the command line.
  private let programs: DeclaredPrograms

  /// A reader that knows the plug-ins of `catalog`, and the programs that the command line declares.
  public init(catalog: PluginCatalog, programs: DeclaredPrograms = .none) {
    self.catalog = catalog
    self.programs = programs
  }

  /// The configuration without a file: every plug-in with its defaults.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if a plug-in has no defaults.
  public func builtIn() throws(BrokerError) -> BrokerConfiguration {
    try read(organisation: nil, repository: nil)
  }

  /// Reads a file's text.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - file: The file's name for messages.
  /// - Returns: The configuration.
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  public func read(_ bytes: [UInt8], file: String) throws(BrokerError) -> BrokerConfiguration {
    try read(
      organisation: nil, repository: ConfigurationSource(name: file, bytes: bytes, isRepositoryControlled: true))
  }

  /// Reads an organisation's file and, below it, a repository's.
  ///
  /// The program's own values are defaults: a file alone may set anything. Below an organisation's file, a repository's
  /// inherits what it leaves out, and may narrow the rest.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path;
  ///   ``ErrorCode/configurationWidens`` with both places.
  public func read(
    organisation: ConfigurationSource?, repository: ConfigurationSource?
  ) throws(BrokerError) -> BrokerConfiguration {
    var layers = [ConfigurationLayer.builtIn]
    if let organisation { layers.append(ConfigurationLayer(.organisation, organisation)) }
    if let repository { layers.append(ConfigurationLayer(.repository, repository)) }
    guard let organisation else {
      let root = if let repository { try self.root(of: repository) } else { ConfigurationObject.empty(path: []) }
      if root.keys.contains("extends") {
        throw root.error(
          "extends", "names an organisation's file, without which this one is not to be read",
          remedy: "Read both.")
      }
      try DeclaredPrograms.refuse(in: root)
      let decoded = try LayerDecoder(catalog: catalog, programs: programs).decode(root)
      _ = try LayerNarrowing.lowerLayers(of: root, decoded: decoded)
      return try decoded.configuration(layers: layers)
    }
    let root = try self.root(of: organisation)
    if root.keys.contains("extends") {
      throw root.error("extends", "has no place in an organisation's file", remedy: "Remove it.")
    }
    if let program = programs.all.first {
      throw BrokerError(
        .configurationWidens,
        "--plugin declares the program \(Neutralized(program.name)), and below an organisation's file (\(organisation.name)) that file alone declares programs.",
        remedy: "Leave --plugin out, or have the program added to \"plugins\" there.")
    }
    let declared = try DeclaredPrograms(
      from: root, taken: catalog.providers.map(\.plugin.name) + catalog.registries.map(\.plugin.name))
    let decoder = LayerDecoder(catalog: catalog, programs: declared)
    let upper = try decoder.decode(root)
    let narrowing = try LayerNarrowing(decoder: decoder, upper: upper, root: root)
    guard let repository else { return try upper.configuration(layers: layers) }
    let lower = try self.root(of: repository)
    try DeclaredPrograms.refuse(in: lower)
    return try narrowing.apply(lower).configuration(layers: layers)
  }

  /// The path of the organisation's file that a repository's names in `extends`, with its place; nil if it names none.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if the text cannot be read.
  public func extendedFile(
    in source: ConfigurationSource
  ) throws(BrokerError) -> (path: String, origin: Setting.Origin)? {
    let root = try root(of: source)
    guard let path = try root.string("extends") else { return nil }
    return (path, root.origin(of: "extends"))
  }

  /// The object of a file, with known keys and the right version.
  private func root(of source: ConfigurationSource) throws(BrokerError) -> ConfigurationObject {
    let name = source.name
    let node: JSONNode
    do throws(SyntaxError) {
      if let corrected = source.corrected {
        node = corrected
      } else {
        node = try JSONReader(maximumBytes: Self.maximumBytes).read(source.bytes)
      }
    } catch {
      throw BrokerError(
        .configurationInvalid, "\(name), \(error.position): the configuration cannot be read, \(error.summary).",
        remedy: "Correct the file at this place.")
    }
    guard let object = node.object else {
      throw BrokerError(
        .configurationInvalid, "\(name), \(node.position): the configuration has to be an object, but is \(node.kind).",
        remedy: "Begin with { \"version\": 1 }.")
    }
    let root = ConfigurationObject(
      file: name, path: [], position: node.position, object: object, mayDeclare: source.mayDeclare)
    try root.refuseUnknownKeys(known: ConfigurationSchema.topLevelKeys)
    guard object["version"]?.integer == 1 else {
      throw root.error("version", "has to be 1", remedy: "Write \"version\": 1.")
    }
    _ = try root.string("$schema")
    _ = try root.string("extends")
    return root
  }
}
