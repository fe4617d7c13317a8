import BrokerCore

/// A registry that never answers.
struct SilentRegistry: Registry {
  let name = "silent"
  let uploadURL = HTTPURL(.https(host: "pypi.example.com"), path: "/")
  var home: Origin { uploadURL.origin }

  var audience: AudienceSource {
    .pinned("pypi.example.com") { () async throws(BrokerError) in
      try? await Task.sleep(for: .seconds(3600))
      throw BrokerError(.interrupted, "cut off")
    }
  }

  func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
    throw BrokerError(.pluginContract, "never asked")
  }
}
