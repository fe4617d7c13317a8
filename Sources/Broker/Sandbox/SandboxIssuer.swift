import BrokerCore
import Synchronization

/// Makes the identity tokens of one sandbox, and remembers them.
public final class SandboxIssuer: Sendable {
  /// A token that was issued, and who issued it.
  public struct Issued: Sendable {
    /// The CI system.
    public let provider: SandboxProvider
    /// The claim `jti`; nil if it was left out.
    public let identifier: String?
  }

  private let configuration: SandboxConfiguration
  private let issued = Mutex<[String: Issued]>([:])

  init(_ configuration: SandboxConfiguration) {
    self.configuration = configuration
  }

  /// A new identity token.
  func issue(_ provider: SandboxProvider, audience: String, claims: [SandboxClaim] = []) -> String {
    let identifier = SandboxToken.identifier()
    let job = JobClaims(provider: provider, overrides: configuration.claims + claims)
    let payload = job.payload(audience: audience, identifier: identifier, now: configuration.now())
    let token = SandboxToken.make(payload)
    let claimed: String? = if case .string(let text)? = payload.first(where: { $0.0 == "jti" })?.1 { text } else { nil }
    issued.withLock { $0[token] = Issued(provider: provider, identifier: claimed) }
    return token
  }

  /// What is known of a token; nil if it was not issued here.
  public func find(_ token: String) -> Issued? { issued.withLock { $0[token] } }
}
