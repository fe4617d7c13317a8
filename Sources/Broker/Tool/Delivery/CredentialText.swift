import BrokerCore

/// Credentials written in one of the forms.
enum CredentialText {
  /// The text; what it holds is secret.
  static func text(_ format: DeliveryFormat, _ credentials: [Credential]) -> Secret {
    switch format {
    case .token: Secret(credentials.map { $0.secret.reveal() + "\n" }.joined())
    case .json: json(credentials)
    case .env: Secret(credentials.map(assignments).joined())
    case .outputs(let form, _):
      form.record(credentials.flatMap { outputs($0, isAlone: credentials.count == 1) })
    }
  }

  private static func json(_ credentials: [Credential]) -> Secret {
    let entries = credentials.map { credential in
      JSONText.Value.object([
        ("registry", .string(credential.registry)), ("token", .string(credential.secret.reveal())),
        ("username", .string(credential.username)), ("expires", .integer(credential.expires.seconds)),
        ("upload-url", .string(credential.uploadURL.description)),
      ])
    }
    return Secret(JSONText.pretty(.object([("version", 1), ("credentials", .array(entries))])) + "\n")
  }

  private static func assignments(_ credential: Credential) -> String {
    let values = [
      ("TOKEN", credential.secret.reveal()), ("USERNAME", credential.username),
      ("URL", credential.uploadURL.description), ("EXPIRES", String(credential.expires.seconds)),
    ]
    return values.map { "TOKEN_BROKER_\($0)=\(ShellText.quoted($1))\n" }.joined()
  }

  private static func outputs(_ credential: Credential, isAlone: Bool) -> [StepOutput] {
    let prefix = isAlone ? "" : "\(credential.registry)-"
    return [
      StepOutput("\(prefix)api-token", credential.secret),
      StepOutput("\(prefix)expires", Secret(String(credential.expires.seconds))),
      StepOutput("\(prefix)registry", Secret(credential.registry)),
    ]
  }
}
