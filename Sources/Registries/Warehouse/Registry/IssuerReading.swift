import BrokerCore

/// Tells the issuers apart that PyPI does not know (Warehouse, oidc/utils.py: two hosted services, and what its
/// administrators registered for an organisation).
struct IssuerReading {
  let registry: String
  let issuer: String?
  let family: IssuerFamily?

  private static let gitHub = "https://token.actions.githubusercontent.com"
  private static let gitLab = "https://gitlab.com"

  /// Whether the issuer is a hosted service: the one that the form for the job's kind of issuer means, where that is known.
  var isHosted: Bool {
    switch family {
    case PublisherFamily.gitHub?: issuer == Self.gitHub
    case PublisherFamily.gitLab?: issuer == Self.gitLab
    default: issuer == Self.gitHub || issuer == Self.gitLab
    }
  }

  /// Why the form for a job means somebody else; nil if it does not, or nobody knows the issuer.
  func obstacle(owner: String?) -> Cause? {
    guard let issuer, !isHosted, let family else { return nil }
    let host = family == PublisherFamily.gitLab ? "gitlab.com" : "github.com"
    let name = owner.map { UntrustedText.quoted($0) } ?? "the same names"
    let reading = self.cause
    return Cause(
      reading.code, .certain,
      "A job of the issuer \(UntrustedText.quoted(issuer)) cannot publish to \(registry) with a publisher of its form for "
        + "\(family): that means \(host), where \(name) may be somebody else.",
      fixes: reading.fixes)
  }

  var cause: Cause {
    let issuer = issuer ?? ""
    let shown = issuer.isEmpty ? "The identity token's issuer" : "The issuer \(UntrustedText.quoted(issuer))"
    let accepted =
      "\(registry) accepts \(Self.gitHub), \(Self.gitLab), and issuers that its administrators registered for an "
      + "organisation"
    let shownAddress = UntrustedText.neutralized(issuer, limit: 255)
    if issuer.hasPrefix("\(Self.gitHub)/") {
      return Cause(
        "issuer-enterprise-slug", .certain,
        "\(shown) carries the name of an enterprise: its administrators switched on an issuer of its own, which \(registry) "
          + "does not know.",
        fixes: [
          "Ask the enterprise's administrators to switch the own issuer off (include_enterprise_slug), or publish from an "
            + "organisation outside of it."
        ])
    }
    if issuer.hasSuffix("/_services/token") {
      return Cause(
        "issuer-enterprise-server", .certain,
        "\(shown) is a GitHub Enterprise Server; \(accepted).",
        fixes: ["Publish from github.com: mirror the repository or its release there, or use an API token as a secret."]
      )
    }
    if issuer.hasSuffix(".ghe.com") {
      return Cause(
        "issuer-data-residency", .certain, "\(shown) is GitHub Enterprise Cloud with data residency; \(accepted).",
        fixes: ["Publish from github.com, or use an API token as a secret."])
    }
    if family == PublisherFamily.gitLab, issuer != Self.gitLab {
      return Cause(
        "issuer-self-managed", .certain, "\(shown) is a self-managed GitLab; \(accepted).",
        fixes: [
          "Ask \(registry)'s administrators to register the issuer (\(shownAddress)) for your organisation, publish from a "
            + "project on gitlab.com, or use an API token as a protected and masked variable."
        ])
    }
    return Cause(
      "issuer-unknown", .certain, "\(shown) is not one that \(registry) knows: \(accepted).",
      fixes: ["Publish from a provider that \(registry) knows, or use an API token as a secret."])
  }
}
