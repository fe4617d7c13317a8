import BrokerConformance
import BrokerCore
import GitHubSandbox
import PyPIRegistry
import Testing
import WarehouseSandbox

struct PyPITests {
  @Test("PyPI does what every registry has to do, on both sides") func conforms() async throws {
    try await RegistryConformance(
      .pypi, audience: "pypi",
      endpoints: .init(
        audience: { $0.url.path == "/_/oidc/audience" }, audienceAnswer: .json(#"{"audience":"pypi"}"#),
        exchangeAnswer: .json(#"{"success":true,"token":"sample-credential-0123456789","expires":4000000000}"#),
        revocationAnswer: HTTPResponse(status: 202)
      ) { text in
        .json(
          #"{"message":"Token request failed","errors":[{"code":"invalid-token","description":\#(JSONText.quoted(text))}]}"#,
          status: 422)
      }, playedBy: .pypi, withTokensOf: .github
    ).run()
  }
}
