import BrokerConformance
import BrokerCore
import BrokerPrograms
import BrokerSystem
import Synchronization
import ProgramProvider
import ProgramRegistry
import TestSupport
import Testing

/// Every request that is written, and every answer of a good program, is what the schemas of schema/ say.
struct TrafficTests {
  private static func schema(_ name: String) throws -> JSONSchema {
    let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try JSONSchema(
      String(
        decoding: SystemFiles().read("\(folder)/schema/plugin-\(name).schema.json", maximumBytes: 1 << 20),
        as: UTF8.self))
  }

  /// Runs programs, and keeps what they read and wrote.
  private final class Recorder: ProgramRunning {
    let calls = Mutex<[(input: [UInt8], output: [UInt8])]>([])

    func run(_ program: Program) async throws(BrokerError) -> ProgramResult {
      let result = try await SystemPrograms().run(program)
      calls.withLock { $0.append((program.input, result.output)) }
      return result
    }
  }

  private func declared(_ mode: String) -> DeclaredProgram {
    DeclaredProgram(
      name: "bad", command: [ConformanceCatalogueTests.program, mode], environment: ["BAD_TOKEN"], limit: .seconds(30))
  }

  private func configuration() throws -> BrokerConfiguration {
    var catalog = PluginCatalog()
    try catalog.add(ProviderType.program)
    try catalog.add(RegistryType.program)
    let text = """
      {"version":1,
       "plugins":{"bad":{"command":["\(ConformanceCatalogueTests.program)","none"],"environment":["BAD_TOKEN"],
                         "sha256":"\(try digest())","timeout":"30s"}},
       "providers":{"bad":{"settings":{"realm":"x","list":[1,2.5,null,true],"url":"https://ci.example::x"}}},
       "registries":{"depot":{"type":"program","plugin":"bad","upload-url":"https://registry.invalid/upload/"}}}
      """
    return try ConfigurationReader(catalog: catalog).read(
      organisation: ConfigurationSource(name: "org.json", bytes: Array(text.utf8), isRepositoryControlled: false),
      repository: nil)
  }

  private func digest() throws -> String {
    try FileDigest(of: ConformanceCatalogueTests.program, code: .fileUnreadable).sha256
  }

  @Test("the traffic of a mint, and of the suite, is what the schemas say")
  func isAsTheSchemasSay() async throws {
    let recorder = Recorder()
    let environment = Environment(["BAD_TOKEN": "value-of-a-variable", "OTHER": "x"])
    let services = PluginServices(
      transport: ScriptedTransport { _ in .failure(HTTPFailure(.refused, arrival: .nothingSent)) },
      time: SystemTime.source, programs: recorder, environment: environment)
    let configuration = try configuration()
    let provider = configuration.providers[0].make(services)
    let registry = configuration.registries[0].plugin.make(services)
    guard case .present(let evidence, let source) = try await provider.detect(in: environment) else {
      Issue.record("the job is not recognised")
      return
    }
    #expect(evidence.text == "BAD_TOKEN is set, says the plug-in bad")
    let answer = try await registry.audience.question?()
    #expect(answer?.audience == "registry.invalid")
    var tokens: [IdentityToken] = []
    for _ in 0..<2 { tokens.append(try await source.identityToken(for: "registry.invalid")) }
    #expect(tokens[0].secret != tokens[1].secret && source.supply(for: "registry.invalid") == .renewable)
    let token = tokens[0].bound(to: registry.home, in: services.bindings)
    for scope in [Scope.everything, .package("sample")] {
      let credential = try await registry.exchange(token, for: scope)
      #expect(credential.secret.reveal() == "own-0123456789abcdef" && credential.username == "u")
      #expect((890...900).contains(credential.secondsLeft(by: SystemTime.source)))
    }
    // What is burned is not known to this program.
    let bound = services.bindings.bind(Secret("own-0123456789abcdef"), to: registry.home)
    let error = await #expect(throws: BrokerError.self) { try await registry.capabilities.revoke?(bound) }
    #expect(error?.code == .revokeUnsupported)

    let mint = recorder.calls.withLock { $0 }
    #expect(mint.count == 7)
    for (input, output) in mint {
      try expect(input, Self.schema("request"))
      try expect(output, Self.schema("answer"))
      let name = try #require(operation(of: input))
      guard let result = try JSONReader().read(output).object?["result"] else { continue }
      #expect(try Self.schema("answer").faults(in: result, by: name).isEmpty, "\(name)")
      // For programs that have no JSON reader.
      #expect(String(decoding: input, as: UTF8.self).wholeMatch(of: Self.form) != nil)
    }
    let suite = ProgramConformance(
      declared("none"), programs: recorder, arguments: nil, environment: environment, time: SystemTime.source)
    #expect(await suite.run().isPassed)
    for (input, output) in recorder.calls.withLock({ $0 }).dropFirst(mint.count)
    where operation(of: input).map({ name in PluginOperation.allCases.contains { $0.rawValue == name } }) == true
      && input.count < 4096 && !String(decoding: input, as: UTF8.self).contains("\"unknown\":")
      && !String(decoding: input, as: UTF8.self).contains("plugin/999")
    {
      try expect(input, Self.schema("request"))
      try expect(output, Self.schema("answer"))
    }
  }

  private static var form: Regex<Substring> {
    /\{"protocol":"token-broker\.plugin\/1","id":"[a-z0-9-]+","operation":"[a-z-]+","deadline-ms":[0-9]+,"settings":\{.*\}\n/
  }

  private func operation(of input: [UInt8]) -> String? { (try? JSONReader().read(input))?.object?["operation"]?.string }

  private func expect(_ bytes: [UInt8], _ schema: JSONSchema) throws {
    let faults = schema.faults(in: try JSONReader().read(bytes))
    #expect(faults.isEmpty, "\(faults)\n\(String(decoding: bytes, as: UTF8.self))")
  }

  @Test("what the suite refuses, the schemas refuse, where a schema can say it")
  func schemasRefuse() throws {
    let answer = try Self.schema("answer")
    for text in [
      #"{"id":"x","result":{}}"#, #"{"protocol":"token-broker.plugin/2","id":"x","result":{}}"#,
      #"{"protocol":"token-broker.plugin/1","id":"x"}"#, #"{"protocol":"token-broker.plugin/1","id":"x","result":[]}"#,
      #"{"protocol":"token-broker.plugin/1","id":"x","result":{},"error":{"code":"internal","message":"x"}}"#,
      #"{"protocol":"token-broker.plugin/1","id":"x","error":{"code":"denied","message":"x"}}"#,
      #"{"protocol":"token-broker.plugin/1","id":"x","error":{"code":"internal"}}"#,
      #"{"protocol":"token-broker.plugin/1","id":"x","error":{"code":"internal","message":"x","causes":[{}]}}"#,
    ] { #expect(!answer.faults(in: try JSONReader().read(Array(text.utf8))).isEmpty, "\(text)") }
    for (name, text) in [
      ("exchange", #"{"token":"short","username":"u","expires-at":1900000000}"#),
      ("exchange", #"{"token":"own-0123456789abcdef","username":"a:b","expires-at":1900000000}"#),
      ("detect", #"{"present":true,"rank":"cloud"}"#), ("detect", "{}"), ("audience", #"{"audience":""}"#),
      ("describe", #"{"name":"x","version":"1"}"#), ("identity-token", #"{"supply":"fixed"}"#),
    ] { #expect(!answer.faults(in: try JSONReader().read(Array(text.utf8)), by: name).isEmpty, "\(text)") }
  }
}
