import BrokerCore
import TestSupport

/// A registry that never answers.
struct SilentRegistry: Registry {
  typealias Configuration = FakeRegistry.Configuration

  static let type = "silent"
  static let summary = "never answers"

  let name: String
  let uploadURL: HTTPURL
  var home: Origin { uploadURL.origin }
  let expectedAudience: Audience? = "pypi.example.com"

  init(name: String, configuration: Configuration, services: PluginServices) {
    self.name = name
    uploadURL = HTTPURL(.https(host: "pypi.example.com"), path: "/")
  }

  private init() {
    name = "silent"
    uploadURL = HTTPURL(.https(host: "pypi.example.com"), path: "/")
  }

  static func make() throws(BrokerError) -> SilentRegistry { SilentRegistry() }

  func audience() async throws(BrokerError) -> AudienceAnswer {
    try? await Task.sleep(for: .seconds(3600))
    throw BrokerError(.interrupted, "cut off")
  }

  func exchange(_ token: IdentityToken) async throws(BrokerError) -> Credential {
    throw BrokerError(.pluginContract, "never asked")
  }
}
