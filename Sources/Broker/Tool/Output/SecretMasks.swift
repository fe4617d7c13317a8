import BrokerCore

/// Masks the secrets of a run in the log, each at the moment it is received.
struct SecretMasks: Sendable {
  let console: Console

  /// Masks what an event brings.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that cannot be done.
  func apply(_ event: EngineEvent) throws(BrokerError) {
    guard console.runner?.canHide == true else { return }
    switch event {
    case .identityTokenReceived(_, let token, _): try console.mask(token.secret)
    case .credentialReceived(let credential), .credentialNarrowed(let credential, _):
      for form in SecretForms.all(of: credential) { try console.mask(form) }
    default: break
    }
  }
}

/// The forms in which a credential may show up in a log.
enum SecretForms {
  /// The API token, and what HTTP's basic authentication makes of it (RFC 7617).
  static func all(of credential: Credential) -> [Secret] {
    let basic = "\(credential.username):\(credential.secret.reveal())"
    return [credential.secret, Secret(Base64.encode(Array(basic.utf8)))]
  }
}
