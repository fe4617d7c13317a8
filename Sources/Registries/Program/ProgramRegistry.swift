public import BrokerCore
import BrokerPrograms

/// A package registry that a program knows (docs/plugin-protocol.md).
public struct ProgramRegistry: Registry {
  /// The entry's name.
  public let name: String
  /// Where publishing tools upload to; in a rehearsal, in the sandbox.
  public let uploadURL: HTTPURL
  /// The registry's own origin, by its upload address.
  public let home: Origin
  private let settings: ProgramRegistrySettings
  private let program: PluginProgram
  private let services: PluginServices

  /// The longest life of an API token that is believed, in seconds: a day.
  private static let longestLifetime: Int64 = 24 * 3600
  /// How long an exchange that was begun may run on after a signal, so that what comes of it can be burned.
  private static let grace: Duration = .seconds(2)

  /// Makes the registry.
  public init(name: String, settings: ProgramRegistrySettings, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.services = services
    home = settings.uploadURL.origin
    uploadURL = services.rehearsalOrigin.map(settings.uploadURL.moved) ?? settings.uploadURL
    program = PluginProgram(
      settings.program, as: .registry, settings: settings.told, environment: services.environment,
      programs: services.programs)
  }

  /// The audience that is configured, which the program has to confirm; else what the program answers, by the rules for
  /// what a registry answers.
  public var audience: AudienceSource {
    settings.audience.map { .pinned($0, askForAudience) } ?? .asked(askForAudience)
  }

  /// It burns API tokens, if the program can, and says which variables a command gets; whatever else there may be is not known.
  public var capabilities: RegistryCapabilities {
    var capabilities = RegistryCapabilities(revoke: revoke)
    capabilities.variables = settings.variables
    return capabilities
  }

  private var target: (String, JSONText.Value) {
    (
      "target",
      .object([
        ("name", .string(name)), ("upload-url", .string(uploadURL.description)),
        ("rehearsal", .boolean(services.rehearsalOrigin != nil)),
      ])
    )
  }

  func askForAudience() async throws(BrokerError) -> AudienceAnswer {
    let audience = try await program.ask(.audience, [target]) { (object) throws(ContractFault) in
      guard let text = object["audience"]?.string, let audience = Audience(text) else {
        throw ContractFault("the result has no \"audience\" of 1 to 255 printable characters")
      }
      return audience
    }
    try refuseWellKnown(audience)
    return AudienceAnswer(audience: audience, serverTime: nil)
  }

  /// One call of the program; what it gives for the token is checked like any registry's answer.
  public func exchange(_ token: IdentityToken, for scope: Scope) async throws(BrokerError) -> Credential {
    guard case .single(let text) = token.claims.audience, let audience = Audience(text),
      token.origin == secretOrigin(isRehearsal: services.rehearsalOrigin != nil)
    else {
      throw BrokerError(
        .identityTokenAudience, "The identity token is not one for \(Neutralized(name)); its program was not given it.")
    }
    try refuseWellKnown(audience)
    var members: [(String, JSONText.Value)] = [
      target, ("audience", .string(audience.value)), ("identity-token", .string(token.secret.reveal())),
    ]
    if case .package(let package) = scope { members.append(("package", .string(package))) }
    let answer = try await program.ask(.exchange, members, given: [token.secret], grace: Self.grace) {
      (object) throws(ContractFault) in
      let credential = try PluginCredential(object)
      // What was sent is no credential, wherever the answer has it.
      guard !credential.token.reveal().contains(token.secret.reveal()),
        !token.secret.reveal().contains(credential.token.reveal())
      else { throw ContractFault("\"token\" is the identity token, not an API token") }
      return credential
    }
    let left = min(answer.secondsLeft ?? answer.expires.seconds(since: services.time.now()), Self.longestLifetime)
    guard left > 0,
      let credential = Credential(
        registry: name, secret: answer.token, username: answer.username, expires: answer.expires,
        end: services.time.elapsed() + .seconds(left), uploadURL: uploadURL)
    else {
      throw BrokerError(
        .registryAnswerInvalid,
        "The plug-in \(Neutralized(settings.program.name)) gave an API token for \(Neutralized(name)) that expired at \(answer.expires).",
        remedy: "Have the program answer \"expires-in\", which does not depend on this machine's clock.")
    }
    return credential
  }

  func revoke(_ credential: BoundSecret) async throws(BrokerError) {
    do throws(BrokerError) {
      try await program.ask(
        .revoke, [target, ("token", .string(credential.reveal()))], given: [credential.text]
      ) { (_) throws(ContractFault) in }
    } catch {
      guard error.code == .operationUnsupported else { throw error }
      throw BrokerError(
        .revokeUnsupported,
        "\(Neutralized(name)) cannot burn credentials: its plug-in \(Neutralized(settings.program.name)) does not.",
        remedy: "Nothing needs to be done: the credential expires by itself.")
    }
  }

  /// A program never has a token that a well-known relying party would take, whatever its address is.
  private func refuseWellKnown(_ audience: Audience) throws(BrokerError) {
    guard services.rehearsalOrigin == nil else { return }
    try ProgramRegistrySettings.refuseWellKnown(audience, name)
  }
}

extension RegistryType {
  /// A package registry that a declared program knows.
  public static let program = RegistryType(
    PluginType(
      "program", summary: "a registry that a program knows, which the organisation's file or --plugin declares",
      keys: ProgramRegistrySettings.keys, presence: .declared, decode: ProgramRegistrySettings.init,
      make: { ProgramRegistry(name: $0, settings: $1, services: $2) }))
}
