import BrokerCore
import BuiltInPlugins
import TestSupport
import Testing

@testable import TokenBroker

/// Where `mint` writes a credential: what a runner declares decides, whichever runner it is.
struct DeliveryTests {
  private static let record = "step %name=%value;"

  private static func catalog(_ runner: Runner?) throws -> PluginCatalog {
    var catalog = try PluginCatalog.builtIn()
    try catalog.add(
      ProviderType(
        PluginType("own", summary: "a provider for tests") { _, _ in NoProvider() },
        jobs: JobKind(IssuerFamily("Own")), runner: runner))
    return catalog
  }

  private static func runner(hides: Bool, hasOutputs: Bool) -> Runner {
    var runner = Runner("Own CI", variable: "OWN_CI", value: "yes")
    if hides { runner.hide = { Secret("hide \($0.reveal())") } }
    if hasOutputs {
      runner.outputs = StepOutputs("own", variable: "OWN_OUTPUTS") { outputs in
        Secret(outputs.map { "set \($0.name) to \($0.value.reveal())\n" }.joined())
      }
    }
    return runner
  }

  private static func credential(_ registry: String) throws -> Credential {
    let url = try HTTPURL("https://registry.example/")
    return try #require(
      Credential(
        registry: registry, secret: Secret("a-credential-of-\(registry)-0123456789"), username: "u",
        expires: UnixTime(7), uploadURL: url)
    ).bound(to: url.origin, in: SecretBindings())
  }

  /// What the runner of the job can do, and where a credential goes without `--format` and `--output`.
  @Test(
    "without --format, a credential goes where the runner can hide it",
    arguments: [
      (true, true, "own"), (true, false, "standard output"), (false, true, "nowhere"), (false, false, "nowhere"),
    ])
  func choosesWhatTheRunnerCanHide(_ hides: Bool, _ hasOutputs: Bool, _ place: String) throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("outputs", "")
    let catalog = try Self.catalog(Self.runner(hides: hides, hasOutputs: hasOutputs))
    let choice = Delivery.Choice(mayReveal: false, count: 2, isCI: false, isTerminal: false)
    func delivery(_ variables: [String: String]) throws(BrokerError) -> Delivery {
      try Delivery(choice, runners: catalog, environment: Environment(variables))
    }
    let job = ["OWN_CI": "yes", "OWN_OUTPUTS": "\(folder.path)/outputs"]
    switch place {
    case "own":
      #expect(try delivery(job).deliver([Self.credential("a"), Self.credential("b")]) == "the step's outputs")
      #expect(
        folder.read("outputs") == """
          set a-api-token to a-credential-of-a-0123456789
          set a-expires to 7
          set a-registry to a
          set b-api-token to a-credential-of-b-0123456789
          set b-expires to 7
          set b-registry to b

          """)
      let error = #expect(throws: BrokerError.self) { try delivery(["OWN_CI": "yes"]) }
      #expect(error?.message.text.hasPrefix("OWN_OUTPUTS is not set") == true)
      #expect(error?.remedy?.contains("a step of a Own CI job") == true)
    case "standard output": #expect(throws: Never.self) { try delivery(job) }
    default:
      let error = #expect(throws: BrokerError.self) { try delivery(job) }
      #expect(error?.code == .deliveryUnsafe)
    }
  }

  @Test("a runner's own name for its step outputs is a format, and its file is guarded as any other")
  func knowsTheRunnersFormat() throws {
    let catalog = try Self.catalog(Self.runner(hides: true, hasOutputs: true))
    #expect(DeliveryFormat.all(for: catalog.runners).map(\.name) == ["token", "json", "env", "github", "own"])
    let choice = Delivery.Choice(
      format: "own", output: "x", mayReveal: false, count: 1, isCI: false, isTerminal: false)
    let error = #expect(throws: BrokerError.self) {
      try Delivery(choice, runners: catalog, environment: Environment(["OWN_OUTPUTS": "x"]))
    }
    #expect(error?.message == "--output and --format own exclude each other: that format goes to OWN_OUTPUTS.")
    let unknown = Delivery.Choice(
      format: "own", mayReveal: false, count: 1, isCI: false, isTerminal: false)
    #expect(throws: BrokerError.self) {
      try Delivery(unknown, runners: .builtIn(), environment: Environment(["OWN_OUTPUTS": "x"]))
    }
  }

  @Test("a file in the folder that an added runner names is the repository's")
  func knowsTheRunnersCheckout() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("org.json", #"{"version": 1}"#)
    var runner = Self.runner(hides: true, hasOutputs: false)
    runner.checkout = "OWN_CHECKOUT"
    let variables = ["OWN_CHECKOUT": folder.path, "TOKEN_BROKER_ORG_CONFIG": "\(folder.path)/org.json"]
    for (known, isRefused) in [(runner, true), (Self.runner(hides: true, hasOutputs: false), false)] {
      let broker = Broker(catalog: try Self.catalog(known), environment: Environment(variables))
      let error = await failure { () async throws(BrokerError) in
        _ = try broker.configuration(requiresOrganisation: true)
      }
      #expect((error?.code == .organisationMissing) == isRefused, "\(String(describing: error))")
    }
  }

  @Test("a catalog's route is there where all of its registries are, and no registry has its name")
  func hasItsRoutes() throws {
    var catalog = try Self.catalog(nil)
    try catalog.add(UsualRoute("try", over: "testpypi"))
    #expect(throws: BrokerError.self) { try catalog.add(UsualRoute("release", over: "pypi")) }
    #expect(throws: BrokerError.self) { try catalog.add(UsualRoute("A route", over: "pypi")) }
    func routes(_ registries: String) throws -> [String] {
      let text = #"{"version": 1, "registries": {\#(registries)}}"#
      return try ConfigurationReader(catalog: catalog).read(Array(text.utf8), file: "f.json").routes.map(\.name)
    }
    #expect(try ConfigurationReader(catalog: catalog).builtIn().routes.map(\.name) == ["release", "try"])
    #expect(try routes(#""testpypi": {}"#) == ["try"])
    #expect(try routes(#""testpypi": {}, "pypi": {}, "try": {"type": "pypi"}"#) == ["release"])
    #expect(
      ToolCatalog(plugins: catalog, sandbox: .builtIn).usualTargetsText
        == "; without a file these are testpypi, pypi, crates-io and the route release and the route try")
  }

  @Test("the help says what the runners of the catalog have")
  func writesTheHelp() throws {
    func summary(_ option: String, _ runner: Runner?) throws -> String {
      let catalog = ToolCatalog(plugins: try Self.catalog(runner), sandbox: .builtIn)
      return try #require(MintCommand.spec(for: catalog).options.first { $0.name == option }).summary
    }
    let usual = "; the default is github in GitHub Actions, "
    #expect(try summary("--format", nil) == "token, json, env or github\(usual)none in other CI, else token")
    var own = Self.runner(hides: true, hasOutputs: true)
    #expect(
      try summary("--format", own)
        == "token, json, env, github or own\(usual)own in Own CI, none in other CI, else token")
    #expect(try summary("--summary", own).hasPrefix("in GitHub Actions, "))
    own.summary = "OWN_SUMMARY"
    #expect(try summary("--summary", own).hasPrefix("in GitHub Actions and Own CI, "))
  }
}

private struct NoProvider: IdentityProvider {
  var name: String { "own" }
  var clue: Clue { Clue("OWN_CI", strength: .job) }
  func detect(in environment: Environment) async throws(BrokerError) -> Detection { .absent("it is a test") }
}
