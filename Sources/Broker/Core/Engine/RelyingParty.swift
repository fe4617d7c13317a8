/// A service whose audience is well known, so that a token made out to it is worth stealing.
struct RelyingParty: Sendable {
  /// The name people know it by.
  let name: Message
  /// The hosts that may be given a token for its audience.
  let hosts: [String]
  private let matches: @Sendable (String) -> Bool

  /// The owner of an audience; nil if it is not a well-known one.
  ///
  /// Case does not matter: some services ignore it.
  static func owner(of audience: Audience) -> RelyingParty? {
    let text = audience.value.lowercased()
    if text.hasPrefix("npm:") {
      let host = String(text.dropFirst(4))
      return RelyingParty(name: "the npm registry \(Neutralized(host))", hosts: [host]) { _ in true }
    }
    return all.first { $0.matches(text) }
  }

  private static let all: [RelyingParty] = [
    exactly(["pypi"], "PyPI", hosts: ["pypi.org", "upload.pypi.org"]),
    exactly(["testpypi"], "TestPyPI", hosts: ["test.pypi.org"]),
    exactly(["sigstore"], "Sigstore", hosts: ["fulcio.sigstore.dev"]),
    exactly(["crates.io", "https://crates.io"], "crates.io", hosts: ["crates.io"]),
    exactly(["rubygems.org", "https://rubygems.org"], "RubyGems", hosts: ["rubygems.org"]),
    exactly(["https://www.nuget.org", "www.nuget.org"], "NuGet", hosts: ["www.nuget.org"]),
    exactly(["prefix.dev", "https://prefix.dev"], "prefix.dev", hosts: ["prefix.dev"]),
    exactly(["octo-sts.dev", "octo-sts"], "octo-sts", hosts: ["octo-sts.dev"]),
    exactly(["sts.amazonaws.com", "sts.amazonaws.com.cn"], "Amazon Web Services", hosts: []),
    exactly(["api://azureadtokenexchange"], "Microsoft Entra ID", hosts: []),
    beginning(["https://iam.googleapis.com", "//iam.googleapis.com"], "Google Cloud", hosts: []),
    beginning(["https://github.com/"], "GitHub's default audience", hosts: []),
    exactly(["https://gitlab.com"], "GitLab's default audience", hosts: []),
  ]

  private static func exactly(_ texts: [String], _ name: Message, hosts: [String]) -> RelyingParty {
    RelyingParty(name: name, hosts: hosts) { texts.contains($0) }
  }

  private static func beginning(_ prefixes: [String], _ name: Message, hosts: [String]) -> RelyingParty {
    RelyingParty(name: name, hosts: hosts) { text in prefixes.contains { text.hasPrefix($0) } }
  }
}
