import BrokerCore

/// The forms in which a credential may show up in a log.
enum SecretForms {
  /// The API token, and what HTTP's basic authentication makes of it (RFC 7617).
  static func all(of credential: Credential) -> [Secret] {
    let basic = "\(credential.username):\(credential.secret.reveal())"
    return [credential.secret, Secret(Base64.encode(Array(basic.utf8)))]
  }
}
