import BrokerConformance
import BrokerCore
import BrokerSandbox
import CratesIORegistry
import CratesIOSandbox
import GitHubSandbox
import GitLabSandbox
import Testing

struct CratesIOTests {
  @Test("crates.io does what every registry has to do, on both sides", arguments: [SandboxProvider.github, .gitlab])
  func conforms(_ provider: SandboxProvider) async throws {
    try await RegistryConformance(
      .cratesIO, audience: "crates.io",
      endpoints: .init(
        audience: { _ in false }, audienceAnswer: .json("{}"),
        exchangeAnswer: .json(#"{"token":"sample-credential-0123456789"}"#),
        revocationAnswer: HTTPResponse(status: 204)
      ) { text in .json(#"{"errors":[{"detail":\#(JSONText.quoted(text))}]}"#, status: 400) },
      playedBy: .cratesIO, withTokensOf: provider
    ).run()
  }
}
