public import BrokerCore

/// A CI system that is described by its entry in the configuration.
public struct DeclaredProvider: IdentityProvider {
  /// The entry's name.
  public let name: String
  private let settings: TokenSettings
  private let services: PluginServices

  /// Makes the provider.
  public init(name: String, settings: TokenSettings, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.services = services
  }

  /// The variables of `detect`, or those that an identity token is made of.
  public var clue: Clue {
    let conditions =
      settings.detect.map(\.text)
      + (settings.detect.isEmpty ? settings.source.variables.map { "\(Neutralized($0, limit: 64))" } : [])
    return Clue(conditions.joined(separator: " and "), strength: .job)
  }

  /// The variables that identity tokens are made of, where the job is not recognised.
  public var capabilities: ProviderCapabilities {
    let (detect, variables) = (settings.detect, settings.source.variables)
    return ProviderCapabilities(traces: { environment in
      detect.isEmpty ? [] : variables.filter { environment.nonEmpty($0) != nil }
    })
  }

  /// Recognises a job by its variables.
  ///
  /// - Throws: `ErrorCode.identityFork` if the entry says that such a job must not ask, `ErrorCode.identityPermission` if what an
  ///   identity token is made of is missing.
  public func detect(in environment: Environment) throws(BrokerError) -> Detection {
    if let missing = settings.detect.first(where: { !$0.holds(in: environment) }) {
      return .absent(missing.finding(in: environment))
    }
    let needed = settings.source.variables
    let missing = needed.filter { environment.nonEmpty($0) == nil }
    let isMissing = settings.source.needsAll ? !missing.isEmpty : missing.count == needed.count && !needed.isEmpty
    if isMissing, settings.detect.isEmpty { return .absent("\(Neutralized(missing[0], limit: 64)) is not set") }
    if let found = settings.refuse.first(where: { $0.holds(in: environment) }) {
      throw BrokerError(
        .identityFork,
        "\(found.finding(in: environment)): the configuration refuses such a job at \(Neutralized(name)).",
        remedy: "Publish from a run of the repository itself, for example one started by a tag.")
    }
    guard !isMissing else {
      let names = missing.map { Neutralized($0, limit: 64) }.joined(separator: ", ")
      throw BrokerError(
        .identityPermission,
        "The job may not ask for an identity token: \(names) \(missing.count == 1 ? "is" : "are") not set.",
        remedy: settings.hint ?? "Give this step what it asks for an identity token with.")
    }
    let evidence =
      settings.detect.isEmpty
      ? needed.prefix(1).map { "\(Neutralized($0, limit: 64)) is set" }
      : settings.detect.map { $0.finding(in: environment) }
    return .present(
      evidence: evidence.joined(separator: ", "),
      source: DeclaredSource(name: name, settings: settings, environment: environment, services: services))
  }
}

extension TokenSettings.Source {
  /// The variables that identity tokens are, or are made of.
  var variables: [String] {
    switch self {
    case .variables(let names): names
    case .file(let path): path.variables
    case .request(let request): request.variables
    // Its variables may be set or not, and nothing says which of them is the job's identity.
    case .command: []
    }
  }

  /// Whether all of them have to be there; of several that hold tokens, one is enough.
  var needsAll: Bool { if case .variables = self { false } else { true } }
}

extension ProviderType {
  /// A CI system that is described by its entry: an identity token from a variable, a file, a request or a program.
  public static let token = ProviderType(
    PluginType(
      "token", summary: "a CI system described by its entry: a token from a variable, a file, a request or a program",
      keys: TokenSettings.keys, presence: .declared, decode: TokenSettings.init,
      make: { DeclaredProvider(name: $0, settings: $1, services: $2) }), jobs: JobKind(IssuerFamily("declared")))
}
