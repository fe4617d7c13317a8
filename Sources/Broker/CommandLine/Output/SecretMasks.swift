import BrokerCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Masks the secrets of a run in the log, each at the moment it is received.
struct SecretMasks: Sendable {
  let console: Console

  func apply(_ event: EngineEvent) {
    guard console.isGitHubActions else { return }
    switch event {
    case .identityTokenReceived(_, let token, _): console.mask(token.secret)
    case .credentialReceived(let credential):
      console.mask(credential.secret)
      let basic = "\(credential.username):\(credential.secret.reveal())"
      console.mask(Secret(Data(basic.utf8).base64EncodedString()))
    default: break
    }
  }
}
