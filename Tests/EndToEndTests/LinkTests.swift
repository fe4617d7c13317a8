import TestSupport
import Testing

@testable import TokenBroker

/// Addresses of forms that would give a stranger the keys: filled in, PyPI's forms mean github.com and gitlab.com.
struct LinkTests {
  /// Issuers that the forms do not mean, and the provider whose jobs have them.
  static let issuers = [
    ("gitlab", "https://gitlab.example.com"), ("gitlab", "https://gitlab.com.evil.example"),
    ("gitlab", "https://gitlab.com/sub"), ("gitlab", "https://token.actions.githubusercontent.com"),
    ("github", "https://github.example.com/_services/token"),
    ("github", "https://token.actions.githubusercontent.com/octo-enterprise"),
    ("github", "https://token.actions.octo.ghe.com"), ("github", "https://gitlab.com"),
    ("github", "https://codeberg.example/api/actions"), ("github", "http://token.actions.githubusercontent.com"),
  ]

  private func expectNoForm(_ run: BuiltTool.Run, _ label: String) {
    for text in [run.output, run.error] {
      #expect(!text.contains("/publishing/"), "\(label): \(text)")
      #expect(!text.contains("register it with exactly"), "\(label): \(text)")
    }
  }

  @Test(arguments: issuers) func diagnosesWithoutAForm(_ provider: String, _ issuer: String) async throws {
    let text = "valid token, but no corresponding publisher (Publisher with matching claims was not found)"
    let refused = "exchange=refuse:invalid-publisher:\(text)"
    for command in [
      ["mint", "pypi", "--format", "token"], ["check", "pypi", "--project", "sample"],
      ["check", "--mint", "--use-up-token", "pypi"],
    ] {
      let run = try await BuiltTool.run(
        [
          "sandbox", "--raw", "--provider", provider, "--claim", "iss=\(issuer)", "--fault", refused, "--",
          BuiltTool.path,
        ]
          + command)
      expectNoForm(run, "\(command), \(issuer)")
      #expect((run.output + run.error).contains(issuer), "\(command): \(run.output)\(run.error)")
    }
  }

  @Test(arguments: issuers) func explainsWithoutAForm(_ provider: String, _ issuer: String) async throws {
    let claims =
      provider == "github"
      ? "* `repository`: `data/x`\n* `repository_owner`: `data`\n* `job_workflow_ref`: `data/x/.github/workflows/a.yml@r`"
      : "* `project_path`: `data/x`\n* `namespace_path`: `data`"
    let run = try await BuiltTool.run(
      ["explain", "--project", "sample"], input: "invalid-publisher: not found\n\(claims)\n* `iss`: `\(issuer)`\n")
    expectNoForm(run, issuer)
  }

  /// The pipeline file's address has the host where the issuer is not printed.
  @Test func readsTheHostOfAPipelineFile() async throws {
    for (host, hasForm) in [("gitlab.example.com", false), ("gitlab.com", true)] {
      let run = try await BuiltTool.run(
        ["explain", "--project", "sample"],
        input:
          "invalid-publisher project_path=data/x namespace_path=data ci_config_ref_uri=\(host)/data/x//.gitlab-ci.yml@r"
      )
      #expect(run.output.contains("namespace=data") == hasForm, "\(host): \(run.output)")
    }
  }

  // MARK: Checkouts

  private func checkout(_ address: String?, _ family: String) throws -> TestFolder {
    let folder = try TestFolder()
    for name in [".git", ".github", ".github/workflows"] { try folder.makeFolder(name) }
    if let address { try folder.write(".git/config", "[remote \"origin\"]\nurl = \(address)\n") }
    try folder.write("pyproject.toml", "[project]\nname = \"sample\"\n")
    if family == "github" {
      try folder.write(".github/workflows/a.yml", "permissions: {id-token: write}\nenvironment: pypi")
    } else {
      try folder.write(".gitlab-ci.yml", "id_tokens:\nenvironment: pypi")
    }
    return folder
  }

