import BrokerConformance
import BrokerCore
import TestPyPIRegistry
import Testing
import WarehouseRegistry

struct TestPyPITests {
  @Test func conforms() async throws {
    try await RegistryConformance(
      TestPyPI.self, audience: "testpypi",
      endpoints: .init(
        audience: { $0.url.path == "/_/oidc/audience" }, audienceAnswer: .json(#"{"audience":"testpypi"}"#),
        exchangeAnswer: .json(#"{"success":true,"token":"sample-credential-0123456789","expires":4000000000}"#)
      ) { text in
        .json(
          #"{"message":"Token request failed","errors":[{"code":"invalid-token","description":\#(JSONText.quoted(text))}]}"#,
          status: 422)
      }
    ).run()
  }

  @Test func isWhatItIs() throws {
    let configuration = try TestPyPI.Configuration(from: .empty(path: ["registries", "testpypi"]))
    #expect(configuration.uploadURL.description == "https://test.pypi.org/legacy/")
    #expect(configuration.audience == "testpypi")
    #expect(TestPyPI.type == "testpypi")
  }
}
