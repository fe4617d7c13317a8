/// The JSON Schema (draft 2020-12) of configuration files, made from what the plug-ins of a catalog declare.
public struct ConfigurationSchema: Sendable {
  /// The keys of a file, in the order of the documentation.
  static let topLevelKeys = [
    "$schema", "version", "extends", "plugins", "providers", "registries", "routes", "rules", "mode", "lower-layers",
  ]

  private let catalog: PluginCatalog

  /// The schema for a catalog.
  public init(catalog: PluginCatalog) {
    self.catalog = catalog
  }

  /// The schema as text, over several lines.
  public var text: String { JSONText.pretty(document) + "\n" }

  private typealias Value = JSONText.Value

  private static let name = "^[a-z][a-z0-9-]{0,31}$"

  private var document: JSONText.Value {
    let rules = Self.schema(.object(RuleClaim.all.map(\.key)), "what a job has to be: all of these have to hold")
    let modes = RuleMode.allCases.map(\.rawValue)
    let properties: [(String, Value)] = [
      ("$schema", Self.schema(.text, "where this schema is, for editors")),
      ("version", .object([("description", "the version of the format"), ("const", 1)])),
      ("extends", Self.schema(.text, "the path of the organisation's file, from this file's folder")),
      (
        "plugins",
        .object([
          ("description", "in an organisation's file: programs that entries of type program may select"),
          ("type", "object"), ("minProperties", 1), ("propertyNames", .object([("pattern", .string(Self.name))])),
          (
            "additionalProperties",
            .object(
              Self.members(of: .object(DeclaredPrograms.keys)) + [("required", .array(["command"]))])
          ),
        ])
      ),
      (
        "providers",
        section(
          "provider", catalog.providers.map { ($0.plugin.name, $0.plugin.summary, $0.plugin.keys) },
          shared: RuleSet.providerKeys)
      ),
      (
        "registries",
        section(
          "registry", catalog.registries.map { ($0.plugin.name, $0.plugin.summary, $0.plugin.keys) },
          shared: RegistrySettings.keys(catalog.jobs))
      ),
      (
        "routes",
        .object([
          ("description", "names for several registries, in order"), ("type", "object"),
          ("propertyNames", .object([("pattern", .string(Self.name))])),
          ("additionalProperties", Self.schema(.texts, "registries, in order")),
        ])
      ),
      ("rules", rules),
      ("mode", Self.schema(.word(modes), "whether the rules of this file refuse, or report alone")),
      (
        "lower-layers",
        Self.schema(.object(LowerLayers.keys), "in an organisation's file: what a repository's may do beyond narrowing")
      ),
    ]
    return .object([
      ("$schema", "https://json-schema.org/draft/2020-12/schema"), ("title", "token-broker configuration"),
      ("type", "object"), ("properties", .object(properties)), ("required", .array(["version"])),
      ("additionalProperties", false), ("$defs", .object(definitions)),
    ])
  }

  /// A section of entries: one that has a known type's name is of that type unless it says otherwise, any other one
  /// has to name its type.
  private func section(
    _ kind: String, _ plugins: [(type: String, summary: String, keys: [ConfigurationKey])], shared: [ConfigurationKey]
  ) -> JSONText.Value {
    let any = Value.object([("$ref", .string("#/$defs/\(kind)"))])
    let named = plugins.map { plugin -> (String, Value) in
      let own = Value.object([("$ref", .string("#/$defs/\(kind)-\(plugin.type)"))])
      return (
        plugin.type,
        .object([
          ("description", .string(plugin.summary)),
          ("if", .object([("required", .array(["type"]))])), ("then", any), ("else", own),
        ])
      )
    }
    return .object([
      ("description", .string("the entries that there are; without this section, one of each type")),
      ("type", "object"), ("propertyNames", .object([("pattern", .string(Self.name))])),
      ("properties", .object(named)), ("additionalProperties", any),
    ])
  }

  private var definitions: [(String, JSONText.Value)] {
    entries("provider", catalog.providers.map { ($0.plugin.name, $0.plugin.keys) }, shared: RuleSet.providerKeys)
      + entries(
        "registry", catalog.registries.map { ($0.plugin.name, $0.plugin.keys) },
        shared: RegistrySettings.keys(catalog.jobs))
  }

  private func entries(
    _ kind: String, _ plugins: [(type: String, keys: [ConfigurationKey])], shared: [ConfigurationKey]
  ) -> [(String, JSONText.Value)] {
    let types = plugins.map { Value.string($0.type) }
    let branches = plugins.map { plugin in
      Value.object([
        ("if", .object([("properties", .object([("type", .object([("const", .string(plugin.type))]))]))])),
        ("then", .object([("$ref", .string("#/$defs/\(kind)-\(plugin.type)"))])),
      ])
    }
    let any: (String, Value) = (
      kind,
      .object([
        ("type", "object"),
        ("properties", .object([("type", .object([("description", "the plug-in"), ("enum", .array(types))]))])),
        ("required", .array(["type"])), ("allOf", .array(branches)),
      ])
    )
    return [any]
      + plugins.map { plugin in
        let type = ConfigurationKey("type", summary: "the plug-in", kind: .word([plugin.type]))
        return ("\(kind)-\(plugin.type)", Self.schema(.object([type] + plugin.keys + shared), nil))
      }
  }

  // MARK: Kinds

  private static func schema(_ kind: ConfigurationKey.Kind, _ summary: String?) -> JSONText.Value {
    .object((summary.map { [("description", Value.string($0))] } ?? []) + members(of: kind))
  }

  private static func members(of kind: ConfigurationKey.Kind) -> [(String, JSONText.Value)] {
    switch kind {
    case .text, .addressTemplate: [("type", "string"), ("minLength", 1)]
    case .address:
      [("type", "string"), ("pattern", #"^([Hh][Tt][Tt][Pp][Ss]?)://[^/?#@\s]+(/[^?#\s]*)?$"#)]
    case .audience: [("type", "string"), ("minLength", 1), ("maxLength", 255)]
    case .texts: list([("type", "string"), ("minLength", 1)])
    case .identifiers: list([("type", "string"), ("pattern", "^[0-9]{1,24}$")])
    case .words(let words): list([("enum", .array(words.map { .string($0) }))])
    case .word(let words): [("enum", .array(words.map { .string($0) }))]
    case .mark: [("const", true)]
    case .document: [("type", "object")]
    case .flagOr(let words): [("enum", .array([true, false] + words.map { .string($0) }))]
    case .map(let inner):
      [("type", "object"), ("additionalProperties", .object(members(of: inner)))]
    case .object(let keys):
      [
        ("type", "object"),
        ("properties", .object(keys.map { ($0.name, schema($0.kind, $0.summary)) })),
        ("additionalProperties", false),
      ]
    }
  }

  private static func list(_ element: [(String, JSONText.Value)]) -> [(String, JSONText.Value)] {
    [("type", "array"), ("items", .object(element)), ("minItems", 1)]
  }
}
