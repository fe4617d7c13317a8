import BrokerConformance
import BrokerCore
import TestSupport
import Testing

struct ConfigurationReaderTests {
  private func reader() throws -> ConfigurationReader {
    var catalog = PluginCatalog()
    try catalog.add(FakeRegistry.type)
    return ConfigurationReader(catalog: catalog)
  }

  private func read(_ text: String) throws -> BrokerConfiguration {
    try reader().read(Array(text.utf8), file: "token-broker.json")
  }

  /// A text, the place of the error, and words of it.
  @Test(arguments: [
    ("", "line 1, column 1", "not JSON"), ("[]", "line 1, column 1", "has to be an object, but is an array"),
    ("{\n}", "line 1, column 1", "version has to be 1"),
    (#"{"version":2}"#, "line 1, column 12", "version has to be 1"),
    (#"{"version":"1"}"#, "line 1, column 12", "version has to be 1"),
    ("{\"version\":1,\n \"registris\":{}}", "line 2, column 2", "Did you mean \"registries\"?"),
    ("{\"version\":1,\n \"version\":1}", "line 2, column 2", "the key \"version\" twice"),
    ("{\"version\":1,\n\"registries\":[]}", "line 2, column 14", "registries has to be an object, but is an array"),
    ("{\"version\":1,\n\"registries\":{\"A\":{}}}", "line 2, column 19", "registries.A is not a name"),
    ("{\"version\":1,\n\"registries\":{\"fak\":{}}}", "line 2, column 21", "Did you mean \"fake\"?"),
    (
      "{\"version\":1,\n\"registries\":{\"mine\":{\"type\":\"nix\"}}}", "line 2, column 30",
      "registries.mine.type is of no known type"
    ),
    (
      "{\"version\":1,\n\"registries\":{\"mine\":{\"type\":5}}}", "line 2, column 30",
      "has to be a string, but is a number"
    ),
    (
      "{\"version\":1,\n\"registries\":{\"fake\":{\"x\":1}}}", "line 2, column 23",
      "registries.fake.x is not a known key"
    ),
    (
      "{\"version\":1,\n\"routes\":{\"r\":[]}}", "line 2, column 15",
      "routes.r has to be a list of strings, but is empty"
    ),
    ("{\"version\":1,\n\"routes\":{\"r\":[\"fak\"]}}", "line 2, column 15", "Did you mean \"fake\"?"),
    ("{\"version\":1,\n\"routes\":{\"fake\":[\"fake\"]}}", "line 2, column 18", "has the name of a registry"),
    ("{\"version\":1,\n\"routes\":{\"r\":[5]}}", "line 2, column 16", "routes.r.0 has to be a string"),
    ("{\"version\":1,\"$schema\":5}", "line 1, column 24", "$schema has to be a string"),
    ("{\"version\":1,\"x\":\(String(repeating: "[", count: 20))", "line 1, column 33", "deeper than 16 levels"),
  ])
  func namesThePlace(_ text: String, _ place: String, _ words: String) {
    let error = #expect(throws: BrokerError.self) { try read(text) }
    #expect(error?.code == .configurationInvalid)
    #expect(error?.message.text.hasPrefix("token-broker.json, \(place): ") == true, "\(error?.message ?? "")")
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  /// A registry with a key of which nothing is shown but its length.
  private struct VaguelyShown: PluginSettings {
    let door: String
    var values: [SettingValue] {
      [SettingValue("door", shown: "\(door.count) characters", comparing: .string(door))]
    }
  }

  @Test(
    "a lower layer does not change a key whose display is the same for both values",
    arguments: [("left", true), ("west", false), ("LEFT", false), ("", false)])
  func comparesWholeValues(_ value: String, _ isAllowed: Bool) throws {
    let type = PluginType<any Registry>(
      "vague", summary: "a registry for tests", keys: [ConfigurationKey("door", summary: "a word")],
      decode: { (object) throws(BrokerError) in VaguelyShown(door: try object.string("door") ?? "back") },
      make: { _, _, _ in SilentRegistry() })
    var catalog = PluginCatalog()
    try catalog.add(RegistryType(type))
    func source(_ name: String, _ door: String) -> ConfigurationSource {
      let settings = door.isEmpty ? "{}" : #"{"door": "\#(door)"}"#
      return ConfigurationSource(
        name: name, bytes: Array(#"{"version": 1, "registries": {"vague": \#(settings)}}"#.utf8),
        isRepositoryControlled: false)
    }
    let reader = ConfigurationReader(catalog: catalog)
    do throws(BrokerError) {
      let read = try reader.read(organisation: source("org.json", "left"), repository: source("r.json", value))
      // Left out, the organisation's value holds.
      #expect(isAllowed || value.isEmpty)
      #expect(read.settings.first { $0.path == "registries.vague.door" }?.value == "4 characters")
    } catch {
      #expect(!isAllowed && !value.isEmpty)
      #expect(error.code == .configurationWidens, "\(error)")
    }
  }

  @Test func limitsLength() {
    let error = #expect(throws: BrokerError.self) { try read(String(repeating: " ", count: 256 * 1024 + 1)) }
    #expect(error?.message.contains("262144 bytes") == true)
  }

  @Test func readsRegistriesAndRoutes() throws {
    let configuration = try read(
      #"{"$schema":"x","version":1,"registries":{"fake":{},"other":{"type":"fake"}},"routes":{"both":["other","fake"]}}"#
    )
    #expect(configuration.registries.map(\.name) == ["fake", "other"])
    #expect(try configuration.registries(for: ["both", "fake"]).map(\.name) == ["other", "fake"])
    #expect(configuration.settings.contains { $0.path == "routes.both" && $0.value == "other, fake" })
    let origin = try #require(configuration.settings.first { $0.path == "routes.both" }).origin.description
    #expect(origin.hasPrefix("token-broker.json, line 1, column "))
  }

  @Test func refusesUnknownTargets() throws {
    let error = #expect(throws: BrokerError.self) { try read(#"{"version":1}"#).registries(for: ["fkae"]) }
    #expect(error?.code == .unknownTarget && error?.status == .usage)
    #expect(error?.remedy == "Did you mean \"fake\"?")
  }

  @Test func hasDefaultsWithoutAFile() throws {
    let configuration = try reader().builtIn()
    #expect(configuration.registries.map(\.name) == ["fake"] && configuration.routes.isEmpty)
    #expect(configuration.file == nil)
  }

  @Test func catalogRefusesTwoOfOneType() throws {
    var catalog = PluginCatalog()
    try catalog.add(FakeRegistry.type)
    let error = #expect(throws: BrokerError.self) { try catalog.add(FakeRegistry.type) }
    #expect(error?.code == .pluginContract && error?.status == .plugin)
  }
}
