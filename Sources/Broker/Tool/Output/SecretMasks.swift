import BrokerCore

/// Masks the secrets of a run in the log, each at the moment it is received.
struct SecretMasks: Sendable {
  let console: Console

  func apply(_ event: EngineEvent) {
    guard console.isGitHubActions else { return }
    switch event {
    case .identityTokenReceived(_, let token, _): console.mask(token.secret)
    case .credentialReceived(let credential):
      for form in SecretForms.all(of: credential) { console.mask(form) }
    default: break
    }
  }
}
