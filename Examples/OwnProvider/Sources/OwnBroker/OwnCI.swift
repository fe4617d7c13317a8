import BrokerCore

/// A CI system of one's own that puts the identity token into a variable.
struct OwnCI: IdentityProvider {
  /// `variable` names the variable.
  struct Configuration: PluginConfiguration {
    static let keys = [ConfigurationKey("variable", summary: "the variable that holds the identity token")]

    let variable: String

    init(from object: ConfigurationObject) throws(BrokerError) {
      variable = try object.string("variable") ?? "OWN_CI_TOKEN"
    }

    var effectiveValues: [(key: String, value: String)] { [("variable", variable)] }
  }

  static let type = "own-ci"
  static let summary = "our own CI: reads OWN_CI_TOKEN"

  let name: String
  private let variable: String

  init(name: String, configuration: Configuration, services: PluginServices) {
    self.name = name
    variable = configuration.variable
  }

  var clue: ProviderClue { ProviderClue("OWN_CI=true", strength: .job) }

  func detect(in environment: Environment) throws(BrokerError) -> Detection {
    guard environment["OWN_CI"] == "true" else { return .absent("OWN_CI is not \"true\"") }
    guard let text = environment.nonEmpty(variable) else {
      throw BrokerError(
        .identityTokenMissing, "\(variable) is not set.", remedy: "Ask for an identity token in the job.")
    }
    return .present(
      evidence: "OWN_CI is \"true\"", source: OwnTokenSource(text: Secret(text), identityVariables: [variable]))
  }
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
