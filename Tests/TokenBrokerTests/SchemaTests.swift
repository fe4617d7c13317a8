import BrokerCore
import BuiltInPlugins
import Testing
import TokenBroker

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct SchemaTests {
  private func file(_ path: String) throws -> String {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return String(decoding: try Data(contentsOf: URL(filePath: "/\(folder)/\(path)")), as: UTF8.self)
  }

  /// Every example of the documentation is a configuration, and nothing in it is odd.
  @Test(arguments: ["docs/configuration.md", "docs/organisation.md", "docs/plugin-protocol.md"])
  func documentationsExamplesAreRead(_ page: String) throws {
    let blocks = try file(page).split(separator: "```json\n").dropFirst().map { $0.prefix { $0 != "`" } }
      // The answers of a program are none.
      .filter { !$0.contains("\"protocol\"") }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let text = block.hasPrefix("{") ? String(block) : "{ \"version\": 1,\n\(block)}"
      let source = ConfigurationSource(name: page, bytes: Array(text.utf8), isRepositoryControlled: false)
      let isOrganisations = text.contains("\"plugins\"")
      let configuration = try ConfigurationReader(catalog: PluginCatalog.builtIn()).read(
        organisation: isOrganisations ? source : nil, repository: isOrganisations ? nil : source)
      #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
    }
  }

  @Test func documentationHasEveryKey() throws {
    let page = try file("docs/configuration.md")
    let catalog = try PluginCatalog.builtIn()
    let keys = (catalog.providers.flatMap(\.plugin.keys) + catalog.registries.flatMap(\.plugin.keys)).map(\.name)
    for name in keys + ["project", "expect", "narrow"] + RuleClaim.all.map(\.name) {
      #expect(page.contains("\n| `\(name)` |"), "\(name) is not in docs/configuration.md")
    }
  }

  @Test func publishedSchemaIsThePrograms() throws {
    let file = try file("schema/token-broker.schema.json")
    let text = ConfigurationSchema(catalog: try PluginCatalog.builtIn()).text
    #expect(
      file == text,
      "run: token-broker config schema > schema/token-broker.schema.json")
    #expect(throws: Never.self) { try JSONReader(maximumBytes: 256 * 1024, maximumDepth: 32).read(Array(file.utf8)) }
  }

  @Test func describesEveryKeyOfEveryPlugin() throws {
    let catalog = try PluginCatalog.builtIn()
    let text = ConfigurationSchema(catalog: catalog).text
    let keys = catalog.providers.flatMap(\.plugin.keys) + catalog.registries.flatMap(\.plugin.keys)
    for name in keys.map(\.name) + RuleClaim.all.map(\.name) + [
      "project", "narrow", "rules", "mode", "extends", "locked",
    ] {
      #expect(text.contains("\"\(name)\": {"), "\(name) is not in the schema")
    }
  }
}
