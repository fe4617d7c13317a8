public import BrokerCore
import Synchronization

/// A CI system of one's own, whose jobs have one identity token in a variable.
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

  var capabilities: ProviderCapabilities {
    ProviderCapabilities(job: { $0.claims["project"] == nil ? nil : OwnTokenSource.job(from: $0.claims) })
  }

  func detect(in environment: Environment) throws(BrokerError) -> Detection {
    guard environment["OWN_CI"] == "true" else { return .absent("OWN_CI is not \"true\"") }
    return .present(
      evidence: "OWN_CI is \"true\"", source: OwnTokenSource(variable: settings.variable, environment: environment))
  }
}

/// The one token of a job, good for one exchange.
final class OwnTokenSource: IdentityTokenSource {
  private let variable: String
  private let environment: Environment
  private let isUsed = Mutex(false)

  init(variable: String, environment: Environment) {
    self.variable = variable
    self.environment = environment
  }

  var identityVariables: [String] { [variable] }

  func supply(for audience: Audience) -> IdentityTokenSupply {
    .fixed(remaining: isUsed.withLock { $0 } || environment.nonEmpty(variable) == nil ? 0 : 1)
  }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let wasUsed = isUsed.withLock { isUsed in
      defer { isUsed = true }
      return isUsed
    }
    guard !wasUsed else { throw missing("was used already") }
    return try token()
  }

  func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken] {
    guard !isUsed.withLock({ $0 }) else { throw missing("was used already") }
    return [try token()]
  }

  func job(from claims: Claims) -> JobIdentity { Self.job(from: claims) }

  static func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: .ownCI)
    job.issuer = claims["iss"]
    job.repository = claims["project"]
    job.ref = claims["ref"]
    job.fields[.project] = job.repository
    return job
  }

  private func token() throws(BrokerError) -> IdentityToken {
    guard let text = environment.nonEmpty(variable) else { throw missing("is not set") }
    return try IdentityToken(Secret(text), from: "The variable \(Neutralized(variable))")
  }

  private func missing(_ reason: Message) -> BrokerError {
    BrokerError(
      .identityTokenMissing, "\(Neutralized(variable)) \(reason).",
      remedy: "Ask for an identity token in the job, one for each mint.")
  }
}

extension IssuerFamily {
  /// Our own CI.
  static let ownCI = IssuerFamily("OwnCI")
}

extension ProviderType {
  /// Our own CI.
  public static let ownCI = ProviderType(
    PluginType(
      "own-ci", summary: "our own CI: reads OWN_CI_TOKEN", keys: OwnCI.Settings.keys, decode: OwnCI.Settings.init,
      make: { name, settings, _ in OwnCI(name: name, settings: settings) }),
    jobs: JobKind(.ownCI, fields: [.project], events: ["push", "nightly"], workflowFile: ".own-ci"), runner: .ownCI,
    adoption: .ownCI)
}

extension Runner {
  /// What runs the jobs of our own CI: a line that begins with `@own` is a command to it.
  static let ownCI = {
    var runner = Runner("Our own CI", variable: "OWN_CI", value: "true")
    runner.marks = [LogMark("@own", .lineStart)]
    runner.hide = { Secret("@own hide \(encoded($0.reveal()))") }
    runner.annotate = { "@own say \(encoded("\($0.title): \($0.message)"))" }
    runner.outputs = StepOutputs("own", variable: "OWN_CI_OUTPUTS") { outputs in
      Secret(outputs.map { "\($0.name)=\(encoded($0.value.reveal()))\n" }.joined())
    }
    runner.summary = "OWN_CI_SUMMARY"
    runner.checkout = "OWN_CI_CHECKOUT"
    return runner
  }()

  /// A text in one line: the percent sign and the line ends are percent-encoded.
  private static func encoded(_ text: String) -> String {
    // By scalars: a carriage return and a line feed are one character.
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: String(scalar)
      }
    }.joined()
  }
}
