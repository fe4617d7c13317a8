import BrokerCore

/// The issuers that PyPI's server software knows, those that people ask for, and what a refusal of the others means: the one
/// table.
enum Issuers {
  /// The address of GitHub's issuer.
  private static let gitHub: StaticString = "https://token.actions.githubusercontent.com"

  /// The issuers that the server knows.
  static let accepted =
    [
      (gitHub, PublisherFamily.gitHub) as (StaticString, IssuerFamily), ("https://gitlab.com", PublisherFamily.gitLab),
      ("https://accounts.google.com", PublisherFamily.google),
      ("https://platform.activestate.com/api/v1/oauth/oidc", IssuerFamily("ActiveState")),
    ].map { AcceptedIssuer($0, $1, source: "Warehouse 6b62157, oidc/utils.py", day: "2026-08-21") } + [
      // Only GitLab's publishers may have an issuer of their own (`__supports_custom_issuer__`).
      AcceptedIssuer(
        registered: "an own GitLab through its organisation", PublisherFamily.gitLab,
        source: "Warehouse 6b62157, oidc/services.py and oidc/models/gitlab.py", day: "2026-08-21")
    ]

  /// The issuers that it does not know, and where people ask for them (pypi/warehouse, open when seen).
  static let refused = [
    RefusedIssuer("Forgejo", request: issue(19786)) { $0.hasSuffix("/api/actions") },
    RefusedIssuer("CircleCI", request: pull(19349)) { $0.hasPrefix("https://oidc.circleci.com") },
    RefusedIssuer("Buildkite", request: pull(20515)) { $0.hasPrefix("https://agent.buildkite.com") },
    RefusedIssuer("Bitbucket", request: issue(17136)) { $0.hasPrefix("https://api.bitbucket.org/") },
    RefusedIssuer("Semaphore", request: issue(18882)) { $0.hasSuffix(".semaphoreci.com") },
    RefusedIssuer("GitHub Enterprise Server", request: issue(18970)) { $0.hasSuffix("/_services/token") },
    RefusedIssuer("GitHub Enterprise Cloud with data residency", request: nil) { issuer in
      issuer.hasSuffix(".ghe.com") || issuer.contains(".ghe.com/")
    },
  ]

  private static func issue(_ number: Int) -> Message { "https://github.com/pypi/warehouse/issues/\(number)" }
  private static func pull(_ number: Int) -> Message { "https://github.com/pypi/warehouse/pull/\(number)" }

  /// The issuers that the server does not know, told apart by their addresses.
  static func rows(shownBy texts: [String] = [], remedy: Message? = nil) -> [RefusalRow] {
    func row(
      _ code: Message, _ what: Message, _ fixes: Message..., when: @escaping @Sendable (RefusalReading) -> Bool
    ) -> RefusalRow {
      RefusalRow(texts: texts, code: code, summary: "{issuer} \(what).", fixes: fixes, when: when, remedy: remedy)
    }
    return [
      row(
        "issuer-enterprise-slug",
        "carries the name of an enterprise: its administrators switched on an issuer of its own, which {registry} does not "
          + "know",
        "Ask the enterprise's administrators to switch the own issuer off (include_enterprise_slug), or publish from an "
          + "organisation outside of it.", when: { $0.issuer.hasPrefix("\(gitHub)/") }),
      row(
        "issuer-enterprise-server", "is a GitHub Enterprise Server; {accepted}",
        "Publish from github.com: mirror the repository or its release there, or use an API token as a secret.",
        when: { $0.issuer.hasSuffix("/_services/token") }),
      row(
        "issuer-data-residency", "is GitHub Enterprise Cloud with data residency; {accepted}",
        "Publish from github.com, or use an API token as a secret.",
        when: { $0.issuer.hasSuffix(".ghe.com") || $0.issuer.contains(".ghe.com/") }),
      row(
        "issuer-forgejo", "is a Forgejo, such as Codeberg; {accepted}",
        "Publish from GitHub or GitLab, for example from a mirror of the repository, or use an API token as a secret.",
        when: { $0.issuer.hasSuffix("/api/actions") }),
      row(
        "issuer-self-managed", "is a self-managed GitLab; {accepted}",
        "Ask {registry}'s administrators to register the issuer ({address}) for your organisation, publish from a project "
          + "on gitlab.com, or use an API token as a protected and masked variable.",
        when: { reading in
          reading.input.job?.family == PublisherFamily.gitLab
            && !accepted.contains { $0.family == PublisherFamily.gitLab && $0.address == reading.issuer }
        }),
      row(
        "issuer-unknown", "is not one that {registry} knows: {accepted}",
        "Publish from a provider that {registry} knows, or use an API token as a secret.", when: { _ in true }),
    ]
  }
}
