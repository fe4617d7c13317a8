import BrokerCore

/// The server that a repository is on, and the issuer of its jobs' identity tokens.
struct RepositoryHost: Sendable, Equatable {
  /// The name in lower case.
  let name: String

  /// A server; the names under which the hosted services take ssh are those of the services themselves.
  init(_ name: String) {
    var name = name.lowercased()
    while name.hasSuffix(".") { name.removeLast() }
    self.name = Self.aliases[name] ?? name
  }

  private static let aliases = [
    "ssh.github.com": "github.com", "www.github.com": "github.com", "altssh.gitlab.com": "gitlab.com",
    "www.gitlab.com": "gitlab.com",
  ]

  /// Whether it is github.com or gitlab.com.
  var isHosted: Bool { Self.hosted.contains { $0.name == name } }

  /// The hosted service of a kind of issuer.
  static func hosted(_ family: IssuerFamily) -> RepositoryHost? { hosted.first { $0.family == family } }

  private static let hosted = [RepositoryHost("github.com"), RepositoryHost("gitlab.com")]

  /// The kind of issuer that is known to be there; nil if the name does not tell.
  var family: IssuerFamily? {
    if name == "github.com" || name.hasSuffix(".ghe.com") { return .gitHub }
    if name == "gitlab.com" || name.hasPrefix("gitlab.") { return .gitLab }
    return nil
  }

  /// The issuer of the jobs of `family` there (docs.github.com, "OpenID Connect reference"; docs.gitlab.com, "OpenID
  /// Connect (OIDC) authentication using ID tokens").
  func issuer(of family: IssuerFamily) -> String {
    guard family == .gitHub else { return "https://\(name)" }
    if name == "github.com" { return "https://token.actions.githubusercontent.com" }
    return name.hasSuffix(".ghe.com") ? "https://token.actions.\(name)" : "https://\(name)/_services/token"
  }

  /// The server of the job that this is, by the runner's variables; nil outside of a job.
  ///
  /// A value that is no address is kept as it is: a server that cannot be read is not the hosted one.
  static func ofJob(in environment: Environment) -> (family: IssuerFamily, host: Sourced<RepositoryHost>)? {
    func host(_ family: IssuerFamily, _ names: [String]) -> (IssuerFamily, Sourced<RepositoryHost>)? {
      guard let name = names.first(where: { environment.nonEmpty($0) != nil }), let text = environment[name] else {
        return nil
      }
      let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
      return (family, Sourced(RepositoryHost(String(rest.prefix { !"/:".contains($0) })), "\(Neutralized(name))"))
    }
    if environment["GITLAB_CI"] == "true" { return host(.gitLab, ["CI_SERVER_HOST", "CI_SERVER_URL"]) }
    if environment["GITHUB_ACTIONS"] == "true" { return host(.gitHub, ["GITHUB_SERVER_URL"]) }
    return nil
  }
}