  /// Remotes, variables, and whether there is a form.
  @Test(
    arguments: [
      ("gitlab", "https://gitlab.acme.corp/data/x.git", [:], false),
      ("gitlab", "git@gitlab.acme.corp:data/x.git", [:], false),
      ("gitlab", "ssh://git@gitlab.acme.corp:2222/data/x", [:], false),
      ("gitlab", "https://acme.corp/gitlab/data/x", [:], false),
      ("gitlab", "https://t:s@gitlab.com/data/x.git", [:], true), ("gitlab", "git@altssh.gitlab.com:data/x", [:], true),
      ("gitlab", "https://gitlab.com.evil.example/data/x", [:], false),
      ("gitlab", "https://github.com/data/x", [:], false),
      ("gitlab", nil, ["GITLAB_CI": "true", "CI_SERVER_HOST": "gitlab.acme.corp"], false),
      ("gitlab", nil, ["GITLAB_CI": "true", "CI_SERVER_URL": "https://gitlab.acme.corp:8443/x"], false),
      ("gitlab", nil, ["GITLAB_CI": "true", "CI_SERVER_HOST": "gitlab.com"], true),
      ("github", "https://ghe.acme.corp/data/x", [:], false), ("github", "https://acme.ghe.com/data/x", [:], false),
      ("github", "git@github.com:data/x.git", [:], true), ("github", "git@ssh.github.com.:data/x.git", [:], true),
      ("github", "git@github.com-work:data/x.git", [:], false), ("github", "https://gitlab.com/data/x", [:], false),
      ("github", nil, ["GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://ghe.acme.corp"], false),
      ("github", nil, ["GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "nonsense"], false),
      ("github", nil, ["GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com"], true),
      (
        "github", "https://github.com/data/x",
        ["GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://ghe.acme.corp"], true
      ),
    ] as [(String, String?, [String: String], Bool)])
  func fillsInFormsOfHostedServicesAlone(
    _ family: String, _ address: String?, _ variables: [String: String], _ hasForm: Bool
  ) async throws {
    let folder = try checkout(address, family)
    defer { folder.remove() }
    for format in ["text", "markdown", "json"] {
      let run = try await BuiltTool.run(
        ["config", "publishers", "--provider", family, "--format", format], variables, in: folder)
      #expect(run.status == 0 && run.output.contains("/publishing/") == hasForm, "\(run.output)\(run.error)")
      #expect(hasForm || run.output.contains("cannot publish to pypi"), "\(run.output)")
      #expect(
        hasForm || !run.output.contains("Workflow name") && !run.output.contains("workflow_file"), "\(run.output)")
    }
  }

  /// `--repository` names one on the server whose job this is.
  @Test(
    arguments: [
      (["data/x"], [:], true), (["data/x", "--provider", "gitlab"], [:], true),
      (["data/x"], ["GITLAB_CI": "true", "CI_SERVER_HOST": "gitlab.acme.corp"], false),
      (["data/x"], ["GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://ghe.acme.corp"], false),
      (["https://gitlab.acme.corp/data/x", "--provider", "gitlab"], [:], false),
      (["https://gitlab.com/data/x"], ["GITLAB_CI": "true", "CI_SERVER_HOST": "gitlab.acme.corp"], true),
      (["gitlab.acme.corp/data/x", "--provider", "gitlab"], [:], nil), (["ghe.acme.corp/data/x"], [:], nil),
    ] as [([String], [String: String], Bool?)])
  func namesRepositoriesOnTheirServer(_ words: [String], _ variables: [String: String], _ hasForm: Bool?) async throws {
    let run = try await BuiltTool.run(["config", "publishers", "--repository"] + words, variables)
    #expect(run.status == (hasForm == nil ? 2 : 0), "\(run.error)")
    #expect(run.output.contains("/publishing/") == (hasForm ?? false), "\(run.output)\(run.error)")
  }

  @Test func startsNothingThatCannotPublish() async throws {
    let folder = try checkout("https://ghe.acme.corp/data/x", "github")
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--provider", "github"], in: folder)
    #expect(run.status == 2 && run.error.contains("cannot publish"), "\(run.error)")
    #expect(!folder.names.contains("token-broker.json"))
  }

  /// A self-managed GitLab may be known for an organisation: the file holds the job to its issuer.
  @Test func holdsASelfManagedJobToItsIssuer() async throws {
    let folder = try checkout("https://gitlab.acme.corp/data/x", "gitlab")
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(run.status == 0 && run.error.contains("register the issuer (https://gitlab.acme.corp)"), "\(run.error)")
    #expect(folder.read("token-broker.json").contains("\"https://gitlab.acme.corp\""))
    let claims = ["namespace_path=data", "project_path=data/x", "environment=release"].flatMap { ["--claim", $0] }
    let check = try await BuiltTool.run(
      ["sandbox", "--raw", "--provider", "gitlab"] + claims + [
        "--", BuiltTool.path, "mint", "pypi", "--format", "token",
      ],
      in: folder)
    #expect(check.status == 8 && check.error.contains("issuer"), "\(check.error)")
  }
}
