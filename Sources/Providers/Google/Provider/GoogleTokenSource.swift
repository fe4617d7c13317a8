import BrokerCore

/// The metadata server, asked for identity tokens of the machine's service account, or of one that it acts for.
///
/// The tokens have no id (`jti`), and the server may give one again while it is valid.
struct GoogleTokenSource: IdentityTokenSource {
  let server: GoogleMetadataServer
  let account: GoogleAccount?
  let place: GooglePlace
  let services: PluginServices

  /// None: the identity is the machine's, and no variable carries it.
  var identityVariables: [String] { [] }

  /// The variables of Cloud Build and Cloud Run are evidence of the job.
  var evidence: Clue.Strength? { place.kind == .unconfirmed ? .machine : .job }

  func supply(for audience: Audience) -> IdentityTokenSupply { .renewable }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    guard let account else { return try await ownToken(for: audience) }
    return try await GoogleImpersonation(server: server, account: account, services: services).token(for: audience)
  }

  func job(from claims: Claims) -> JobIdentity { GoogleClaims.job(from: claims) }

  /// `GET …/identity` with `audience` and `format=full`, which adds the e-mail address; the answer is the JWT as text
  /// (cloud.google.com, "Verify VM identity").
  private func ownToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let response = try await server.ask(
      for: "identity", [("audience", audience.value), ("format", "full")],
      purpose: "get an identity token from \(server.name)")
    guard response.status == 200 else { throw refusal(response.status) }
    let text = String(decoding: response.body, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(
      separator: " ")
    return try IdentityToken(Secret(text), from: "The answer of \(server.name)")
  }

  private func refusal(_ status: Int) -> BrokerError {
    let causes: [Cause] =
      switch (status, place.kind) {
      case (404, .cloudBuild): [GoogleGuide.roleMissing]
      case (404, _): [GoogleGuide.accountMissing, GoogleGuide.roleMissing.with(.possible)]
      case (403, _): [GoogleGuide.accountRefused]
      default: []
      }
    return BrokerError(
      .identityRefused, "\(server.name) refused an identity token with status \(status).",
      remedy: causes.first?.fixes.first ?? "Look for the status in Google's documentation of the metadata server.",
      reference: place.kind == .cloudBuild ? GoogleGuide.impersonationReference : GoogleMetadataServer.reference,
      causes: causes)
  }
}
