import BrokerCore
import Synchronization

/// Identity tokens as an entry of the configuration says that they come.
final class DeclaredSource: IdentityTokenSource {
  private let name: String
  private let settings: TokenSettings
  private let environment: Environment
  private let services: PluginServices
  private let handedOut = Mutex<Set<Secret>>([])

  init(name: String, settings: TokenSettings, environment: Environment, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.environment = environment
    self.services = services
  }

  /// The variables that hold an identity token, or what one is asked for with.
  var identityVariables: [String] { settings.source.variables }

  func supply(for audience: Audience) -> IdentityTokenSupply {
    switch settings.source {
    case .request, .command: return .renewable
    case .variables, .file:
      let used = handedOut.withLock { $0 }
      return .fixed(remaining: ((try? candidates(for: audience)) ?? []).count { !used.contains($0.secret) })
    }
  }

  func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken] {
    switch settings.source {
    case .request, .command: return []
    case .variables, .file:
      let used = handedOut.withLock { $0 }
      let left = try candidates(for: audience).filter { !used.contains($0.secret) }
      guard !left.isEmpty else { throw missing(audience) }
      return left
    }
  }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    try checkFixed(audience)
    switch settings.source {
    case .variables, .file:
      let tokens = try candidates(for: audience)
      let token = handedOut.withLock { used in tokens.first { used.insert($0.secret).inserted } }
      guard let token else { throw missing(audience) }
      return token
    case .request(let request): return try await ask(request, audience)
    case .command(let command): return try await run(command, audience)
    }
  }

  func job(from claims: Claims) -> JobIdentity { settings.job.job(from: claims) }

  // MARK: Held tokens

  /// The tokens that are there and made out to an audience, used or not.
  private func candidates(for audience: Audience) throws(BrokerError) -> [IdentityToken] {
    try held().filter { Self.isFor(audience, $0) }
  }

  /// Whether a token is made out to an audience, or to a list of it alone: what becomes of such a one is the engine's to judge.
  private static func isFor(_ audience: Audience, _ token: IdentityToken) -> Bool {
    switch token.claims.audience {
    case .single(let name): Audience(name) == audience
    case .list(let names): names.count == 1 && Audience(names[0]) == audience
    case .missing: false
    }
  }

  private func held() throws(BrokerError) -> [IdentityToken] {
    switch settings.source {
    case .request, .command: return []
    case .variables(let names):
      var tokens: [IdentityToken] = []
      for name in names {
        guard let text = environment.nonEmpty(name) else { continue }
        tokens.append(
          try IdentityToken(Secret(Self.trimmed(text)), from: "The variable \(Neutralized(name, limit: 64))"))
      }
      return tokens
    case .file(let template):
      let path = try template.filled { (part) throws(BrokerError) in
        if case .variable(let name) = part { environment[name] ?? "" } else { "" }
      }
      if let reason = TokenFile.obstacle(to: path) {
        throw BrokerError(
          .identityPermission, "The file \(Neutralized.quoted(path)) of \(Neutralized(name)) \(reason).",
          remedy: TokenFile.remedy)
      }
      let bytes = try services.files.read(path, maximumBytes: IdentityToken.maximumBytes + 2)
      return [
        try IdentityToken(
          Secret(Self.trimmed(String(decoding: bytes, as: UTF8.self))), from: "The file \(Neutralized.quoted(path))")
      ]
    }
  }

  /// Without the line end that a file or a program puts behind it.
  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.unicodeScalars.last, ["\n", "\r", " ", "\t"].contains(last) {
      text.unicodeScalars.removeLast()
    }
    while let first = text.unicodeScalars.first, ["\n", "\r", " ", "\t"].contains(first) {
      text.unicodeScalars.removeFirst()
    }
    return String(text)
  }

  private func missing(_ audience: Audience) -> BrokerError {
    let tokens = (try? held()) ?? []
    let used = handedOut.withLock { $0 }
    let wasUsed = tokens.contains { used.contains($0.secret) && Self.isFor(audience, $0) }
    return BrokerError(
      wasUsed ? .identityTokenSpent : .identityTokenMissing,
      wasUsed
        ? "\(Neutralized(name)) has no other identity token for the audience \(audience) than the one that was used."
        : "\(Neutralized(name)) has no identity token for the audience \(audience).",
      remedy: settings.hint ?? "Have the job's identity token made out to \(audience).",
      facts: tokens.map { BrokerError.Fact("an identity token", "made out to \($0.claims.audience)") })
  }

  private func checkFixed(_ audience: Audience) throws(BrokerError) {
    guard let fixed = settings.audience, fixed != audience else { return }
    throw BrokerError(
      .identityTokenMissing,
      "Identity tokens of \(Neutralized(name)) are made out to \(fixed) alone, and \(audience) is needed; none was asked for.",
      remedy: "Publish to a registry that takes \(fixed), or from another CI system.")
  }

  // MARK: Requests

  private func ask(_ description: TokenRequest, _ audience: Audience) async throws(BrokerError) -> IdentityToken {
    let values = RequestTemplate.Values(
      plain: ["audience": audience.value, "audience-json": JSONText.quoted(audience.value)], environment: environment)
    let url = try services.isRehearsal ? rehearsed(description, values) : asked(description, values)
    let host = url.origin.authority
    let request = try description.request.request(to: url, values, bindings: services.bindings)
    let response = try await services.transport.answer(
      to: request, purpose: "get an identity token from \(host)", invalid: .identityAnswerInvalid,
      now: services.time.now())
    guard (200..<300).contains(response.status) else {
      throw BrokerError(
        .identityRefused,
        "\(Neutralized(name)) (\(host)) refused an identity token with status \(response.status)\(response.sentence(request.redaction).map { ": \($0)" } ?? "").",
        remedy: settings.hint
          ?? "Check that the job may ask, and that the entry describes the request as \(host) takes it.")
    }
    let text: String
    if let place = description.token {
      let node: JSONNode
      do { node = try JSONReader().read(response.body) } catch {
        throw invalid(host, request.redaction.apply(to: error.summary))
      }
      guard let found = place.value(in: node)?.string, !found.isEmpty else {
        throw invalid(host, "there is no text at \(Neutralized.quoted(place.text))")
      }
      text = found
    } else {
      text = Self.trimmed(String(decoding: response.body, as: UTF8.self))
    }
    return try IdentityToken(Secret(text), from: "The answer of \(Neutralized(name)) (\(host))")
  }

  private func asked(
    _ description: TokenRequest, _ values: RequestTemplate.Values
  ) throws(BrokerError) -> HTTPURL {
    let url = try description.request.url(values)
    try description.check(url)
    return url
  }

  /// What a secret of a played job begins with.
  private static let sandboxMark = "token-broker-sandbox-"
  /// Where a sandbox stands in for the CI system.
  private static let issuerVariable = "TOKEN_BROKER_SANDBOX_ISSUER"

  /// In a rehearsal the sandbox is asked in place of the CI system, and no secret goes there that it did not give itself.
  private func rehearsed(
    _ description: TokenRequest, _ values: RequestTemplate.Values
  ) throws(BrokerError) -> HTTPURL {
    func refused(_ reason: Message) -> BrokerError {
      BrokerError(
        .rehearsalBoundary, "\(Neutralized(name)) was not asked for an identity token in a rehearsal: \(reason).",
        remedy:
          "Start the sandbox with --provider \(Neutralized(name)) and the same configuration, and run the command behind it."
      )
    }
    guard let text = environment.nonEmpty(Self.issuerVariable), let issuer = try? HTTPURL(text).origin,
      issuer.isLoopback, issuer.host != "localhost"
    else { throw refused("no sandbox stands in for it (\(Neutralized(Self.issuerVariable)))") }
    for variable in description.request.secretVariables {
      guard environment[variable]?.hasPrefix(Self.sandboxMark) == true else {
        throw refused("\(Neutralized(variable, limit: 64)) holds a secret that is not the sandbox's")
      }
    }
    return try description.request.url(values).moved(to: issuer)
  }

  private func invalid(_ host: Origin.Authority, _ reason: Message) -> BrokerError {
    BrokerError(
      .identityAnswerInvalid, "\(Neutralized(name)) (\(host)) gave no usable identity token: \(reason).",
      remedy: "Check request.token in the provider's entry.")
  }

  // MARK: Programs

  private func run(_ command: TokenCommand, _ audience: Audience) async throws(BrokerError) -> IdentityToken {
    let program = try command.program(for: audience, in: environment)
    let result = try await services.programs.run(program)
    let shown = Neutralized.quoted(program.words[0])
    guard result.status == 0 else {
      let secrets =
        command.names(in: environment).filter { !TokenCommand.usual.contains($0) }
        .compactMap { environment.nonEmpty($0) }.map { Secret($0) }
        + [Secret(Self.trimmed(String(decoding: result.output, as: UTF8.self)))]
      let said = ProgramRedaction(secrets).lines(of: result.diagnostics)
      let ending: Message = result.status.map { "ended with status \($0)" } ?? "was ended by a signal"
      throw BrokerError(
        .identityRefused, "\(shown) \(ending) and gave no identity token.",
        remedy: settings.hint ?? "Check that the job may ask, and that the program is the one that the entry means.",
        facts: said.map { BrokerError.Fact("it said", $0) })
    }
    return try IdentityToken(
      Secret(Self.trimmed(String(decoding: result.output, as: UTF8.self))), from: "What \(shown) printed")
  }
}
