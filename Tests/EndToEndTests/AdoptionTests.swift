import BrokerCore
import BrokerSandbox
import TestSupport
import Testing

@testable import TokenBroker

struct AdoptionTests {
  // MARK: What a checkout says

  /// Addresses of remotes, and host, owner and name; nil where none can be told.
  @Test(
    arguments: [
      ("https://github.com/octo-org/sample.git", ["github.com", "octo-org", "sample"]),
      ("https://github.com/octo-org/sample", ["github.com", "octo-org", "sample"]),
      ("https://x:secret@GitHub.com:443/octo-org/sample/", ["github.com", "octo-org", "sample"]),
      ("git@github.com:octo-org/sample.git", ["github.com", "octo-org", "sample"]),
      ("github.com:octo-org/sample", ["github.com", "octo-org", "sample"]),
      (
        "ssh://git@gitlab.example.com:2222/octo-group/sub/sample.git",
        ["gitlab.example.com", "octo-group/sub", "sample"]
      ),
      ("git@gitlab.com:octo-group/sub/sample.git", ["gitlab.com", "octo-group/sub", "sample"]),
      ("https://github.com/sample", nil), ("https://github.com", nil), ("/srv/git/sample.git", nil),
      ("../sample", nil), ("file:///srv/octo-org/sample", nil), ("", nil), (":a/b", nil), ("https:///a/b", nil),
      ("https://github.com/octo-org/sa\u{202E}mple", nil), ("https://github.com/octo-org/..", nil),
      ("https://github.com/octo-org/a?b=c", nil), ("git@github.com:octo-org/.git", nil),
    ] as [(String, [String]?)])
  func readsRemotes(_ address: String, _ parts: [String]?) {
    let remote = GitRemote(address)
    #expect(remote.map { [$0.host, $0.owner, $0.name] } == parts)
  }

  @Test func prefersTheRemoteCalledOrigin() {
    let config = """
      [core]
        url = https://github.com/not/this
      [remote "fork"]
        url = https://github.com/octocat/sample
      [remote "origin"]
        pushurl = https://github.com/not/that
        url = "git@github.com:octo-org/sample.git"
      [branch "main"]
        url = https://github.com/nor/this
      """
    let remote = GitRemote.origin(inConfig: config)
    #expect(remote?.value.path == "octo-org/sample" && remote?.origin == "git remote origin")
    #expect(GitRemote.origin(inConfig: config.replacing("origin", with: "other")) == nil)
    #expect(GitRemote.origin(inConfig: "[remote \"a\"]\nurl = https://github.com/b/c")?.value.path == "b/c")
    #expect(GitRemote.origin(inConfig: "") == nil)
  }

  /// A project file, the name, its line.
  @Test(
    arguments: [
      ("[project]\nname = \"sample\"", "sample", 2),
      ("[project] # x\nversion = '1'\n'name' = 'sample' # y", "sample", 3),
      ("[tool.poetry]\nname = \"old\"\n[project]\nname = \"new\"", "new", 4),
      ("[tool.poetry]\nname = \"old\"", "old", 2), ("[tool.other]\nname = \"x\"", nil, 0),
      ("name = \"x\"", nil, 0), ("[project]\nname = x", nil, 0), ("[project]\nname = \"a b\"", nil, 0),
      ("x = '''\n[project]\nname = \"x\"\n'''\n[project]\nname = \"sample\"", "sample", 6),
      ("project.name = \"sample\"", "sample", 1),
      ("[project]\nnames = \"x\"", nil, 0), ("[[project]]\nname = \"x\"", nil, 0),
    ] as [(String, String?, Int)])
  func readsTheProjectsName(_ text: String, _ name: String?, _ line: Int) {
    let found = ProjectFile("pyproject.toml", tables: "project", "tool.poetry").name(in: text)
    #expect(found?.text == name && found?.line ?? 0 == line)
  }

  // MARK: The commands

  private func repository(
    remote: String? = "git@github.com:octo-org/sample.git", _ files: [String: String] = [:]
  ) async throws -> TestFolder {
    let folder = try TestFolder()
    for name in [".git", ".github", ".github/workflows"] { try folder.makeFolder(name) }
    if let remote { try folder.write(".git/config", "[remote \"origin\"]\n\turl = \(remote)\n") }
    try folder.write("pyproject.toml", "[project]\nname = \"Sample.Project\"\n")
    for (name, text) in files { try folder.write(name, text) }
    return folder
  }

