import BrokerConformance
import BrokerCore
import Depot
import OwnCI
import OwnSandbox
import Testing

struct OwnProviderTests {
  @Test("Our CI does what every provider has to do")
  func ownCIConforms() async throws {
    let token = SampleToken.make(audience: "depot.example.com", identifier: "the-token-0123456789")
    try await ProviderConformance(
      .ownCI, environment: ["OWN_CI": "true", "OWN_CI_TOKEN": token], clueVariable: "OWN_CI",
      audience: "depot.example.com", secrets: [token], playedBy: .ownCI
    ).run()
  }

  @Test("Our registry does what every registry has to do")
  func depotConforms() async throws {
    try await RegistryConformance(
      .depot, audience: "depot.example.com",
      endpoints: .init(
        audience: { _ in false }, audienceAnswer: .json("{}"),
        exchangeAnswer: .json(#"{"api_key":"sample-credential-0123456789","ttl":600}"#)
      ) { .json(#"{"error":\#(JSONText.quoted($0))}"#, status: 403) }, playedBy: .depot, withTokensOf: .ownCI
    ).run()
  }
}
