import BrokerCore
import Synchronization

/// GitHub's endpoint and GitLab's variables.
final class Issuer: Sendable {
  /// A token that was issued, and whose key signed it.
  struct Issued: Sendable {
    let provider: SandboxProvider
    let identifier: String?
  }

  private let configuration: SandboxConfiguration
  private let issued = Mutex<[String: Issued]>([:])
  private let count = Mutex(0)
  let requestToken = Base64URL.encode(SandboxToken.randomBytes(48))
  let path = "/61//idtoken/\(SandboxToken.identifier())/\(SandboxToken.identifier())"

  init(_ configuration: SandboxConfiguration) {
    self.configuration = configuration
  }

  /// A new identity token.
  func issue(_ provider: SandboxProvider, audience: String, claims: [SandboxClaim] = []) -> String {
    let identifier = SandboxToken.identifier()
    let job = JobClaims(provider: provider, overrides: configuration.claims + claims)
    let lifetime = provider == .github ? 300 : configuration.identityTokenLifetime
    let payload = job.payload(
      audience: audience, identifier: identifier, now: configuration.now(), lifetime: lifetime)
    let token = SandboxToken.make(payload)
    let claimed: String? = if case .string(let text)? = payload.first(where: { $0.0 == "jti" })?.1 { text } else { nil }
    issued.withLock { $0[token] = Issued(provider: provider, identifier: claimed) }
    return token
  }

  /// What is known of a token; nil if it was not issued here.
  func find(_ token: String) -> Issued? { issued.withLock { $0[token] } }

  /// GitHub's endpoint (actions/toolkit, packages/core/src/oidc-utils.ts).
  func respond(_ request: ServerRequest, audience override: String?) -> ServerResponse {
    guard request.path == path else { return .json(404, .object([("message", "Not found")])) }
    guard request.method == "GET" else { return .json(405, .object([("message", "Method not allowed")])) }
    let bearer = request.field("authorization")?.split(separator: " ")
    guard bearer?.count == 2, bearer?[0].lowercased() == "bearer", bearer?[1] == requestToken[...] else {
      return .json(401, .object([("message", "Unauthorized")]))
    }
    let audience = override ?? request.queryItem("audience") ?? "https://github.com/octo-org"
    let token = issue(.github, audience: audience)
    let number = count.withLock { count in
      count += 1
      return count
    }
    return .json(200, .object([("count", .integer(Int64(number))), ("value", .string(token))]))
  }
}
