import BrokerCore
import Synchronization

/// The job's `id_tokens` variables: made when the job started, each good for one exchange.
final class GitLabTokenSource: IdentityTokenSource {
  private let environment: Environment
  private let variables: [(audience: String, names: [String])]
  private let handedOut = Mutex<Set<String>>([])

  private static let reference: Message = "https://docs.gitlab.com/ci/secrets/id_token_authentication/"

  init(environment: Environment, variables: [(audience: String, names: [String])]) {
    self.environment = environment
    self.variables = variables
  }

  /// The variables of the configuration, those that are named like identity tokens, and those that hold one.
  ///
  /// `id_tokens` may have any name. The job token is not an identity, whatever its form.
  var identityVariables: [String] {
    let configured = Set(variables.flatMap(\.names))
    return environment.names.filter { name in
      if configured.contains(name) || name.hasSuffix("_ID_TOKEN") { return true }
      guard name != "CI_JOB_TOKEN", let text = environment.nonEmpty(name), text.hasPrefix("eyJ"),
        let token = try? IdentityToken(Secret(text), from: "\(Neutralized(name))")
      else { return false }
      return token.claims.audience != .missing
    }
  }

  func supply(for audience: Audience) -> IdentityTokenSupply {
    let used = handedOut.withLock { $0 }
    return .fixed(remaining: names(for: audience).count { environment.nonEmpty($0) != nil && !used.contains($0) })
  }

  func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken] {
    let names = names(for: audience)
    let used = handedOut.withLock { $0 }
    var tokens: [IdentityToken] = []
    for name in names where !used.contains(name) {
      guard let text = environment.nonEmpty(name) else { continue }
      tokens.append(try token(text, of: name, for: audience))
    }
    guard !tokens.isEmpty else { throw missing(audience, names) }
    return tokens
  }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let names = names(for: audience)
    let name = handedOut.withLock { used in
      let name = names.first { environment.nonEmpty($0) != nil && !used.contains($0) }
      if let name { used.insert(name) }
      return name
    }
    guard let name, let text = environment.nonEmpty(name) else { throw missing(audience, names) }
    return try token(text, of: name, for: audience)
  }

  private func token(_ text: String, of name: String, for audience: Audience) throws(BrokerError) -> IdentityToken {
    do { return try IdentityToken(Secret(text), from: "The variable \(Neutralized(name))") } catch {
      throw error.with(causes: [GitLabGuide.variableHidden(name, "holds no identity token", audience)])
    }
  }

  func job(from claims: Claims) -> JobIdentity { GitLabClaims.job(from: claims) }

  var guide: ProviderGuide { GitLabGuide.guide }

  var suspicions: [Cause] { [GitLabGuide.forkPipeline(in: environment)].compactMap { $0 } }

  private func names(for audience: Audience) -> [String] {
    variables.first { $0.audience == audience.value }?.names ?? GitLabVariableNames.candidates(for: audience)
  }

  private func missing(_ audience: Audience, _ names: [String]) -> BrokerError {
    let used = handedOut.withLock { $0 }
    let states = names.map { name -> Message in
      let shown = Neutralized(name)
      if used.contains(name) { return "\(shown) was used already" }
      return environment[name] == nil ? "\(shown) is not set" : "\(shown) is empty"
    }
    let others = environment.names.filter { $0.hasSuffix("_ID_TOKEN") && environment.nonEmpty($0) != nil }
    return BrokerError(
      .identityTokenMissing,
      "The job has no identity token for the audience \(audience): \(states.joined(separator: ", ")).",
      remedy: "Add to the job: id_tokens: { \(Neutralized(names[0])): { aud: \(Neutralized.json(audience.value)) } }",
      reference: Self.reference,
      facts: others.map { name in
        let token = try? IdentityToken(Secret(environment[name] ?? ""), from: "\(Neutralized(name))")
        return BrokerError.Fact(
          "\(Neutralized(name, limit: 64))",
          token.map { "made out to \($0.claims.audience)" } ?? "not an identity token")
      },
      causes: [
        !used.isDisjoint(with: names)
          ? GitLabGuide.tokenUsedHere
          : names.first { environment[$0] == "" }.map { GitLabGuide.variableHidden($0, "is empty", audience) }
            ?? GitLabGuide.tokenMissing(audience, names: names, others: others)
      ])
  }
}
