import BrokerCore

/// A CI system of one's own that puts the identity token into a variable.
struct OwnCI: IdentityProvider {
  /// `variable` names the variable.
  struct Settings: PluginSettings {
    static let keys = [ConfigurationKey("variable", summary: "the variable that holds the identity token")]

    let variable: String

    init(from object: ConfigurationObject) throws(BrokerError) {
      variable = try object.string("variable") ?? "OWN_CI_TOKEN"
    }

    var values: [SettingValue] { [SettingValue("variable", variable)] }
  }

  let name: String
  let settings: Settings

  var clue: Clue { Clue("OWN_CI=true", strength: .job) }

  func detect(in environment: Environment) throws(BrokerError) -> Detection {
    guard environment["OWN_CI"] == "true" else { return .absent("OWN_CI is not \"true\"") }
    guard let text = environment.nonEmpty(settings.variable) else {
      throw BrokerError(
        .identityTokenMissing, "\(settings.variable) is not set.", remedy: "Ask for an identity token in the job.")
    }
    return .present(
      evidence: "OWN_CI is \"true\"", source: OwnTokenSource(text: Secret(text), identityVariables: [settings.variable])
    )
  }
}

extension ProviderType {
  static let ownCI = ProviderType(
    PluginType(
      "own-ci", summary: "our own CI: reads OWN_CI_TOKEN", keys: OwnCI.Settings.keys, decode: OwnCI.Settings.init,
      make: { name, settings, _ in OwnCI(name: name, settings: settings) }),
    jobs: JobKind(IssuerFamily("OwnCI")))
}

/// The one token of the job.
struct OwnTokenSource: IdentityTokenSource {
  let text: Secret
  let identityVariables: [String]

  func supply(for audience: Audience) -> IdentityTokenSupply { .fixed(remaining: 0) }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    try IdentityToken(text, from: "The variable of our own CI")
  }

  func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: IssuerFamily("OwnCI"))
    job.repository = claims["project"]
    return job
  }
}
