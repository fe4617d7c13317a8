import BrokerCore
import Testing
import TokenBroker

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct SchemaTests {
  @Test func publishedSchemaIsThePrograms() throws {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try Data(contentsOf: URL(filePath: "/\(folder)/schema/token-broker.schema.json"))
    let text = ConfigurationSchema(catalog: try PluginCatalog.builtIn()).text
    #expect(
      String(decoding: file, as: UTF8.self) == text,
      "run: token-broker config schema > schema/token-broker.schema.json")
    #expect(throws: Never.self) { try JSONReader(maximumBytes: 256 * 1024, maximumDepth: 32).read(file) }
  }

  @Test func describesEveryKeyOfEveryPlugin() throws {
    let catalog = try PluginCatalog.builtIn()
    let text = ConfigurationSchema(catalog: catalog).text
    let keys = catalog.providers.flatMap(\.keys) + catalog.registries.flatMap(\.keys)
    for name in keys.map(\.name) + RuleClaim.all.map(\.name) + ["project", "rules", "mode", "extends", "locked"] {
      #expect(text.contains("\"\(name)\": {"), "\(name) is not in the schema")
    }
  }
}
