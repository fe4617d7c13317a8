import BrokerCore
import BrokerSandbox
import Synchronization

/// The runner's endpoint (actions/toolkit, packages/core/src/oidc-utils.ts), with a request token and a path of its own.
final class GitHubEndpoint: SandboxEndpoint {
  private let requestToken = Base64URL.encode(SandboxToken.randomBytes(48))
  private let path = "/61//idtoken/\(SandboxToken.identifier())/\(SandboxToken.identifier())"
  private let count = Mutex(0)

  func variables(of job: SandboxJob) -> [String: String] {
    let claims = [
      "GITHUB_REPOSITORY": "repository", "GITHUB_REF": "ref", "GITHUB_SHA": "sha",
      "GITHUB_WORKFLOW_REF": "workflow_ref", "GITHUB_EVENT_NAME": "event_name", "GITHUB_RUN_ID": "run_id",
    ]
    return [
      "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
      "ACTIONS_ID_TOKEN_REQUEST_URL": "\(job.endpoint)\(path)?api-version=2.0",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN": requestToken,
    ].merging(claims.compactMapValues(job.claim)) { $1 }
  }

  func respond(to request: ServerRequest, of job: SandboxJob, audience override: String?) -> ServerResponse {
    guard request.path == path else { return .json(404, .object([("message", "Not found")])) }
    guard request.method == "GET" else { return .json(405, .object([("message", "Method not allowed")])) }
    let bearer = request.field("authorization")?.split(separator: " ")
    guard bearer?.count == 2, bearer?[0].lowercased() == "bearer", bearer?[1] == requestToken[...] else {
      return .json(401, .object([("message", "Unauthorized")]))
    }
    let audience = override ?? request.queryItem("audience") ?? "https://github.com/octo-org"
    let token = job.identityToken(for: audience)
    let number = count.withLock { count in
      count += 1
      return count
    }
    return .json(200, .object([("count", .integer(Int64(number))), ("value", .string(token))]))
  }
}
