import BrokerCore
import Testing

@testable import TokenBroker

struct LogExplanationTests {
  /// A registry that knows a text of its own.
  private struct TalkingRegistry: Registry {
    let name: String
    let text: String
    var uploadURL: HTTPURL { HTTPURL(home, path: "/") }
    var home: Origin { (try? HTTPURL("https://\(name).example.com/"))?.origin ?? .loopback(port: 1) }
    var audience: AudienceSource { .known("x") }

    var capabilities: RegistryCapabilities {
      RegistryCapabilities(
        refusals: RegistryRefusals(
          explain: { _, input in [Cause("own-cause", .certain, "Said at \(Neutralized(input.registry)).", fixes: [])] },
          recognise: { $0.contains(text) ? Refusal(status: 400, code: "own-code", text: text) : nil },
          publishing: { output, _ in
            output.contains("\(name) is closed")
              ? PublishingFailure(
                Cause("closed", .certain, "Closed at \(Neutralized(name)).", fixes: []), isRefusal: true) : nil
          }))
    }

    func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
      throw BrokerError(.pluginContract, "never asked")
    }
  }

  private static let registries: [any Registry] = [
    TalkingRegistry(name: "one", text: "first words"), TalkingRegistry(name: "two", text: "second words"),
  ]

  /// A log, the title, the causes.
  @Test(
    "a log is explained by the registry that knows its words",
    arguments: [
      ("error: second words", "two refused the exchange: own-code", ["Said at two."]),
      ("second words, first words", "one refused the exchange: own-code", ["Said at one."]),
      ("two is closed", "two refused the upload", ["Closed at two."]),
      ("anything else", "an error of a publishing tool", []),
    ])
  func asksEveryRegistry(_ log: String, _ title: String, _ summaries: [String]) {
    let explanation = LogExplanation(
      LogReading(Array(log.utf8)), providers: [], targets: Self.registries.map { Target($0) })
    #expect(explanation.title.text == title && explanation.causes.map(\.summary.text) == summaries)
  }
}
