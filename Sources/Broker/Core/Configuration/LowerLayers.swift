/// What an organisation file lets lower layers do beyond narrowing, and what it keeps from them (`lower-layers`).
struct LowerLayers: Sendable {
  /// Where lower layers may add registries of their own.
  let addedOrigins: [Origin]
  /// The key paths that have to stay as they are, each with its place.
  let locked: [(path: [String], origin: Setting.Origin)]

  /// The keys of the section.
  static let keys = [
    ConfigurationKey(
      "add-registries-at", summary: "the origins at which a repository may add registries of its own", kind: .texts),
    ConfigurationKey("locked", summary: "key paths that a repository may not touch, not even to narrow", kind: .texts),
  ]

  /// The sections that can be locked, or entries in them.
  private static let sections = ["providers", "registries", "routes", "rules", "mode"]

  /// Nothing beyond narrowing, nothing locked.
  static let narrowing = LowerLayers(addedOrigins: [], locked: [])

  private init(addedOrigins: [Origin], locked: [(path: [String], origin: Setting.Origin)]) {
    self.addedOrigins = addedOrigins
    self.locked = locked
  }

  /// Decodes the section; `names` are those of the entries in each section.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  init(from object: ConfigurationObject, names: [String: [String]]) throws(BrokerError) {
    try object.refuseUnknownKeys(known: Self.keys.map(\.name))
    var origins: [Origin] = []
    for (text, _) in try object.elements("add-registries-at") {
      guard let url = try? HTTPURL(text), url.path == "/", url.query == nil else {
        throw object.error(
          "add-registries-at", "has \(Neutralized.quoted(text)), which is no origin",
          remedy: "Write scheme and host alone, such as https://registry.example.com.")
      }
      origins.append(url.origin)
    }
    var locked: [(path: [String], origin: Setting.Origin)] = []
    for (text, origin) in try object.elements("locked") {
      let path = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      let section = path.first ?? ""
      let entries = names[section] ?? []
      guard Self.sections.contains(section) else {
        throw object.error(
          "locked", "has \(Neutralized.quoted(text)), which names no section",
          remedy: NearestName.remedy(for: section, among: Self.sections))
      }
      guard path.count == 1 || names[section] == nil || entries.contains(path[1]) else {
        throw object.error(
          "locked", "has \(Neutralized.quoted(text)), which this file does not have",
          remedy: NearestName.remedy(for: path[1], among: entries))
      }
      locked.append((path, origin))
    }
    addedOrigins = origins
    self.locked = locked
  }
}