  @Test func writesAFileThatWorks() async throws {
    let folder = try await repository()
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.hasPrefix("# .github/workflows/publish.yml\nname: publish\n"))
    // It is committed and read by others, as its neighbours are.
    #expect(folder.permissions(of: "token-broker.json") == folder.permissions(of: "pyproject.toml"))
    #expect(run.output.contains("    environment: release\n") && run.output.contains("token-broker exec release --"))
    #expect(run.error.contains("registries.pypi.expect.owner            octo-org  (git remote origin)"), "\(run.error)")
    #expect(run.error.contains("Sample.Project  (pyproject.toml, line 2)") && run.error.contains("(suggested)"))
    let shown = try await BuiltTool.run(["config"], in: folder)
    #expect(shown.status == 0 && shown.output.contains("registries.pypi.expect"), "\(shown.error)")

    let sheet = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(sheet.status == 0 && sheet.error.isEmpty, "\(sheet.error)")
    #expect(sheet.output.contains("publish.yml     (expect, token-broker.json, line 9, column 21)"), "\(sheet.output)")
    let query =
      "?provider=github&owner=octo-org&repository=sample&workflow_filename=publish.yml&environment=release"
    for host in ["pypi.org", "test.pypi.org"] {
      #expect(sheet.output.contains("https://\(host)/manage/project/Sample.Project/settings/publishing/\(query)\n"))
      #expect(sheet.output.contains("https://\(host)/manage/account/publishing/"))
    }
    #expect(sheet.output.contains("https://github.com/octo-org/sample/settings/environments\n"))
  }

  @Test func replacesNothingUnlessForced() async throws {
    let folder = try await repository(["token-broker.json": "mine"])
    defer { folder.remove() }
    let refused = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(refused.status == 10 && refused.output.isEmpty && refused.error.contains("there already"))
    #expect(folder.read("token-broker.json") == "mine")
    let forced = try await BuiltTool.run(["config", "init", "--force"], in: folder)
    #expect(forced.status == 0 && folder.read("token-broker.json").hasPrefix("{\n"), "\(forced.error)")
    try folder.link("link.json", to: "elsewhere")
    let link = try await BuiltTool.run(["config", "init", "--output", "link.json"], in: folder)
    #expect(link.status == 10 && !folder.names.contains("elsewhere"), "\(link.error)")
  }

  @Test func writesNothingThatTheOrganisationsFileRefuses() async throws {
    let folder = try await repository()
    defer { folder.remove() }
    let organisation = #"{"version":1,"registries":{"pypi":{}}}"#
    let run = try await BuiltTool.run(["config", "init"], ["TOKEN_BROKER_ORG_CONFIG_JSON": organisation], in: folder)
    #expect(run.status == 3 && run.error.contains("would be refused as it is, and was not written"), "\(run.error)")
    #expect(run.error.contains("testpypi") && run.output.isEmpty && !folder.names.contains("token-broker.json"))
  }

  /// A workflow that has identity tokens for something else is none to publish from, and none to write over.
  @Test func leavesOtherWorkflowsAlone() async throws {
    let pages =
      "on: push\njobs:\n  pages:\n    permissions: {id-token: write}\n    environment: github-pages\n    steps: [{run: make}]\n"
    let folder = try await repository([
      ".github/workflows/pages.yml": pages, ".github/workflows/publish.yml": "on: push\njobs: {}\n",
    ])
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(run.status == 0 && run.output.hasPrefix("# .github/workflows/publish-package.yml\n"), "\(run.error)")
    #expect(run.error.contains("environment  release  (suggested)") || run.output.contains("environment: release"))
    try folder.unlink("token-broker.json")
    let sheet = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(!sheet.output.contains("pages") && sheet.output.hasPrefix("To complete first"), "\(sheet.output)")
    #expect(sheet.output.contains("No job that is read here publishes to pypi"))
  }

  /// What jobs say decides: an environment of a publishing job, an expression, no permission, a stored token.
  @Test func readsTheJobThatPublishes() async throws {
    let folder = try await repository([
      ".github/workflows/docs.yml":
        "on: push\njobs:\n  docs:\n    permissions: {id-token: write}\n    environment: github-pages\n    steps: [{run: make}]\n",
      ".github/workflows/out.yml": """
      on: {push: {tags: ['v*']}}
      jobs:
        one:
          environment: {name: release}
          permissions: {id-token: write}
          steps: [{run: twine upload dist/*}]
        two:
          environment: "${{ inputs.where }}"
          steps: [{run: "twine upload -r testpypi -p ${{ secrets.STORED }} dist/*"}]

      """,
    ])
    defer { folder.remove() }
    let sheet = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(
      sheet.output.contains("at pypi: owner octo-org, repository sample, workflow out.yml, environment release\n"),
      "\(sheet.output)")
    #expect(sheet.output.contains("release         (.github/workflows/out.yml, line 4)"), "\(sheet.output)")
    #expect(sheet.output.contains("decided by an expression; say which"), "\(sheet.output)")
    // A link without it would register another publisher.
    #expect(
      sheet.output.contains("Environment name   (not known)") && !sheet.output.contains("test.pypi.org/manage/project"))
    #expect(sheet.output.contains("publishes with a stored token today: twine"), "\(sheet.output)")
    #expect(!sheet.output.contains("github-pages"))
  }

  /// Each project of a checkout with the workflow that publishes it.
  @Test func knowsTheProjectsOfACheckout() async throws {
    func workflow(_ steps: String) -> String {
      "on: {push: {tags: ['v*']}}\njobs:\n  publish:\n    permissions: {id-token: write}\n    environment: pypi\n    steps:\n\(steps)"
    }
    let folder = try await repository([
      "packages/one/pyproject.toml": "[project]\nname = \"first\"\n",
      "packages/two/pyproject.toml": "[project]\nname = \"second\"\n",
      "libs/three/pyproject.toml": "[project]\nname = \"third\"\n",
      "tests/four/pyproject.toml": "[project]\nname = \"fourth\"\n",
      ".github/workflows/one.yml": workflow("      - run: twine upload packages/one/dist/*\n"),
      ".github/workflows/b.yml": workflow("      - run: uv publish\n        working-directory: ./packages/two\n"),
    ])
    defer { folder.remove() }
    try folder.unlink("pyproject.toml")
    let csv = try await BuiltTool.run(["config", "publishers", "--format", "csv"], in: folder)
    let rows = csv.output.split(separator: "\r\n").dropFirst().map {
      $0.split(separator: ",").map { String($0.dropFirst().dropLast()) }
    }
    #expect(
      rows.map { "\($0[0]) \($0[3]) \($0[4]) \($0[7])" } == [
        "register pypi second b.yml", "register pypi first one.yml", "complete pypi third ",
      ], "\(csv.output)\(csv.error)")
    let text = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(
      text.output.contains(
        "https://pypi.org/manage/project/second/settings/publishing/?provider=github&owner=octo-org&repository=sample&workflow_filename=b.yml&environment=pypi\n"
      ), "\(text.output)")
    let one = try await BuiltTool.run(["config", "publishers", "packages/one", "--format", "csv"], in: folder)
    #expect(one.output.contains("\"first\"") && !one.output.contains("second"), "\(one.output)")
    // Of a job that names none, nobody knows.
    try folder.write(".github/workflows/b.yml", workflow("      - run: uv publish\n"))
    try folder.unlink(".github/workflows/one.yml")
    let all = try await BuiltTool.run(["config", "publishers", "--format", "json"], in: folder)
    #expect(
      all.output.split(separator: "The job does not say which of the checkout's projects").count == 4, "\(all.output)")
  }

  @Test func writesAPipelineForGitLab() async throws {
    let folder = try await repository(remote: "https://gitlab.com/octo-group/sub/sample.git")
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--environment", "on"], in: folder)
    #expect(run.status == 0 && run.output.hasPrefix("# .gitlab-ci.yml\n"), "\(run.error)")
    #expect(run.output.contains("TESTPYPI_ID_TOKEN:\n      aud: testpypi\n") && run.output.contains("aud: pypi\n"))
    #expect(run.output.contains("  environment: \"on\"\n"))
    let sheet = try await BuiltTool.run(["config", "publishers", "--format", "json"], in: folder)
    let query =
      "?provider=gitlab&namespace=octo-group%2Fsub&project=sample&workflow_filepath=.gitlab-ci.yml&environment=on"
    #expect(
      sheet.output.contains("https://pypi.org/manage/project/Sample.Project/settings/publishing/\(query)\""),
      "\(sheet.output)")
    // The form for projects that do not exist reads nothing of its address.
    #expect(sheet.output.contains("https://pypi.org/manage/account/publishing/\""), "\(sheet.output)")
    let node = try JSONReader().read(Array(sheet.output.utf8))
    #expect(node.object?["publishers"]?.array?.count == 2)
  }

  /// What each job that publishes does before it publishes, and the command that publishes.
  private func jobs(_ workflow: String) -> [(text: String, command: String)] {
    let lines = workflow.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.filter { lines[$0].contains("token-broker exec") }.map { index in
      let start = lines[..<index].lastIndex { $0.contains("id-token: write") || $0.contains("id_tokens:") } ?? 0
      let command = lines[index].replacing("- run: ", with: "").replacing("- token", with: "token").trimmingPrefix {
        $0 == " "
      }
      return (lines[start...index].joined(separator: "\n"), String(command))
    }
  }

  /// Each job of what `config init` prints has the file that it wrote, names it, and is refused by it: with another
  /// environment than the one expected, without the file, and in a folder of the checkout.
  @Test(arguments: [SandboxProvider.github, .gitlab])
  func writesJobsThatTheFileHoldsFor(_ provider: SandboxProvider) async throws {
    let isGitHub = provider == .github
    let remote = isGitHub ? "git@github.com:octo-org/sample.git" : "git@gitlab.com:octo-group/sub/sample.git"
    let folder = try await repository(
      remote: remote,
      isGitHub
        ? [
          ".github/workflows/other.yml":
            "on: push\njobs:\n  a:\n    permissions: {id-token: write}\n    environment: testpypi\n    steps: [{run: make}]\n"
        ] : [:])
    defer { folder.remove() }
    let start = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(start.status == 0, "\(start.error)")
    let jobs = jobs(start.output)
    #expect(jobs.count == 1, "\(start.output)")
    for job in jobs {
      #expect(job.text.contains("TOKEN_BROKER_CONFIG: token-broker.json\n"), "\(job.text)")
      #expect(job.text.contains("sparse-checkout: token-broker.json\n") == isGitHub, "\(job.text)")
      // What the job's runner is left with: at GitHub the one file, and nothing that is not brought there by a step.
      let workspace = try TestFolder()
      defer { workspace.remove() }
      try workspace.makeFolder("a")
      let sandbox = try Sandbox.started()
      var environment = sandbox.environment(for: provider)
      environment["TOKEN_BROKER_CONFIG"] = "token-broker.json"
      environment[isGitHub ? "GITHUB_WORKSPACE" : "CI_PROJECT_DIR"] = workspace.path
      let words = job.command.split(separator: " ").map(String.init)
      let arguments = Array(words[1..<(words.firstIndex(of: "--") ?? words.endIndex)])
      let command = arguments + ["--env", "X={token}", "--", "true"]
      let without = try await BuiltTool.run(command, environment, in: workspace)
      #expect(
        without.status == 125 && without.error.contains("TOKEN_BROKER_CONFIG names cannot be used"), "\(without.error)")
      try workspace.write("token-broker.json", folder.read("token-broker.json"))
      for place in [workspace.path, "\(workspace.path)/a"] {
        environment["TOKEN_BROKER_CONFIG"] = place == workspace.path ? "token-broker.json" : nil
        let refused = try await BuiltTool.run(command, environment, in: TestFolder(at: place))
        #expect(refused.status == 125 && refused.error.contains("expectation-failed"), "\(refused.error)")
        #expect(refused.error.contains("configuration: "), "\(refused.error)")
      }
      #expect(!sandbox.requests.contains { $0.method == "POST" })
    }
  }

  @Test func makesASheetForManyRepositories() async throws {
    let folder = try await repository([
      "org.json":
        #"{"version":1,"registries":{"pypi":{"expect":{"owner":"octo-org","workflow":"w.yml","environment":"e"}}}}"#
    ])
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      [
        "config", "publishers", "--config", "org.json", "--format", "markdown", "--repository", "octo-org/one",
        "--repository", "other/two=zwei", ".",
      ], in: folder)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.split(separator: "\n").filter { $0.hasPrefix("## ") }.count == 3)
    #expect(run.output.contains("| Owner | `other` | --repository |"), "\(run.output)")
    #expect(run.output.contains("| Workflow name | `w.yml` | expect, org.json, line 1, column 76 |"), "\(run.output)")
    #expect(run.output.contains("| PyPI Project Name | `zwei` | --repository |"))
    #expect(run.output.contains("There is no .github/workflows/w.yml") == false)
  }

  /// A workflow whose job publishes to both indexes from an environment.
  private static func workflow(_ environment: String) -> String {
    "on: {push: {tags: ['v*']}}\njobs:\n  p:\n    permissions: {id-token: write}\n    environment: \(environment)\n"
      + "    steps: [{run: twine upload -r testpypi dist/*}, {run: twine upload dist/*}]\n"
  }

  /// The table first, by what a person has to do; the same for a spreadsheet, where nothing is a formula.
  @Test func beginsWithWhatIsToBeDone() async throws {
    let folder = try await repository([
      ".github/workflows/p.yml": Self.workflow("=1+1")
    ])
    defer { folder.remove() }
    let arguments = ["config", "publishers", ".", "--repository", "octo-org/other"]
    let text = try await BuiltTool.run(arguments, in: folder)
    #expect(
      text.output.hasPrefix(
        "To register: 2\n  Sample.Project at testpypi: owner octo-org, repository sample, workflow p.yml, environment =1+1\n"
      ),
      "\(text.output)\(text.error)")
    #expect(
      text.output.contains("\nTo complete first: a value is not known: 2\n  (not known) at testpypi: owner octo-org"))
    let markdown = try await BuiltTool.run(arguments + ["--format", "markdown"], in: folder)
    #expect(
      markdown.output.hasPrefix("# Trusted publishers to register\n\n| project | index | fields | link | state |\n"),
      "\(markdown.output)")
    let csv = try await BuiltTool.run(arguments + ["--format", "csv"], in: folder)
    let rows = csv.output.split(separator: "\r\n")
    #expect(
      rows.count == 5 && rows[0].hasPrefix(#""state","from","publisher","index","index-project","owner""#),
      "\(csv.output)")
    #expect(
      rows[1].contains(#""register","octo-org/sample","GitHub","testpypi","Sample.Project""#)
        && rows[1].contains(#""'=1+1""#))
  }

  @Test func showsWhatIsOtherThanInAnEarlierSheet() async throws {
    let folder = try await repository([".github/workflows/p.yml": Self.workflow("a")])
    defer { folder.remove() }
    let arguments = ["config", "publishers", ".", "--repository", "octo-org/other=o"]
    try folder.write("old.json", try await BuiltTool.run(arguments + ["--format", "json"], in: folder).output)
    let same = try await BuiltTool.run(arguments + ["--since", "old.json"], in: folder)
    #expect(same.status == 0 && same.output.isEmpty && same.error == "since old.json: 0 of 4 new or changed, 0 gone\n")
    try folder.write(".github/workflows/p.yml", Self.workflow("b"))
    let run = try await BuiltTool.run(["config", "publishers", ".", "--since", "old.json"], in: folder)
    #expect(run.output.contains("environment b") && !run.output.contains("octo-org/other"), "\(run.output)")
    #expect(
      run.error.contains("no longer: octo-org/other o at pypi\n") && run.error.contains("2 of 2 new or changed, 2 gone")
    )
    try folder.write("old.json", "[]")
    let wrong = try await BuiltTool.run(["config", "publishers", ".", "--since", "old.json"], in: folder)
    #expect(wrong.status == 2 && wrong.output.isEmpty && wrong.error.contains("is no sheet"), "\(wrong.error)")
  }

  /// Arguments after `config`, the status, words of the message.
  @Test(arguments: [
    (["init"], Int32(2), "--provider github or --provider gitlab"), (["publishers"], 2, "--provider github"),
    (["init", "--provider", "gitlb"], 2, "Did you mean \"gitlab\"?"),
    (["publishers", "--format", "markdwn"], 2, "Did you mean \"markdown\"?"),
    (["publishers", "nowhere"], 2, "There is no folder"), (["publishers", "--repository", "one"], 2, "OWNER/NAME"),
    (["publishers", "--repository", "a/b="], 2, "OWNER/NAME"),
    (["publishers", "--repository", "a/b", "--repository", "a/c", "--project", "x"], 2, "of one repository"),
    (["publishers", "--provider", "github", "--workflow", ""], 2, "--workflow is not a name"),
    (["init", "--provider", "github", "--output", "/nonexistent/x"], 10, "/nonexistent/x"),
  ])
  func explainsBadInput(_ arguments: [String], _ status: Int32, _ words: String) async throws {
    let run = try await BuiltTool.run(["config"] + arguments)
    #expect(run.status == status && run.output.isEmpty && run.error.contains(words), "\(run.error)")
  }

  @Test func neutralisesWhatACheckoutHolds() async throws {
    let hostile = "a\u{1B}[31m|`@octocat` ::error::x ##[error]y"
    let folder = try await repository([
      ".github/workflows/p.yml": Self.workflow("\"\(hostile.replacing("\u{1B}", with: "\\e"))\"")
    ])
    defer { folder.remove() }
    for format in ["text", "markdown"] {
      let run = try await BuiltTool.run(["config", "publishers", "--format", format], in: folder)
      #expect(run.status == 0)
      #expect(
        !run.output.contains("\u{1B}") && !run.output.contains("::error") && !run.output.contains("##["),
        "\(run.output)")
      #expect(format == "text" || !run.output.contains("|`@"), "\(run.output)")
    }
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(!run.output.contains("\u{1B}") && !run.error.contains("\u{1B}") && !run.error.contains("\n::"))
  }
}
