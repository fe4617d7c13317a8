import BrokerCore

extension RepositoryHosting {
  /// gitlab.com, and servers of one's own, which most people give such a name; each is the issuer of its jobs
  /// (docs.gitlab.com, "OpenID Connect (OIDC) authentication using ID tokens").
  static let gitLab = RepositoryHosting(
    "gitlab.com", aliases: ["altssh.gitlab.com", "www.gitlab.com"],
    serverVariables: ["CI_SERVER_HOST", "CI_SERVER_URL"],
    hasNestedOwners: true, recognises: { $0 == "gitlab.com" || $0.hasPrefix("gitlab.") })
}
