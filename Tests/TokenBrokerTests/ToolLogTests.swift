import BrokerCore
import BuiltInPlugins
import Testing

@testable import TokenBroker

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What real publishing tools print when a release fails, as `Scripts/collect-logs` made them print it, and what that means.
struct ToolLogTests {
  private struct NoAnswer: HTTPTransport {
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      throw HTTPFailure(.refused, arrival: .nothingSent)
    }
  }

  private static let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Logs"

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name).log")))
  }

  private static func explain(_ bytes: [UInt8]) throws -> LogExplanation {
    let configuration = try ConfigurationReader(catalog: try PluginCatalog.builtIn()).builtIn()
    let services = PluginServices(
      transport: NoAnswer(),
      time: TimeSource(now: { UnixTime(1_795_000_000) }, elapsed: { .zero }, sleep: { _ in }, random: { 0 }))
    return LogExplanation(
      LogReading(bytes), providers: configuration.providers.map { $0.make(services) },
      // The registry that tools mean if they name none comes first.
      targets: configuration.registries.map { $0.target(services) }.sorted {
        $0.registry.capabilities.refusals?.isUsual == true && $1.registry.capabilities.refusals?.isUsual != true
      })
  }

  @Test("the log of a real tool has the cause that its row names", arguments: table)
  func isExplained(_ row: (name: String, cause: String, certainty: Cause.Certainty)) throws {
    let explanation = try Self.explain(try Self.bytes(row.name))
    let first = try #require(explanation.causes.first, "\(row.name)")
    #expect(first.code.text == row.cause && first.certainty == row.certainty, "\(row.name): \(explanation.causes)")
    // What is said to be below is below.
    for cause in explanation.causes
    where cause.summary.contains("these fields") || cause.fixes.contains(where: { $0.contains("below") }) {
      #expect(!cause.fields.isEmpty, "\(row.name): \(cause)")
    }
  }

  @Test func everyLogHasARow() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".log") }
    #expect(files.map { String($0.dropLast(4)) }.sorted() == Self.table.map(\.name).sorted())
  }

  /// The logs say nothing of the machine that made them, and hold no token.
  @Test(arguments: table.map(\.name)) func showsNoMachine(_ name: String) throws {
    let log = LogReading(try Self.bytes(name))
    for word in ["/tmp", "/root", " /home/", "eyJ", "pypi-A"] { #expect(!log.text.contains(word), "\(name): \(word)") }
    #expect(!log.hasIdentityToken)
  }

  /// Every field that a tool prints is read.
  @Test(
    arguments: [
      ("uv-no-publisher-environment", ["octo-org", "sample", "release.yml", "staging"]),
      ("uv-no-publisher", ["octo-org", "sample", "release.yml", nil]),
      ("uv-no-publisher-gitlab-environment", ["octo-group/sub", "sample", ".gitlab-ci.yml", "production"]),
      ("uv-no-publisher-gitlab", ["octo-group/sub", "sample", ".gitlab-ci.yml", nil]),
      ("action-no-publisher-environment", ["octo-org", "sample", "release.yml", "staging"]),
      ("action-no-publisher", ["octo-org", "sample", "release.yml", nil]),
    ] as [(String, [String?])])
  func readsTheFields(_ name: String, _ values: [String?]) throws {
    let causes = try Self.explain(try Self.bytes(name)).causes
    let cause = try #require(causes.first { $0.code == "publisher-differs" })
    #expect(cause.fields.prefix(4).map(\.value?.text) == values, "\(cause.fields)")
  }
}
