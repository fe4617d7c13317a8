/// Logs that are explained: as they are, and behind a refusal that is known, with claims.
enum ExplainTarget {
  private struct NoAnswer: HTTPTransport {
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      throw HTTPFailure(.refused, arrival: .nothingSent)
    }
  }

  nonisolated(unsafe) private static let configuration = try? ConfigurationReader(
    catalog: (try? PluginCatalog.builtIn()) ?? PluginCatalog()
  ).builtIn()

  private static let services = PluginServices(
    transport: NoAnswer(),
    time: TimeSource(now: { UnixTime(1_795_000_000) }, elapsed: { .zero }, sleep: { _ in }, random: { 0 }))

  static func run(_ bytes: [UInt8]) {
    explain(bytes)
    for start in [
      "`invalid-publisher`: ", "invalid-publisher repository: a/b repository_owner: ", "invalid-payload issuer '",
      "invalid-publisher project_path=a/b namespace_path=", "invalid-publisher: Check failed for required claim '",
      "job_workflow_ref claim does not match, expecting one of ['", "iss: https://x invalid-publisher repository=a/b ",
    ] {
      explain(Array(start.utf8) + bytes)
    }
  }

  private static func explain(_ bytes: [UInt8]) {
    guard let configuration else { fatalError("there is no built-in configuration") }
    let reading = LogReading(bytes)
    require(
      !reading.text.contains("\n") && reading.claims.allSatisfy { $0.claims.object.members.count <= 256 }, "reading")
    for project in [nil, String(decoding: bytes.prefix(64), as: UTF8.self)] {
      let explanation = LogExplanation(
        reading, providers: configuration.providers.map { $0.make(services) },
        targets: configuration.registries.map { registry in
          var target = registry.target(services)
          target.project = project
          return target
        })
      requirePlain(explanation.title)
      for cause in explanation.causes { check(cause, reading) }
    }
  }

  private static func check(_ cause: Cause, _ reading: LogReading) {
    for text in [cause.code, cause.summary, cause.snippet?.place ?? ""] + cause.fixes + (cause.snippet?.lines ?? []) {
      requirePlain(text)
    }
    for field in cause.fields {
      for text in [field.label, field.value ?? "", field.expected ?? ""] { requirePlain(text) }
    }
    guard let address = cause.address else { return }
    requirePlain(address)
    require(
      ["https://pypi.org/manage/", "https://test.pypi.org/manage/"].contains { address.text.hasPrefix($0) },
      address.text)
    // A form that is filled in means the hosted service.
    let issuer = reading.claims.lazy.compactMap { $0.claims["iss"] }.first
    let isHosted = issuer == "https://token.actions.githubusercontent.com" || issuer == "https://gitlab.com"
    require(issuer == nil || isHosted || !address.contains("?provider="), "\(issuer ?? ""): \(address)")
  }
}
