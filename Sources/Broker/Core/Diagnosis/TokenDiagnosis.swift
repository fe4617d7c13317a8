/// What is wrong with an identity token itself, told from what it says: a registry that refuses it never says why.
public struct TokenDiagnosis: Sendable {
  private let input: DiagnosisInput

  /// A diagnosis of the token in `input`.
  public init(_ input: DiagnosisInput) { self.input = input }

  /// The causes; empty if the token looks as it should.
  public var causes: [Cause] {
    if input.error.code == .identityTokenSpent { return [spent] }
    if input.error.code == .identityTokenMalformed { return input.error.causes.isEmpty ? [malformed] : [] }
    guard let token = input.token else { return [] }
    return audience(token) + times(token)
  }

  // MARK: Audience

  private func audience(_ token: TokenFacts) -> [Cause] {
    guard let wanted = input.audience, token.audience != .single(wanted.value) else { return [] }
    let snippet = input.guide.identityToken(wanted)
    switch token.audience {
    case .list:
      return [
        Cause(
          "audience-list", .certain,
          "The identity token is made out to \(token.audience): \(Neutralized(input.registry)) accepts a single string, never a "
            + "list.", fixes: ["Write the audience as one string, \(wanted), without brackets."], snippet: snippet)
      ]
    case .single, .missing:
      return [
        Cause(
          "audience-differs", .certain,
          "The identity token is made out to \(token.audience), and \(Neutralized(input.registry)) asks for \(wanted).",
          fixes: ["Have the identity token made out to \(wanted)."], snippet: snippet)
      ]
    }
  }

  // MARK: Times

  private func times(_ token: TokenFacts) -> [Cause] {
    guard let now = input.serverTime ?? input.now else { return [] }
    let certainty: Cause.Certainty = input.serverTime == nil ? .likely : .certain
    if let expires = token.expires {
      let late = now.seconds(since: expires)
      if late > ClockCheck.leeway {
        return [
          Cause(
            "token-expired", certainty, "The identity token expired \(late) s before it was used, at \(expires).",
            fixes: [
              "Mint right before publishing, in the job that publishes; a token that the job was started with lives as "
                + "long as the job's timeout."
            ])
        ]
      }
    }
    for moment in [token.notBefore, token.issued].compactMap({ $0 }) {
      let early = moment.seconds(since: now)
      guard early > ClockCheck.leeway else { continue }
      return [
        Cause(
          "token-not-yet-valid", certainty,
          "The identity token is valid in \(early) s only, from \(moment): the issuer's clock is ahead.",
          fixes: ["Set the clock of the issuer (a self-managed server, usually); NTP keeps it right."])
      ]
    }
    return []
  }

  // MARK: The whole

  private var malformed: Cause {
    Cause(
      "token-malformed", .certain, "What the provider handed over is not a whole identity token.",
      fixes: [
        "Pass the variable on as the provider sets it; a variable of your own with the same name hides the provider's."
      ], snippet: input.audience.flatMap { input.guide.identityToken($0) })
  }

  private var spent: Cause {
    Cause(
      "token-spent", .certain,
      "The identity token may have been used up by an exchange whose answer was lost, and the job has no other.",
      fixes: ["Run the job again; a second identity token with the same audience lets the job survive this."],
      snippet: input.audience.flatMap { input.guide.spareToken($0) })
  }
}
