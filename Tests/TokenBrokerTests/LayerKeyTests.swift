import BrokerConformance
import BuiltInPlugins
import Synchronization
import Testing

@testable import BrokerCore

/// Every declared key below an organisation's file: none leads to a host, an audience or a name that is not let in.
///
/// A key that is added later is in these tests by its
/// declaration, or fails them.
struct LayerKeyTests {
  private static let staging = "https://staging.example.com"
  private static let values: [String] = [
    "https://evil.example/", "https://evil.example", "https://staging.example.com:8443/x/", "http://127.0.0.1:1/",
    "https://upload.pypi.org/legacy/", "https://pypi.example.com/simple/", "evil.example", "pypi", "testpypi",
    "release",
    "sigstore", "evil",
  ]

  private let reader: ConfigurationReader
  private let catalog: PluginCatalog

  init() throws {
    catalog = try PluginCatalog.builtIn()
    reader = ConfigurationReader(catalog: catalog)
  }

  // MARK: What a key holds

  /// What the keys hold whose kind does not say it, by their path: none is an address, an audience or the name of a
  /// registry, a route or a provider.
  private static let plain: [String: String] = {
    var plain = [
      "registry.project": "a project at the index itself", "provider-gitlab.variables": "names of variables",
      "provider-google.impersonate": "an account, which Google's IAM alone is asked for",
      "provider-program.plugin": "a program that is declared",
      "provider-program.settings": "declared alone",
      "provider-program.when": "declared alone", "lower-layers.add-registries-at": "the organisation's alone",
      "lower-layers.locked": "the organisation's alone",
    ]
    for key in Expectations.keys((try? PluginCatalog.builtIn())?.jobs ?? []) {
      plain["registry.expect.\(key.name)"] = "a claim's value"
    }
    for key in DeclaredJob.keys { plain["provider-program.claims.\(key.name)"] = "a claim's name" }
    for claim in RuleClaim.all {
      for entry in ["registry", "provider"] { plain["\(entry).rules.\(claim.name)"] = "patterns of a claim's value" }
    }
    return plain
  }()

  private func declared() -> [(path: String, key: ConfigurationKey)] {
    func inside(_ path: String, _ keys: [ConfigurationKey]) -> [(path: String, key: ConfigurationKey)] {
      keys.flatMap { key in
        guard case .object(let inner) = key.kind else { return [("\(path).\(key.name)", key)] }
        return [("\(path).\(key.name)", key)] + inside("\(path).\(key.name)", inner)
      }
    }
    // What has to be declared is in tests of its own: no key of it is a found file's to change.
    let providers = catalog.providers.map(\.plugin).filter { $0.presence != .declared }
    let registries = catalog.registries.map(\.plugin).filter { $0.presence != .declared }
    return providers.flatMap { inside("provider-\($0.name)", $0.keys) }
      + registries.flatMap { inside("registry-\($0.name)", $0.keys) }
      + inside("registry", RegistrySettings.keys(catalog.jobs)) + inside("provider", RuleSet.providerKeys)
      + inside("lower-layers", LowerLayers.keys)
  }

  private func leads(_ kind: ConfigurationKey.Kind) -> Bool {
    switch kind {
    case .address, .addressTemplate, .audience: true
    case .map(let inner): leads(inner)
    case .object(let keys): keys.contains { leads($0.kind) }
    case .text, .texts, .identifiers, .words, .word, .mark, .flagOr, .document: false
    }
  }

  private func isText(_ kind: ConfigurationKey.Kind) -> Bool {
    switch kind {
    case .text, .texts, .document: true
    case .map(let inner): isText(inner)
    case .object, .address, .addressTemplate, .audience, .identifiers, .words, .word, .mark, .flagOr: false
    }
  }

