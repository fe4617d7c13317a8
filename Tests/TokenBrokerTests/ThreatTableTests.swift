import BuiltInPlugins
import TestSupport
import Testing

@testable import BrokerCore

/// The table of SECURITY.md: what each key of a configuration makes the tool read, run and send.
struct ThreatTableTests {
  /// A key with the type of the entry that has it; without, whichever entry it is.
  private struct Key: Hashable, CustomStringConvertible {
    let path: String
    var type: String?

    var description: String { type.map { "\(path) (type \($0))" } ?? path }
  }

  private let catalog: PluginCatalog

  init() throws { catalog = try PluginCatalog.builtIn() }

  /// The keys that a file can have, as the program declares them.
  private var declared: Set<Key> {
    var keys = Set(
      ["$schema", "version", "extends", "mode", "rules", "routes", "providers.*.type", "registries.*.type"].map {
        Key(path: $0)
      })
    keys.formUnion(DeclaredPrograms.keys.map { Key(path: "plugins.*.\($0.name)") })
    keys.formUnion(LowerLayers.keys.map { Key(path: "lower-layers.\($0.name)") })
    keys.formUnion(RegistrySettings.keys(catalog.jobs).map { Key(path: "registries.*.\($0.name)") })
    keys.formUnion(RuleSet.providerKeys.map { Key(path: "providers.*.\($0.name)") })
    for type in catalog.providers.map(\.plugin) {
      keys.formUnion(type.keys.map { Key(path: "providers.*.\($0.name)", type: type.name) })
    }
    for type in catalog.registries.map(\.plugin) {
      keys.formUnion(type.keys.map { Key(path: "registries.*.\($0.name)", type: type.name) })
    }
    return keys
  }

  /// The rows' keys, each with the number of its row.
  private func rows() throws -> [(key: Key, line: String)] {
    let page = try Recipe.page("../SECURITY.md")
    let heading = "\n## What a configuration may make the tool read, run and send\n"
    #expect(page.ranges(of: heading).count == 1, "the section is there twice, or not at all")
    let section = try #require(page.split(separator: heading).last?.split(separator: "\n## ").first)
    let lines = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    return lines.flatMap { line -> [(Key, String)] in
      let cell = line.split(separator: "|")[0]
      let parts = cell.split(separator: "(type", maxSplits: 1)
      func names(_ text: Substring) -> [String] { text.matches(of: /`([^`]+)`/).map { String($0.1) } }
      let types = parts.count == 2 ? names(parts[1]).map { $0 as String? } : [nil]
      return names(parts[0]).flatMap { path in types.map { (Key(path: path, type: $0), line) } }
    }
  }

  @Test("every key of a configuration has one row, and every row a key") func isWhole() throws {
    let rows = try rows()
    let inTable = rows.map(\.key)
    for key in declared.subtracting(inTable) { Issue.record("\(key) has no row") }
    for key in Set(inTable).subtracting(declared) { Issue.record("\(key) is no key") }
    #expect(Set(inTable).count == inTable.count, "a key has two rows")
    for line in rows.map(\.line) { #expect(line.split(separator: "|").count == 4, "\(line)") }
  }

  /// The sections of the schema's top: a new one is a key that this test has to know.
  @Test func knowsEverySectionOfTheSchema() throws {
    let schema = try JSONReader(maximumBytes: 256 * 1024, maximumDepth: 32)
      .read(Array(try Recipe.page("../schema/token-broker.schema.json").utf8))
    let sections = Set(schema.object?["properties"]?.object?.members.map(\.name) ?? [])
    let known = Set(declared.map { $0.path.split(separator: ".").first.map(String.init) ?? "" })
    #expect(sections == known, "\(sections.symmetricDifference(known))")
  }

  /// What a type that has to be declared says, a found file may at most add where it is let.
  @Test func saysOfDeclaredTypesThatTheyAreDeclared() throws {
    func declared<Product>(_ section: String, _ types: [PluginType<Product>]) -> [String] {
      types.filter { $0.presence == .declared }.map { "\(section) \($0.name)" }
    }
    let types =
      declared("providers", catalog.providers.map(\.plugin)) + declared("registries", catalog.registries.map(\.plugin))
    for (key, line) in try rows() {
      guard types.contains("\(key.path.prefix { $0 != "." }) \(key.type ?? "")") else { continue }
      let who = line.split(separator: "|")[1]
      #expect(who.contains("declared") || who.contains("the same"), "\(key): \(who)")
    }
  }
}
