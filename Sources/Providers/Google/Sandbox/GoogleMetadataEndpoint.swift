import BrokerCore
import BrokerSandbox

/// The metadata server, and IAM's way to act for another service account, with an access token of its own.
struct GoogleMetadataEndpoint: SandboxEndpoint {
  private let accessToken = "ya29.c.\(Base64URL.encode(SandboxToken.randomBytes(96)))"

  private static let root = "/computeMetadata/v1/instance/service-accounts/default/"
  private static let accounts = "/v1/projects/-/serviceAccounts/"

  func variables(of job: SandboxJob) -> [String: String] {
    ["BUILDER_OUTPUT": "/builder/outputs", "GCE_METADATA_HOST": job.endpoint.authority.description]
  }

  func respond(to request: ServerRequest, of job: SandboxJob, audience override: String?) -> ServerResponse {
    if request.path.hasPrefix(Self.accounts) { return impersonated(request, job, override) }
    guard request.path == "/" || request.path.hasPrefix("/computeMetadata/") else { return .text(404, "Not found\n") }
    return metadata(request, job, override)
  }

  /// The metadata server says in each of its answers that it is Google's.
  func complete(_ response: ServerResponse, to request: ServerRequest) -> ServerResponse {
    guard request.path == "/" || request.path.hasPrefix("/computeMetadata/") else { return response }
    var response = response
    response.fields.append(("Metadata-Flavor", "Google"))
    return response
  }

  /// Without the field in the request, the server answers 403, whatever is asked for.
  private func metadata(_ request: ServerRequest, _ job: SandboxJob, _ override: String?) -> ServerResponse {
    guard request.field("metadata-flavor") == "Google" else {
      return .text(403, "Missing Metadata-Flavor:Google header.\n")
    }
    guard request.method == "GET" else { return .text(405, "Method not allowed\n") }
    switch request.path {
    case "/": return .text(200, "computeMetadata/\n")
    case "\(Self.root)identity":
      guard let audience = override ?? request.queryItem("audience"), !audience.isEmpty else {
        return .text(400, "non-empty audience parameter required\n")
      }
      // The short form names no account.
      let isFull = request.queryItem("format") == "full"
      let left = isFull ? [] : ["email", "email_verified"].map { SandboxClaim($0, nil as String?) }
      return .text(200, job.identityToken(for: audience, claims: left))
    case "\(Self.root)token":
      return .json(
        200,
        .object([("access_token", .string(accessToken)), ("expires_in", 3599), ("token_type", "Bearer")]))
    default: return .text(404, "Not found\n")
    }
  }

  private func impersonated(_ request: ServerRequest, _ job: SandboxJob, _ override: String?) -> ServerResponse {
    let name = request.path.dropFirst(Self.accounts.count)
    let ending = ":generateIdToken"
    guard request.method == "POST", name.hasSuffix(ending) else { return error(404, "NOT_FOUND", "Not found") }
    guard request.field("authorization") == "Bearer \(accessToken)" else {
      return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
    }
    guard let body = (try? JSONReader().read(request.body))?.object, let audience = body["audience"]?.string else {
      return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
    }
    let address = String(name.dropLast(ending.count))
    // The machine's account may act for those of its own project.
    guard address.split(separator: "@").last == job.claim("email")?.split(separator: "@").last else {
      return error(
        403, "PERMISSION_DENIED",
        "Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist).",
        reason: "IAM_PERMISSION_DENIED")
    }
    let hasAddress = if case .boolean(true)? = body["includeEmail"]?.value { true } else { false }
    let isOwn = address == job.claim("email")
    var claims = isOwn ? [] : [SandboxClaim("sub", Self.identifier), SandboxClaim("azp", Self.identifier)]
    claims.append(SandboxClaim("email", hasAddress ? address : nil))
    if !hasAddress { claims.append(SandboxClaim("email_verified", nil as String?)) }
    return .json(
      200, .object([("token", .string(job.identityToken(for: override ?? audience, claims: claims)))]))
  }

  /// The id of an account that the played job acts for.
  private static let identifier = "104000000000000000002"

  private func error(_ code: Int, _ status: String, _ message: String, reason: String? = nil) -> ServerResponse {
    let details = reason.map { JSONText.Value.object([("reason", .string($0)), ("domain", "iam.googleapis.com")]) }
    let error = JSONText.Value.object([
      ("code", .integer(Int64(code))), ("message", .string(message)), ("status", .string(status)),
      ("details", .array(details.map { [$0] } ?? [])),
    ])
    return .json(code, .object([("error", error)]))
  }
}
