import BrokerConformance
import BrokerCore
import PyPIRegistry
import Testing
import WarehouseRegistry

struct PyPITests {
  @Test func conforms() async throws {
    try await RegistryConformance(
      PyPI.self, audience: "pypi",
      endpoints: .init(
        audience: { $0.url.path == "/_/oidc/audience" }, audienceAnswer: .json(#"{"audience":"pypi"}"#),
        exchangeAnswer: .json(#"{"success":true,"token":"sample-credential-0123456789","expires":4000000000}"#)
      ) { text in
        .json(
          #"{"message":"Token request failed","errors":[{"code":"invalid-token","description":\#(JSONText.quoted(text))}]}"#,
          status: 422)
      }
    ).run()
  }

  @Test func isWhatItIs() throws {
    let configuration = try PyPI.Configuration(from: .empty(path: ["registries", "pypi"]))
    #expect(configuration.uploadURL.description == "https://upload.pypi.org/legacy/")
    #expect(configuration.audience == "pypi")
    #expect(PyPI.type == "pypi")
  }
}
