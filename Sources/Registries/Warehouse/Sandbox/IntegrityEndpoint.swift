import BrokerCore
import BrokerSandbox

/// `/integrity/PROJECT/VERSION/FILE/provenance`: who published a file (PyPI's Integrity API, PEP 740).
///
/// Attestations are passed on as they came; nothing is verified.
struct IntegrityEndpoint {
  let store: IndexStore

  private static let types = ["application/vnd.pypi.integrity.v1+json", "application/json"]

  static func path(of upload: SandboxUpload) -> String {
    "/integrity/\(upload.project)/\(upload.version)/\(upload.filename)/provenance"
  }

  func respond(_ request: ServerRequest) -> ServerResponse {
    guard AcceptField(request.field("accept")).choose(from: Self.types) != nil else {
      return .json(406, .object([("message", "Request not acceptable")]))
    }
    guard !store.isOn(.integrityOff) else {
      return .json(403, .object([("message", "Attestations temporarily disabled")]))
    }
    let provenance = store.access { state in
      state.files.first { Self.path(of: $0.upload) == request.path }?.provenance
    }
    guard let provenance else {
      return .json(404, .object([("message", "No provenance available for this file")]))
    }
    let bundle = JSONText.Value.object([
      ("publisher", Self.publisher(provenance.publisher)), ("attestations", .array(provenance.attestations)),
    ])
    let body = JSONText.Value.object([("version", 1), ("attestation_bundles", .array([bundle]))])
    return ServerResponse(200, type: Self.types[0], Array(JSONText.compact(body).utf8))
  }

  private static func publisher(_ publisher: SandboxPublisher) -> JSONText.Value {
    if let account = publisher.account {
      return .object([("kind", "Google"), ("email", .string(account)), ("claims", .null)])
    }
    let isGitHub = publisher.provider.name == PublisherName.github
    return .object([
      ("kind", .string(isGitHub ? "GitHub" : "GitLab")),
      ("repository", .string("\(publisher.owner)/\(publisher.repository)")),
      (isGitHub ? "workflow" : "workflow_filepath", .string(publisher.workflow)),
      ("environment", .string(publisher.environment ?? "")), ("claims", .null),
    ])
  }
}
