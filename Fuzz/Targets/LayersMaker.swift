/// Makes a configuration file out of bytes: each chooses a section, a name, a key that a plug-in declares, or a value.
struct LayersMaker {
  private var bytes: ArraySlice<UInt8>
  private let catalog: PluginCatalog

  private static let names = ["pypi", "testpypi", "internal", "mine", "release", "both"]
  private static let addresses = [
    "https://staging.example.com/legacy/", "https://pypi.example.com/legacy/", "https://evil.example/",
    "https://upload.pypi.org/legacy/", "https://test.pypi.org/legacy/", "https://staging.example.com:8443/",
    "https://files.example.com/simple/", "http://127.0.0.1:8080/", "https://pypi.org/simple/",
  ]
  private static let texts = [
    "refs/tags/v*", "refs/tags/v1", "refs/**", "push", "pull_request_target", "workflow_run", "pypi", "octo-org", "*",
    "1000", "staging.example.com", "internal", "testpypi", "https://pypi.example.com", "release",
  ]

  init(_ bytes: [UInt8], _ catalog: PluginCatalog) {
    self.bytes = bytes[...]
    self.catalog = catalog
  }

  private mutating func pick(_ count: Int) -> Int { count == 0 ? 0 : Int(bytes.popFirst() ?? 0) % count }

  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[pick(elements.count)] }

  /// The text of a file.
  mutating func file(isUpper: Bool) -> String {
    var members = ["\"version\":1"]
    let sections = pick(256)
    if sections & 1 != 0 {
      members.append(
        "\"registries\":"
          + entries(catalog.registries.map { ($0.plugin.name, $0.plugin.keys + RegistrySettings.keys(catalog.jobs)) }))
    }
    if sections & 2 != 0 { members.append("\"routes\":\(routes())") }
    if sections & 4 != 0 { members.append("\"rules\":\(value(.object(RuleClaim.all.map(\.key))))") }
    if sections & 8 != 0 {
      members.append("\"providers\":" + entries(catalog.providers.map { ($0.plugin.name, $0.plugin.keys) }))
    }
    if sections & 16 != 0 { members.append("\"mode\":\(value(.word(["audit", "enforce"])))") }
    if isUpper == (sections & 32 != 0) {
      let origins = (0...pick(2)).map { _ in
        "\"\(pick(Self.addresses).split(separator: "/").prefix(2).joined(separator: "//"))\""
      }
      members.append("\"lower-layers\":{\"add-registries-at\":[\(origins.joined(separator: ","))]}")
    }
    return "{\(members.joined(separator: ","))}"
  }

  private mutating func entries(_ types: [(type: String, keys: [ConfigurationKey])]) -> String {
    var members: [String] = []
    var names: Set<String> = []
    for _ in 0..<pick(4) {
      let (type, keys) = pick(types)
      let name = pick(2) == 0 ? type : pick(Self.names)
      guard names.insert(name).inserted else { continue }
      var entry = name == type && pick(2) == 0 ? [] : ["\"type\":\"\(type)\""]
      for key in keys where pick(3) == 1 { entry.append("\"\(key.name)\":\(value(key.kind))") }
      members.append("\"\(name)\":{\(entry.joined(separator: ","))}")
    }
    return "{\(members.joined(separator: ","))}"
  }

  private mutating func routes() -> String {
    var members: [String] = []
    var names: Set<String> = []
    for _ in 0..<pick(3) {
      let name = pick(Self.names)
      let list = (0...pick(2)).map { _ in "\"\(pick(Self.names))\"" }.joined(separator: ",")
      if names.insert(name).inserted { members.append("\"\(name)\":[\(list)]") }
    }
    return "{\(members.joined(separator: ","))}"
  }

  private mutating func value(_ kind: ConfigurationKey.Kind) -> String {
    switch kind {
    case .text, .audience: return "\"\(pick(Self.texts))\""
    case .addressTemplate: return "\"\(pick(Self.addresses)){audience}\""
    case .document: return "{\"\(pick(Self.texts))\":\"{\(pick(Self.texts))}\"}"
    case .address: return "\"\(pick(Self.addresses))\""
    case .texts: return "[\((0...pick(2)).map { _ in "\"\(pick(Self.texts))\"" }.joined(separator: ","))]"
    case .identifiers: return "[\"100\(pick(2))\"]"
    case .words(let words): return "[\"\(pick(words))\"]"
    case .word(let words): return "\"\(pick(words))\""
    case .mark: return "true"
    case .flagOr(let words): return pick(["true", "false"] + words.map { "\"\($0)\"" })
    case .map(let inner): return "{\"\(pick(Self.texts))\":\(value(inner))}"
    case .object(let keys):
      let chosen = keys.filter { _ in pick(6) == 1 }
      return "{\(chosen.map { "\"\($0.name)\":\(value($0.kind))" }.joined(separator: ","))}"
    }
  }
}
