public import BrokerCore

/// Google Cloud: Compute Engine, GKE, Cloud Run and Cloud Build, by their metadata server.
///
/// Its identity is a service account's, and every program on the machine can have it.
public struct Google: IdentityProvider {
  /// The entry's name.
  public let name: String
  private let settings: GoogleSettings
  private let services: PluginServices

  /// Makes the provider.
  public init(name: String, settings: GoogleSettings, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.services = services
  }

  /// The variables of Cloud Build and Cloud Run, then the machine: it is looked at where no CI system is recognised, because
  /// runners of others stand on Google's machines as well.
  public var clue: Clue {
    Clue("BUILDER_OUTPUT or a Google machine", strength: .machine)
  }

  /// The claims, and the causes that a log shows.
  public var capabilities: ProviderCapabilities {
    ProviderCapabilities(job: GoogleClaims.job(printed:), recognise: GoogleGuide.causes)
  }

  /// Recognises a job by the variables of Cloud Build and Cloud Run; else a machine whose metadata server answers, which is
  /// asked only where something speaks for it.
  ///
  /// - Throws: If a variable names another metadata server than Google's, or no service account.
  public func detect(in environment: Environment) async throws(BrokerError) -> Detection {
    if environment["NO_GCE_CHECK"]?.lowercased() == "true" { return .absent("NO_GCE_CHECK is \"true\"") }
    let place = GooglePlace(environment, files: services.files)
    guard place.kind != .elsewhere else { return .absent(place.evidence) }
    let server = GoogleMetadataServer(try GoogleMetadataAddress(in: environment), services: services)
    guard !services.isRehearsal || server.origin.isLoopback else {
      return .absent("\(place.evidence), but in a rehearsal Google's own metadata server is not asked")
    }
    var evidence = place.evidence
    if place.kind == .unconfirmed {
      if let silence = await server.silence() { return .absent("\(evidence), but \(silence)") }
      evidence = "\(evidence), and Google's metadata server answered"
    }
    let account = if let own = settings.account { own } else { try GoogleAccount(in: environment) }
    if let account { evidence = "\(evidence); the job acts for \(account.shown)" }
    return .present(
      evidence: evidence, source: GoogleTokenSource(server: server, account: account, place: place, services: services))
  }
}

extension ProviderType {
  /// Google Cloud.
  public static let google = ProviderType(
    PluginType(
      "google",
      summary: "Google Cloud: asks the metadata server for an identity token of the machine's service account",
      keys: GoogleSettings.keys, decode: GoogleSettings.init,
      make: { Google(name: $0, settings: $1, services: $2) }),
    jobs: .google, adoption: .google)
}
