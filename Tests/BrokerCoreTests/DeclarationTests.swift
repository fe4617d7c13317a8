import BrokerConformance
import TestSupport
import Testing

@testable import BrokerCore

/// Types whose entries have to be declared: who may write one, and what a file below may say of it.
struct DeclarationTests {
  /// A registry that is where its entry says, and sends what its entry says.
  private struct Anywhere: Registry {
    let name: String
    let settings: AnywhereSettings
    var home: Origin { settings.address.origin }
    var uploadURL: HTTPURL { settings.address }
    var audience: AudienceSource { .asked { () throws(BrokerError) in throw BrokerError(.unreachable, "not asked") } }
    func exchange(_: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
      throw BrokerError(.unreachable, "not asked")
    }
  }

  private struct AnywhereSettings: PluginSettings {
    let address: HTTPURL
    let fields: String?

    init(from object: ConfigurationObject) throws(BrokerError) {
      guard let address = try object.address("address") else { throw object.error("address", "is not there") }
      self.address = address
      fields = try object.child("fields")?.string("one")
    }

    // The plug-in does not tell the fields: they are compared as they were written.
    var values: [SettingValue] { [SettingValue("address", address.description)] }
  }

  private struct Nowhere: IdentityProvider {
    let name: String
    var clue: Clue { Clue("NOWHERE=true", strength: .job) }
    func detect(in _: Environment) async throws(BrokerError) -> Detection { .absent("NOWHERE is not set") }
  }

  private func reader(_ presence: PluginPresence = .declared) throws -> ConfigurationReader {
    var catalog = PluginCatalog()
    let keys = [
      ConfigurationKey("address", summary: "where", kind: .address),
      // Free by its declaration, which counts for nothing in a type that has to be declared.
      ConfigurationKey("fields", summary: "what", kind: .map(.text), layering: .free),
    ]
    try catalog.add(FakeRegistry.type)
    try catalog.add(
      RegistryType(
        PluginType<any Registry>(
          "anywhere", summary: "a registry for tests", keys: keys, presence: presence, decode: AnywhereSettings.init,
          make: { name, settings, _ in Anywhere(name: name, settings: settings) })))
    try catalog.add(
      ProviderType(
        PluginType<any IdentityProvider>(
          "nowhere", summary: "a provider for tests", keys: keys,
          presence: presence == .declared ? .declared : .configured, decode: AnywhereSettings.init,
          make: { name, _, _ in Nowhere(name: name) }), jobs: JobKind(IssuerFamily("Nowhere"))))
    return ConfigurationReader(catalog: catalog)
  }

  private func source(_ text: String, mayDeclare: Bool) -> ConfigurationSource {
    ConfigurationSource(
      name: mayDeclare ? "named.json" : "found.json", bytes: Array(#"{"version":1,\#(text)}"#.utf8),
      isRepositoryControlled: true, mayDeclare: mayDeclare)
  }

  private static let registry = #""registries":{"mine":{"type":"anywhere","address":"https://mine.example/x"}}"#
  private static let provider = #""providers":{"mine":{"type":"nowhere","address":"https://mine.example/x"}}"#

  @Test(arguments: [registry, provider])
  func aFileThatWasFoundDeclaresNothing(_ section: String) throws {
    let reader = try reader()
    #expect(throws: Never.self) {
      _ = try reader.read(organisation: nil, repository: source(section, mayDeclare: true))
      _ = try reader.read(organisation: source(section, mayDeclare: true), repository: nil)
    }
    for (organisation, repository) in [
      (nil, source(section, mayDeclare: false)),
      // What a found file names as the organisation's is found as well.
      (source(section, mayDeclare: false), nil),
      (source(section, mayDeclare: false), source(#""routes":{}"#, mayDeclare: false)),
    ] as [(ConfigurationSource?, ConfigurationSource?)] {
      let error = #expect(throws: BrokerError.self) {
        try reader.read(organisation: organisation, repository: repository)
      }
      #expect(error?.code == .declarationRefused && error?.status == .configuration)
      #expect(error?.message.contains("found.json, line 1, column ") == true, "\(error?.message ?? "")")
      #expect(error?.message.contains(".mine declares an entry of type ") == true, "\(error?.message ?? "")")
    }
  }

  @Test("a type that has to be declared has no entry without one, and a type that is configured may be found")
  func hasNoEntryByItself() throws {
    #expect(try reader().builtIn().registries.map(\.name) == ["fake"])
    #expect(try reader().builtIn().providers.isEmpty)
    let configured = try reader(.configured)
    #expect(try configured.builtIn().registries.map(\.name) == ["fake"])
    for section in [Self.registry, Self.provider] {
      _ = try configured.read(organisation: nil, repository: source(section, mayDeclare: false))
    }
  }

  /// What a found file says of an entry that is declared above it, and whether that is let in.
  @Test(arguments: [
    ("{}", true), (#"{"type":"anywhere"}"#, true), (#"{"address":"https://mine.example/x"}"#, true),
    (#"{"address":"HTTPS://MINE.example:443/x"}"#, true), (#"{"fields":{"one":"1"}}"#, true),
    (#"{"project":"sample","rules":{"owner":["octo-org"]}}"#, true),
    (#"{"address":"https://evil.example/x"}"#, false), (#"{"address":"https://mine.example/y"}"#, false),
    (#"{"fields":{"one":"2"}}"#, false), (#"{"fields":{}}"#, false), (#"{"fields":{"one":"1","two":"2"}}"#, false),
    (#"{"type":"fake"}"#, false),
  ])
  func aFileThatWasFoundSelectsAndNarrows(_ entry: String, _ isAllowed: Bool) throws {
    let above =
      #""registries":{"mine":{"type":"anywhere","address":"https://mine.example/x","fields":{"one":"1"}},"fake":{}}"#
    let found = source(#""registries":{"mine":\#(entry)}"#, mayDeclare: false)
    let reader = try reader()
    do throws(BrokerError) {
      let read = try reader.read(organisation: source(above, mayDeclare: true), repository: found)
      #expect(isAllowed, "\(entry)")
      #expect(read.registries.map(\.name) == ["mine"])
    } catch {
      #expect(!isAllowed && error.code == .configurationWidens, "\(entry): \(error)")
    }
  }

  @Test("an index is added where an organisation's file that may say so lets it be, and nowhere else")
  func addsWhereItIsLet() throws {
    let above = #""registries":{"fake":{}},"lower-layers":{"add-registries-at":["https://mine.example"]}"#
    let reader = try reader()
    func read(_ organisation: Bool, _ repository: String, named: Bool = false) -> ErrorCode? {
      do throws(BrokerError) {
        _ = try reader.read(
          organisation: source(above, mayDeclare: organisation), repository: source(repository, mayDeclare: named))
        return nil
      } catch { return error.code }
    }
    #expect(read(true, Self.registry) == nil)
    #expect(read(true, Self.registry.replacing("mine.example", with: "evil.example")) == .configurationWidens)
    #expect(read(false, Self.registry) == .declarationRefused)
    #expect(read(false, Self.registry, named: true) == nil)
    // There is no place where a provider may be added, whoever says so.
    #expect(read(true, Self.provider) == .configurationWidens)
    #expect(read(true, Self.provider, named: true) == .configurationWidens)
  }
}
