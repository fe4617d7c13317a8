import BrokerCore
import BrokerSandbox

/// The sandbox's side of plug-ins, asked without connections.
struct PlayedSide {
  let sandbox: Sandbox
  let transport: ScriptedTransport

  /// What plays the providers and the registries; with the usual publishers, unless there are to be none.
  init(_ providers: [SandboxProvider], _ registries: [SandboxRegistry], hasPublishers: Bool = true) throws(BrokerError)
  {
    var configuration = SandboxConfiguration(
      SandboxCatalog(providers: providers, registries: registries), now: FakeTime().source().now)
    if !hasPublishers { configuration.publishers = [] }
    let sandbox = try Sandbox(configuration)
    self.sandbox = sandbox
    transport = ScriptedTransport { request in
      let target = request.url.path + (request.url.query.map { "?\($0)" } ?? "")
      let asked = ServerRequest(
        method: request.method.name, target: target,
        fields: [("Host", request.url.origin.authority.description), ("User-Agent", "token-broker")]
          + request.fields.map { ($0.name, $0.value.reveal()) },
        body: Array((request.body?.reveal() ?? "").utf8))
      guard let answer = sandbox.answer(to: asked, at: request.url.origin) else {
        return .failure(HTTPFailure(.refused, detail: "nothing listens there", arrival: .nothingSent))
      }
      return .success(HTTPResponse(status: answer.status, fields: answer.fields, body: answer.body))
    }
  }
}

extension SandboxRegistry {
  /// A registry that nobody asks anything, for the audience that a job has tokens for.
  static func silent(_ audience: Audience) -> SandboxRegistry {
    SandboxRegistry(
      name: "sample", audience: audience.value,
      kind: SandboxRegistryKind(
        rehearsal: SandboxRehearsal(
          isAskedForAudience: false, lifetime: 1...1, noPublisher: "", reusedToken: "")
      ) { _, _, _ in SilentService() })
  }
}

private struct SilentService: SandboxService {
  var uploads: [SandboxUpload] { [] }
  func step(of request: ServerRequest) -> SandboxFault.Step? { nil }
  func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
    .text(404, "There is nothing here.\n")
  }
  func refusal(_ code: String, _ text: String) -> ServerResponse { .text(403, text) }
  func identityToken(in request: ServerRequest) -> String? { nil }
  func set(_ switches: Set<SandboxSwitch>) {}
}