  @Test func everyKeySaysWhatItHolds() {
    let keys = declared()
    #expect(keys.count > 30)
    for (path, key) in keys {
      #expect(
        !leads(key.kind) || key.layering == .fixed,
        "\(path) holds an address or an audience, and a lower layer may change it")
      #expect(
        !isText(key.kind) || Self.plain[path] != nil,
        "\(path): declare an address or an audience as one, or say in this test what it holds")
    }
    for path in Self.plain.keys { #expect(keys.contains { $0.path == path }, "\(path) is no key") }
  }

  // MARK: Where a key leads

  /// The forms in which a text may be a key's value.
  private func forms(_ kind: ConfigurationKey.Kind, _ text: String) -> [String] {
    switch kind {
    case .text, .address, .addressTemplate, .audience: ["\"\(text)\""]
    case .document: ["{\"\(text)\":\"\(text)\"}"]
    case .texts, .identifiers, .words: ["[\"\(text)\"]"]
    case .word: ["\"\(text)\""]
    case .mark: ["true"]
    case .flagOr(let words): ["true", "false"] + words.map { "\"\($0)\"" }
    case .map(let inner): forms(inner, text).map { "{\"\(text)\":\($0)}" }
    case .object(let keys): keys.flatMap { key in forms(key.kind, text).map { "{\"\(key.name)\":\($0)}" } }
    }
  }

  /// What a configuration lets be asked: the origins of all requests that a registry sends, and the audiences that it
  /// accepts.
  private struct Reach: Equatable {
    var origins: Set<String> = []
    var audiences: Set<String> = []
  }

  private func reach(of configuration: BrokerConfiguration, asked: Int = 3) async throws -> [String: Reach] {
    var all: [String: Reach] = [:]
    for plugin in configuration.registries.map(\.plugin) {
      let transport = ScriptedTransport { request in
        guard request.url.path.hasSuffix("/sample/") else {
          return .success(.json(#"{"audience":"x","token":"pypi-0123456789abcdef","success":true}"#))
        }
        let page =
          #"{"meta":{"api-version":"1.0"},"files":[{"filename":"sample-1.tar.gz","#
          + #""provenance":"https://evil.example/p"}]}"#
        return .success(
          HTTPResponse(
            status: 200, fields: [("Content-Type", "application/vnd.pypi.simple.v1+json")], body: Array(page.utf8)))
      }
      let programs = ToldPrograms()
      let services = PluginServices(transport: transport, time: FakeTime().source(), programs: programs)
      let registry = plugin.make(services)
      let home = registry.secretOrigin(isRehearsal: false)
      let token = try IdentityToken(Secret(SampleToken.make(audience: "x", identifier: "id-1")), from: "The test")
        .bound(to: home, in: services.bindings)
      _ = try? await registry.audience.question?()
      for scope in [Scope.everything, .package("sample")] { _ = try? await registry.exchange(token, for: scope) }
      _ = try? await registry.capabilities.releases?.listing(of: "sample")
      _ = try? await registry.capabilities.history?.lastRelease(of: "sample")
      _ = try? await registry.capabilities.revoke?(
        services.bindings.bind(Secret("pypi-0123456789abcdef"), to: home))
      let told = programs.told.withLock { $0 }
      #expect(
        transport.requests.count + told.count >= min(3, asked) || plugin.name == "pypi", "the registry was not asked")
      var reach = Reach(origins: Set(transport.requests.map { $0.url.origin.description } + told))
      reach.origins.formUnion([registry.home.description, registry.uploadURL.origin.description])
      let policy = AudiencePolicy(
        registry: registry.name, home: registry.home, expected: registry.expectedAudience, isRehearsal: false)
      for text in Self.values + [registry.expectedAudience?.value ?? "", registry.home.host] {
        if let audience = Audience(text), (try? policy.judge(audience)) != nil { reach.audiences.insert(text) }
      }
      all[plugin.name] = reach
    }
    return all
  }

  private func read(_ organisation: String, _ repository: String?) throws(BrokerError) -> BrokerConfiguration {
    try reader.read(
      organisation: ConfigurationSource(
        name: "org.json", bytes: Array(organisation.utf8), isRepositoryControlled: false),
      repository: repository.map {
        ConfigurationSource(name: "repo.json", bytes: Array($0.utf8), isRepositoryControlled: true)
      })
  }

  /// Sets each key of an entry that the organisation has to each value.
  @Test func noKeyOfAnInheritedEntryLeadsElsewhere() async throws {
    var (accepted, refused) = (0, 0)
    for entry in catalog.registries.map(\.plugin) where entry.presence != .declared || entry.name == "program" {
      let isAddressed = entry.keys.contains { $0.name == "upload-url" }
      let declaration = entry.name == "program" ? #""plugins":{"one":{"command":["/opt/one"]}},"# : ""
      for address in isAddressed ? ["", #","upload-url":"https://pypi.example.com/legacy/""#] : [""] {
        if !declaration.isEmpty, address.isEmpty { continue }
        let organisation = #"{"version":1,\#(declaration)"registries":{"one":{"type":"\#(entry.name)"\#(address)}}}"#
        let above = try await reach(of: read(organisation, nil))
        for key in entry.keys + RegistrySettings.keys(catalog.jobs) {
          for value in Self.values.flatMap({ forms(key.kind, $0) }) {
            let repository = #"{"version":1,"registries":{"one":{"\#(key.name)":\#(value)}}}"#
            guard let both = try? read(organisation, repository) else {
              refused += 1
              continue
            }
            accepted += 1
            let below = try await reach(of: both)
            #expect(below == above, "\(organisation)\n\(repository)\n\(below)")
          }
        }
      }
    }
    // A free key takes anything, a fixed one next to nothing.
    #expect(accepted > 20 && refused > 20, "accepted \(accepted), refused \(refused)")
  }

  /// Sets each key of an entry that the repository adds, at the one place where it may.
  @Test func noKeyOfAnAddedEntryLeadsElsewhere() async throws {
    var (accepted, refused) = (0, 0)
    let organisation =
      #"{"version":1,"plugins":{"mine":{"command":["/opt/mine"]}},"registries":{"pypi":{}},"lower-layers":{"add-registries-at":["\#(Self.staging)"]}}"#
    let above = try await reach(of: read(organisation, nil))
    for entry in catalog.registries.map(\.plugin) where entry.presence != .declared || entry.name == "program" {
      let addresses = entry.keys.filter { $0.kind == .address }.map(\.name)
      for key in entry.keys + RegistrySettings.keys(catalog.jobs) {
        for value in (Self.values + ["\(Self.staging)/any/"]).flatMap({ forms(key.kind, $0) }) {
          let own = addresses.filter { $0 != key.name }.map { "\"\($0)\":\"\(Self.staging)/x/\"" }
          let members = (["\"type\":\"\(entry.name)\""] + own + ["\"\(key.name)\":\(value)"]).joined(separator: ",")
          let repository = "{\"version\":1,\"registries\":{\"pypi\":{},\"mine\":{\(members)}}}"
          guard let both = try? read(organisation, repository) else {
            refused += 1
            continue
          }
          accepted += 1
          let below = try await reach(of: both)
          #expect(below["pypi"] == above["pypi"], "\(repository)")
          #expect(below["mine"]?.origins == [Self.staging], "\(repository)\n\(below)")
          #expect(below["mine"]?.audiences.isDisjoint(with: above["pypi"]?.audiences ?? []) == true, "\(repository)")
        }
      }
      for name in addresses {
        // The one place is taken, for each of the keys.
        let members =
          ["\"type\":\"\(entry.name)\"", "\"upload-url\":\"\(Self.staging)/x/\""]
          + (name == "upload-url" ? [] : ["\"\(name)\":\"\(Self.staging)/y/\""])
        #expect(throws: Never.self) {
          try read(organisation, "{\"version\":1,\"registries\":{\"mine\":{\(members.joined(separator: ","))}}}")
        }
      }
    }
    #expect(accepted > 20 && refused > 20, "accepted \(accepted), refused \(refused)")
  }

  // MARK: What has to be declared

  /// Entries of each type that has to be declared, with as many keys as fit together.
  private static let declared: [(section: String, type: String, entry: String)] = [
    (
      "providers", "token",
      #"{"type":"token","detect":{"CI":"1"},"refuse":{"FORK":"*"},"request":{"url":"{CI_URL}/t","method":"POST","hosts":["ci.example.com"],"query":{"a":"1"},"headers":{"Authorization":"Bearer {CI_TOKEN}"},"json":{"aud":"{audience}"},"token":"t"},"claims":{"owner":"o"},"family":"CI","hint":"h"}"#
    ), ("providers", "token", #"{"type":"token","detect":{"CI":"1"},"variable":["A"],"audience":"x"}"#),
    ("providers", "token", #"{"type":"token","detect":{"CI":"1"},"file":"/x"}"#),
    (
      "providers", "token",
      #"{"type":"token","detect":{"CI":"1"},"command":{"words":["/bin/ci","{audience}"],"variables":["A"]}}"#
    ),
    (
      "registries", "exchange",
      #"{"type":"exchange","upload-url":"https://staging.example.com/x/","audience":"{host}","ask-audience":{"path":"/a","audience":"audience"},"exchange":{"url":"https://staging.example.com/t/{organisation}","headers":{"X-A":"1"},"json":{"jwt":"{identity-token}"}},"answer":{"credential":"token"},"errors":["error"],"revoke":{"path":"/r","method":"DELETE","headers":{"Authorization":"Bearer {credential}"}},"variables":{"T":"{token}"},"organisation":"o","audience-list":true}"#
    ),
    (
      "providers", "program",
      #"{"type":"program","plugin":"one","settings":{"a":"b"},"when":{"CI":"1"},"claims":{"owner":"o"}}"#
    ),
    (
      "registries", "program",
      #"{"type":"program","plugin":"one","upload-url":"https://staging.example.com/x/","audience":"x","settings":{"a":"b"}}"#
    ),
  ]

  /// Every key that a type declares, with those inside.
  private func paths(_ keys: [ConfigurationKey]) -> [(path: [String], kind: ConfigurationKey.Kind)] {
    keys.flatMap { key in
      guard case .object(let inner) = key.kind else { return [([key.name], key.kind)] }
      return [([key.name], key.kind)] + paths(inner).map { ([key.name] + $0.path, $0.kind) }
    }
  }

  private func keys(of type: String, in section: String = "") -> [ConfigurationKey] {
    (section == "registries" ? nil : catalog.providers.map(\.plugin).first { $0.name == type }?.keys)
      ?? catalog.registries.map(\.plugin).first { $0.name == type }?.keys ?? []
  }

  /// A found file sets each key of an entry that is declared above it to each value: it changes none.
  @Test func aFoundFileChangesNoKeyOfWhatIsDeclared() throws {
    var (accepted, refused) = (0, 0)
    #expect(
      Set(Self.declared.map(\.type)).count == catalog.providers.count { $0.plugin.presence == .declared }
        + catalog.registries.count { $0.plugin.presence == .declared },
      "a type that has to be declared is not in this test")
    for sample in Self.declared {
      let programs = sample.type == "program" ? #""plugins":{"one":{"command":["/opt/one"]}},"# : ""
      let organisation = #"{"version":1,\#(programs)"\#(sample.section)":{"one":\#(sample.entry)}}"#
      let above = try read(organisation, nil)
      func values(_ configuration: BrokerConfiguration) -> [String] {
        sample.section == "providers"
          ? configuration.providers.flatMap { $0.values.map(\.compared) }
          : configuration.registries.flatMap { $0.plugin.values.map(\.compared) }
      }
      #expect(values(above).count > 1)
      for (path, kind) in paths(keys(of: sample.type, in: sample.section)) {
        for value in (Self.values + ["/bin/sh", "{CI_TOKEN}", "*"]).flatMap({ forms(kind, $0) }) {
          let entry = path.reversed().reduce(value) { "{\"\($1)\":\($0)}" }
          guard let both = try? read(organisation, #"{"version":1,"\#(sample.section)":{"one":\#(entry)}}"#) else {
            refused += 1
            continue
          }
          accepted += 1
          #expect(values(both) == values(above), "\(sample.entry)\n\(entry)")
        }
      }
      for entry in ["{}", #"{"type":"\#(sample.type)"}"#, sample.entry] {
        let both = try read(organisation, #"{"version":1,"\#(sample.section)":{"one":\#(entry)}}"#)
        #expect(values(both) == values(above))
      }
      // Alone, or named by a file that was found, it is refused whatever it holds.
      for (organisation, repository) in [(nil, organisation), (organisation, nil)] {
        let error = #expect(throws: BrokerError.self) {
          try reader.read(
            organisation: organisation.map {
              ConfigurationSource(name: "o.json", bytes: Array($0.utf8), isRepositoryControlled: true)
            },
            repository: repository.map {
              ConfigurationSource(name: "r.json", bytes: Array($0.utf8), isRepositoryControlled: true)
            })
        }
        #expect(error?.code == .declarationRefused, "\(String(describing: error))")
      }
    }
    #expect(accepted > 3 && refused > 200, "accepted \(accepted), refused \(refused)")
  }

  /// A found file names a service account to act for, in each way: it is refused, or nothing other than what the
  /// organisation says.
  @Test func aFoundFileActsForNobodyElse() throws {
    let own = "release@octo-project.iam.gserviceaccount.com"
    func account(_ configuration: BrokerConfiguration) -> [String] {
      configuration.providers.flatMap { $0.values.map { "\($0.key)=\($0.compared)" } }
    }
    var refused = 0
    let accounts = Self.values + [own, own.uppercased(), "evil@evil-project.iam.gserviceaccount.com", "", "a@b"]
    for above in [
      nil, "{}", #"{"google":{}}"#, #"{"google":{"impersonate":"\#(own)"}}"#, #"{"other":{"type":"google"}}"#,
    ] {
      for name in ["google", "other", "mine", "github"] {
        for value in accounts.map({ JSONText.quoted($0) }) + ["null", "[]", "{}", "true"] {
          for type in ["", #""type":"google","#] {
            let repository = #"{"version":1,"providers":{"\#(name)":{\#(type)"impersonate":\#(value)}}}"#
            let sections = above.map { #"{"version":1\#($0 == "{}" ? "" : #","providers":\#($0)"#)}"# }
            let before = try sections.map { try account(read($0, nil)) } ?? []
            let both = try? reader.read(
              organisation: sections.map {
                ConfigurationSource(name: "org.json", bytes: Array($0.utf8), isRepositoryControlled: false)
              },
              repository: ConfigurationSource(
                name: "repo.json", bytes: Array(repository.utf8), isRepositoryControlled: true))
            guard let both else {
              refused += 1
              continue
            }
            #expect(account(both) == before, "\(sections ?? "no organisation")\n\(repository)")
          }
        }
      }
    }
    #expect(refused > 500)
  }

  /// What declares something, in every place and spelling that a file could have it: a file that was found brings in none of it.
  @Test func noSpellingOfADeclarationIsTakenFromAFoundFile() throws {
    var (refused, declarations) = (0, 0)
    for sample in Self.declared where sample.type != "program" {
      let inside = sample.entry.dropFirst().dropLast()
      let withoutType = inside.replacing(#""type":"\#(sample.type)","#, with: "")
      let escaped = inside.replacing(#""type""#, with: #""\u0074ype""#)
      let escapedValue = inside.replacing(
        #""type":"\#(sample.type)""#, with: #""type":"\u00\#(sample.type == "token" ? "74oken" : "65xchange")""#)
      let names = ["mine", sample.type, "github", "gitlab", "google", "pypi", "testpypi", "crates-io", "program"]
      var texts: [String] = []
      for name in names {
        for members in [String(inside), withoutType, escaped, escapedValue] {
          texts.append(#""\#(sample.section)":{"\#(name)":{\#(members)}}"#)
          texts.append(#""\#(sample.section)":{"pypi":{},"github":{},"\#(name)":{\#(members)}}"#)
        }
        // The whole of it, or a part of it, where another thing is meant.
        for text in [sample.entry, "{\(withoutType)}", #"{"\#(name)":\#(sample.entry)}"#] {
          texts += [
            #""routes":{"release":[\#(text)]}"#, #""routes":{"\#(name)":\#(text)}"#, #""extends":\#(text)"#,
            #""rules":\#(text)"#, #""lower-layers":\#(text)"#, #""mode":\#(text)"#, #""plugins":{"\#(name)":\#(text)}"#,
            #""registries":{"pypi":{"type":\#(text)}}"#, #""registries":{"pypi":{"project":\#(text)}}"#,
            #""registries":{"pypi":{"expect":\#(text)}}"#, #""registries":{"pypi":{"rules":\#(text)}}"#,
            #""registries":{"pypi":\#(text)}"#, #""providers":{"google":\#(text)}"#,
            #""providers":{"gitlab":\#(text)}"#,
            #""providers":{"gitlab":{"variables":\#(text)}}"#, #""registries":{"pypi":{"upload-url":\#(text)}}"#,
            #""\#(sample.type)":\#(text)"#, #""\#(sample.section)":[\#(text)]"#,
          ]
        }
      }
      for key in keys(of: sample.type, in: sample.section) {
        guard let value = try JSONReader().read(Array(sample.entry.utf8)).object?[key.name] else { continue }
        let member = "\(JSONText.quoted(key.name)):\(JSONText.compact(JSONText.Value(value)))"
        // The organisation has these of `pypi` as well; what they hold here is no value of theirs.
        let shared = ["upload-url", "audience"]
        for name in ["github", "gitlab", "google"] { texts.append(#""providers":{"\#(name)":{\#(member)}}"#) }
        for name in ["pypi", "testpypi", "crates-io"] where !shared.contains(key.name) {
          texts.append(#""registries":{"\#(name)":{\#(member)}}"#)
        }
      }
      let organisations = [
        nil, #"{"version":1}"#, #"{"version":1,"providers":{"github":{}},"registries":{"pypi":{}}}"#,
      ]
      for text in texts {
        let file = #"{"version":1,\#(text)}"#
        for organisation in organisations {
          let both = try? reader.read(
            organisation: organisation.map {
              ConfigurationSource(name: "org.json", bytes: Array($0.utf8), isRepositoryControlled: false)
            }, repository: ConfigurationSource(name: "repo.json", bytes: Array(file.utf8), isRepositoryControlled: true)
          )
          #expect(both == nil, "\(file)")
          refused += both == nil ? 1 : 0
        }
        let named = try? reader.read(
          organisation: nil,
          repository: ConfigurationSource(
            name: "named.json", bytes: Array(file.utf8), isRepositoryControlled: true, mayDeclare: true))
        declarations += named == nil ? 0 : 1
      }
    }
    // Without some that are declarations where they may stand, nothing would be shown.
    #expect(refused > 2000 && declarations > 100, "refused \(refused), declarations \(declarations)")
  }

  /// A found file adds a registry that is described by its entry, at the one place where it may.
  @Test func anAddedExchangeLeadsNowhereElse() async throws {
    var (accepted, refused) = (0, 0)
    let organisation =
      #"{"version":1,"registries":{"pypi":{}},"lower-layers":{"add-registries-at":["\#(Self.staging)"]}}"#
    let above = try await reach(of: read(organisation, nil))
    let base: [(String, String)] = [
      ("type", #""exchange""#), ("upload-url", "\"\(Self.staging)/x/\""), ("audience", #""staging.example.com""#),
      ("exchange", #"{"url":"\#(Self.staging)/t","json":{"jwt":"{identity-token}"}}"#),
      ("answer", #"{"credential":"token"}"#),
    ]
    func entry(_ key: String, _ value: String) -> String {
      let members = base.filter { $0.0 != key } + (value.isEmpty ? [] : [(key, value)])
      return "{\(members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
    }
    func check(_ entry: String) async throws {
      let repository = #"{"version":1,"registries":{"pypi":{},"mine":\#(entry)}}"#
      guard let both = try? read(organisation, repository) else {
        refused += 1
        return
      }
      accepted += 1
      let below = try await reach(of: both, asked: 1)
      #expect(below["pypi"] == above["pypi"], "\(repository)")
      #expect(below["mine"]?.origins == [Self.staging], "\(repository)\n\(below)")
      #expect(below["mine"]?.audiences.isDisjoint(with: above["pypi"]?.audiences ?? []) == true, "\(repository)")
      #expect(both.registries.last?.plugin.make(.none).capabilities.variables.isEmpty == true, "\(repository)")
    }
    try await check(entry("project", #""sample""#))
    #expect(accepted == 1)
    for key in keys(of: "exchange") + RegistrySettings.keys(catalog.jobs) {
      for value in (Self.values + ["\(Self.staging)/any/", "/any"]).flatMap({ forms(key.kind, $0) }) {
        try await check(entry(key.name, value))
      }
    }
    for url in [
      "https://evil.example/t", "https://{host}/t", "https://staging.example.com.evil.example/{package}",
      "http://127.0.0.1/t",
    ] {
      try await check(entry("exchange", #"{"url":"\#(url)","json":{"jwt":"{identity-token}"}}"#))
    }
    try await check(entry("variables", #"{"TOKEN":"{token}"}"#))
    #expect(accepted > 10 && refused > 20, "accepted \(accepted), refused \(refused)")
  }

  // MARK: What a name means

  /// Every name of the organisation's and the program's, given to something else by a repository's file.
  @Test func noNameComesToMeanSomethingElse() throws {
    let own = #""type":"pypi","upload-url":"https://pypi.example.com/legacy/""#
    let added = #""lower-layers":{"add-registries-at":["https://staging.example.com","https://test.pypi.org"]}"#
    let organisations = [
      "{\"version\":1,\(added)}",
      "{\"version\":1,\"registries\":{\"pypi\":{},\"internal\":{\(own)}},\(added)}",
      "{\"version\":1,\"registries\":{\"internal\":{\(own)}},\"routes\":{\"both\":[\"internal\"]},\(added)}",
      "{\"version\":1,\"registries\":{\"testpypi\":{},\"pypi\":{}},\"routes\":{\"both\":[\"testpypi\",\"pypi\"]}}",
    ]
    let names = ["pypi", "testpypi", "release", "internal", "both", "mine"]
    let usual = try reader.builtIn()
    var (accepted, refused) = (0, 0)
    for organisation in organisations {
      let above = try read(organisation, nil)
      let kept = [[], ["pypi"], ["testpypi"], ["internal"], ["internal", "pypi"]]
      for keeps in kept {
        for name in names {
          let entries = keeps.map { "\"\($0)\":{}" }
          let stranger = "\"\(name)\":{\"type\":\"pypi\",\"upload-url\":\"\(Self.staging)/x/\"}"
          let sections = [
            "\"registries\":{\((entries + [stranger]).joined(separator: ","))}",
            "\"registries\":{\((entries + ["\"\(name)\":{}"]).joined(separator: ","))}",
            "\"registries\":{\(entries.joined(separator: ","))},\"routes\":{\"\(name)\":[\"\(keeps.first ?? "pypi")\"]}",
            "\"routes\":{\"\(name)\":[\"\(keeps.first ?? "pypi")\"]}",
          ]
          for section in sections {
            guard let both = try? read(organisation, "{\"version\":1,\(section)}") else {
              refused += 1
              continue
            }
            accepted += 1
            for target in names {
              guard let now = try? both.registries(for: [target]) else { continue }
              // What the organisation has no name for may still be a name of the program's.
              let before = (try? above.registries(for: [target])) ?? (try? usual.registries(for: [target]))
              guard let before, target != "release" || above.routes.contains(where: { $0.name == target }) else {
                continue
              }
              let (new, old) = (now.map(place), before.map(place))
              #expect(Set(new).isSubset(of: old), "\(target): \(new), not \(old)\n\(organisation)\n\(section)")
            }
          }
        }
      }
    }
    #expect(accepted > 50 && refused > 50, "accepted \(accepted), refused \(refused)")
  }

  private func place(_ registry: ConfiguredRegistry) -> String {
    registry.plugin.make(PluginServices(transport: NoTransport(), time: .none)).uploadURL.description
  }
}

/// A program that answers everything, and keeps the origins that it is told.
private final class ToldPrograms: ProgramRunning {
  let told = Mutex<[String]>([])

  func run(_ program: Program) async throws(BrokerError) -> ProgramResult {
    let request = (try? JSONReader().read(program.input))?.object
    let address = request?["target"]?.object?["upload-url"]?.string.flatMap { try? HTTPURL($0) }
    // Each word of the answer is tried, so that none of them leads elsewhere.
    told.withLock { $0 += Array(repeating: address?.origin.description ?? "", count: 2) }
    let answer = JSONText.compact(
      .object([
        ("protocol", .string("token-broker.plugin/1")), ("id", .string(request?["id"]?.string ?? "")),
        (
          "result",
          .object([
            ("audience", "x"), ("token", "own-0123456789abcdef"), ("username", "x"), ("expires-at", 1_900_000_000),
          ])
        ),
      ]))
    return ProgramResult(status: 0, output: Array(answer.utf8), diagnostics: [])
  }
}
