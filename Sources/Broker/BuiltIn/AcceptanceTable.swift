import BrokerCore

extension [Acceptance] {
  /// The one table of which registry takes whose identity tokens: what its server's source or its documentation says.
  static let known: [Acceptance] = [
    Acceptance(
      "pypi",
      [
        ("github", .yes()), ("gitlab", .yes("gitlab.com; an own GitLab through its organisation")), ("google", .yes()),
        ("circleci", .no), ("buildkite", .no), ("forgejo", .no), ("codeberg", .no), ("azure-pipelines", .no),
        ("jenkins", .no), ("kubernetes", .no),
      ], source: "Warehouse 6b62157, oidc/utils.py; testpypi alike", day: "2026-08-21"),
    Acceptance(
      "crates-io",
      [
        ("github", .yes("github.com")), ("gitlab", .yes("gitlab.com")), ("google", .no), ("circleci", .no),
        ("buildkite", .no),
        ("forgejo", .no), ("codeberg", .no), ("azure-pipelines", .no), ("jenkins", .no), ("kubernetes", .no),
      ], source: "crates.io 57fa000, crates_io_trustpub", day: "2026-08-21"),
    Acceptance(
      "npm",
      [
        ("github", .yes("GitHub's own runners")), ("gitlab", .yes("gitlab.com's shared runners")), ("google", .no),
        ("circleci", .yes("circleci.com")), ("buildkite", .no), ("forgejo", .no), ("codeberg", .no),
        ("azure-pipelines", .no),
        ("jenkins", .no), ("kubernetes", .no),
      ], source: "npm/documentation 404e183, trusted-publishers.mdx", day: "2026-11-26"),
    Acceptance(
      "rubygems",
      [
        ("github", .yes()), ("gitlab", .no), ("google", .no), ("circleci", .no), ("buildkite", .no), ("forgejo", .no),
        ("codeberg", .no), ("azure-pipelines", .no), ("jenkins", .no), ("kubernetes", .no),
      ], source: "rubygems.org 3c8ea0d, models/oidc/provider.rb", day: "2026-08-22"),
    Acceptance(
      "nuget",
      [
        ("github", .yes()), ("gitlab", .yes("gitlab.com")), ("google", .no), ("circleci", .no), ("buildkite", .no),
        ("forgejo", .no), ("codeberg", .no), ("azure-pipelines", .no), ("jenkins", .no), ("kubernetes", .no),
      ], source: "NuGetGallery 55d8cc0, Authentication/Federated", day: "2026-08-17"),
    // A client's source and pages: what the server does with other issuers is not known.
    Acceptance(
      "prefix", [("github", .yes())], source: "rattler 92dc774, trusted_publishing.rs", day: "2026-11-26"),
    // An audience that is a list, and one that cannot be chosen, are left out: what the server does is not known.
    Acceptance(
      "cloudsmith",
      [
        ("github", .registered), ("gitlab", .registered), ("google", .registered), ("circleci", .registered),
        ("buildkite", .registered), ("forgejo", .registered), ("codeberg", .registered),
      ], source: "cloudsmith-cli efeae63, and its pages", day: "2026-11-26"),
  ]
}
