import BrokerCore

extension RepositoryHosting {
  /// github.com, its enterprises' own domains, and servers of one's own, whose names tell nothing; the issuers are those of
  /// docs.github.com, "OpenID Connect reference".
  static let gitHub = RepositoryHosting(
    service, aliases: ["ssh.github.com", "www.github.com"], serverVariables: ["GITHUB_SERVER_URL"],
    recognises: { $0 == service || $0.hasSuffix(".ghe.com") },
    issuer: { host in
      if host == service { return "https://token.actions.githubusercontent.com" }
      return host.hasSuffix(".ghe.com") ? "https://token.actions.\(host)" : "https://\(host)/_services/token"
    })

  private static let service = "github.com"
}
