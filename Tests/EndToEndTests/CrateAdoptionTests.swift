import BrokerCore
import BrokerSystem
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Repositories whose crates are published today come to the broker: what is written is run as it is written.
struct CrateAdoptionTests {
  /// A repository: its file, and what is to be found.
  struct Shape: Sendable, CustomTestStringConvertible {
    let name: String
    var isGitLab = false
    let text: String
    /// The stored credentials that are of no use afterwards.
    var stored: [String] = []
    /// What is published, in the words of the command.
    var command = "cargo publish"
    var testDescription: String { name }
    var path: String { isGitLab ? ".gitlab-ci.yml" : ".github/workflows/release.yml" }
  }

  private static func gitHub(_ steps: String, job: String = "", top: String = "") -> String {
    "name: release\non:\n  push:\n    tags: [\"v*\"]\n\(top)jobs:\n  publish:\n    runs-on: ubuntu-latest\n\(job)"
      + "    steps:\n      - uses: actions/checkout@v4\n\(steps)"
  }

  static let shapes = [
    Shape(
      name: "crates-io-auth-action",
      text: gitHub(
        """
              - uses: rust-lang/crates-io-auth-action@v1
                id: auth
              - run: cargo publish
                env:
                  CARGO_REGISTRY_TOKEN: ${{ steps.auth.outputs.token }}

        """, job: "    environment: release\n    permissions:\n      id-token: write\n")),
    Shape(
      name: "a stored token",
      text: gitHub(
        """
              - name: publish
                run: |
                  cargo test
                  cargo publish --workspace --registry crates-io
                env:
                  CARGO_REGISTRY_TOKEN: ${{ secrets.CRATES }}

        """), stored: ["CRATES"], command: "cargo publish --workspace"),
    Shape(
      name: "a stored token for all jobs",
      text: gitHub(
        "      - run: cargo publish --token ${{ secrets.B }}\n", top: "env:\n  CARGO_REGISTRY_TOKEN: ${{ secrets.A }}\n"
      ),
      stored: ["A", "B"]),
    Shape(
      name: "cargo login, and behind a pipe",
      text: gitHub(
        """
              - run: cargo login ${{ secrets.A }}
              - run: |
                  echo "${{ secrets.B }}" | cargo login
                  cargo publish

        """), stored: ["A", "B"]),
    Shape(
      name: "an action that publishes",
      text: gitHub(
        """
              - uses: katyo/publish-crates@v2
                with:
                  registry-token: ${{ secrets.CARGO_REGISTRY_TOKEN }}

        """), stored: ["CARGO_REGISTRY_TOKEN"], command: "cargo publish --workspace"),
    Shape(
      name: "a stored variable at GitLab", isGitLab: true,
      text: """
        publish:
          image: rust:1
          script:
            - cargo publish --locked
          rules:
            - if: $CI_COMMIT_TAG

        """, stored: ["CARGO_REGISTRY_TOKEN"], command: "cargo publish --locked"),
    Shape(
      name: "a variable of the job at GitLab", isGitLab: true,
      text: """
        publish:
          image: rust:1
          variables:
            CARGO_REGISTRY_TOKEN: $CRATES
          script:
            - cargo publish

        """, stored: ["CRATES"]),
  ]

  private static func repository(isGitLab: Bool = false, _ files: [String: String]) throws -> TestFolder {
    let folder = try TestFolder()
    for name in [".git", ".github", ".github/workflows", "a", "b", "bin"] { try folder.makeFolder(name) }
    let host = isGitLab ? "gitlab.com" : "github.com"
    try folder.write(".git/config", "[remote \"origin\"]\n\turl = git@\(host):octo-org/sample.git\n")
    for (name, text) in files { try folder.write(name, text) }
    return folder
  }

  private static let workspace = [
    "Cargo.toml": "[workspace]\nmembers = [\"*\"]\n",
    "a/Cargo.toml": "[package]\nname = \"a\"\n", "b/Cargo.toml": "[package]\nname = \"b\"\n",
  ]

  /// Runs the scripts of the job in the sandbox, with the tool that is played by a script.
  private static func run(
    _ scripts: [(String, [String: String])], in folder: TestFolder, _ options: String...
  ) async throws -> BuiltTool.Run {
    let packages = ["a", "b"].map {
      #"{"name":"\#($0)","version":"1.0.0","id":"\#($0)","manifest_path":"\#(folder.path)/\#($0)/Cargo.toml"}"#
    }.joined(separator: ",")
    for (name, text) in [
      ("cargo", SourcePackageTests.script), ("version", "1.95.0"), ("asked", "a b"), ("pipx", "#!/bin/sh\n"),
      ("apt-get", "#!/bin/sh\n"),
      ("metadata", #"{"packages":[\#(packages)],"workspace_members":["a","b"],"target_directory":"/nowhere"}"#),
    ] {
      try folder.write("bin/\(name)", text)
      try folder.makeRunnable("bin/\(name)")
    }
    try? folder.link("bin/token-broker", to: BuiltTool.path)
    var script = "set -e\n"
    for (text, variables) in scripts {
      for (name, value) in variables.sorted(by: { $0.key < $1.key }) { script += "export \(name)='\(value)'\n" }
      script += text.replacing("token-broker exec ", with: "token-broker exec --no-confirm ") + "\n"
    }
    try folder.write("job", script)
    return try await BuiltTool.run(
      ["sandbox"] + options + ["--", "sh", "job"], ["PATH": "\(folder.path)/bin:/usr/bin:/bin", "HOME": folder.path],
      in: folder)
  }

  @Test("A file that publishes crates is changed, and publishes with the broker", arguments: shapes)
  func changes(_ shape: Shape) async throws {
    let folder = try Self.repository(isGitLab: shape.isGitLab, Self.workspace.merging([shape.path: shape.text]) { $1 })
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--write"], in: folder)
    #expect(run.status == 0, "\(run.error)")
    let text = folder.read(shape.path)
    #expect(
      !text.contains("secrets.") && !text.contains("CARGO_REGISTRY_TOKEN") && !text.contains("cargo login"), "\(text)")
    #expect(!text.contains("steps.auth") && !text.contains("auth-action") && !text.contains("echo"), "\(text)")
    #expect(text.contains("token-broker exec crates-io -- \(shape.command)\n"), "\(text)")
    for name in shape.stored { #expect(run.error.contains("delete afterwards: \(name) at"), "\(run.error)") }
    #expect(run.error.joinedLines.occurrences(of: "and the API token") == shape.stored.count, "\(run.error)")
    for crate in ["a", "b"] {
      #expect(run.error.contains("https://crates.io/crates/\(crate)/settings/new-trusted-publisher"), "\(run.error)")
    }
    #expect(run.error.contains("rehearse: token-broker sandbox -- token-broker exec crates-io -- \(shape.command)\n"))
    let configuration = folder.read("token-broker.json")
    #expect(
      configuration.contains("\"crates-io\"") && !configuration.contains("pypi") && !configuration.contains("routes"))
    #expect(shape.isGitLab || configuration.contains("\"calling-workflow\": \"release.yml\""), "\(configuration)")

    let (job, scripts) = try InitTests.steps(text)
    if shape.isGitLab {
      #expect(job["id_tokens"]?.mapping?["CRATES_IO_ID_TOKEN"]?.mapping?["aud"]?.text == "crates.io", "\(text)")
    } else {
      #expect(job["permissions"]?.mapping?["id-token"]?.text == "write", "\(text)")
    }
    let done = try await Self.run(scripts, in: folder)
    #expect(
      done.status == 0 && folder.read("bin/answers").occurrences(of: "cio_tp_") == 2, "\(done.output)\(done.error)")
    // Another job is refused by what was written.
    let other = try await Self.run(scripts, in: folder, "--job", "environment=another")
    #expect(other.status != 0 && other.output.contains("expectation-failed"), "\(other.output)")
    let again = try await BuiltTool.run(["config", "init", "--force"], in: folder)
    #expect(!again.output.contains("token-broker exec token-broker"), "\(again.output)")
  }

  /// Steps, and words of the refusal.
  @Test(
    "What no program can change is said, and nothing is written",
    arguments: [
      (
        "      - uses: release-plz/action@v0.5\n        with: {command: release}\n",
        "token-broker exec crates-io --client cargo -- release-plz release"
      ),
      (
        "      - uses: rust-lang/crates-io-auth-action@v1\n        id: auth\n      - run: cargo publish\n"
          + "      - run: ./other ${{ steps.auth.outputs.token }}\n",
        "line 13: it uses what rust-lang/crates-io-auth-action makes"
      ),
      ("      - run: cargo publish --registry mine\n", "\"mine\", which is no registry of the configuration"),
    ]) func refuses(_ steps: String, _ words: String) async throws
  {
    let text = Self.gitHub(steps)
    let folder = try Self.repository(Self.workspace.merging([".github/workflows/release.yml": text]) { $1 })
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--write"], in: folder)
    #expect(run.status != 0 && run.output.isEmpty && run.error.joinedLines.contains(words), "\(run.error)")
    #expect(folder.read(".github/workflows/release.yml") == text && !folder.names.contains("token-broker.json"))
  }

  @Test("A job that makes a credential and publishes in no known way stays as it is") func staysAsItIs() async throws {
    let job = "  other:\n    steps:\n      - uses: rust-lang/crates-io-auth-action@v1\n      - run: ./publish-all\n"
    let text = Self.gitHub("      - run: cargo publish\n") + job
    let folder = try Self.repository(Self.workspace.merging([".github/workflows/release.yml": text]) { $1 })
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--write"], in: folder)
    #expect(run.status == 0 && folder.read(".github/workflows/release.yml").hasSuffix(job), "\(run.error)")
  }

  @Test("Where nothing publishes yet, a workflow is written that publishes the workspace", arguments: [false, true])
  func writesNew(_ isGitLab: Bool) async throws {
    let folder = try Self.repository(isGitLab: isGitLab, Self.workspace)
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("token-broker exec crates-io -- cargo publish --workspace\n"), "\(run.output)")
    #expect(!run.output.contains("dist") && !run.output.contains("python") && !run.output.contains("pypi"))
    let done = try await Self.run(try InitTests.steps(run.output).scripts, in: folder)
    #expect(
      done.status == 0 && folder.read("bin/answers").occurrences(of: "cio_tp_") == 2, "\(done.output)\(done.error)")
  }

  @Test("A repository of two kinds says which was chosen, and how to choose the other") func mixed() async throws {
    let files = Self.workspace.merging(["pyproject.toml": "[project]\nname = \"sample\"\n"]) { $1 }
    let folder = try Self.repository(files)
    defer { folder.remove() }
    let usual = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(usual.status == 0 && usual.output.contains("token-broker exec release -- pipx run twine"), "\(usual.error)")
    let note =
      "pyproject.toml and Cargo.toml are here; this is for testpypi and pypi. For the other: --registry crates-io."
    #expect(usual.error.joinedLines.contains(note), "\(usual.error)")
    let other = try await BuiltTool.run(["config", "init", "--force", "--registry", "crates-io"], in: folder)
    #expect(other.status == 0 && other.output.contains("exec crates-io -- cargo publish --workspace"), "\(other.error)")
    // The file says what is meant from now on.
    let sheet = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(sheet.status == 0 && !sheet.output.contains("pypi") && sheet.error.isEmpty, "\(sheet.output)\(sheet.error)")
    let old = folder.read("token-broker.json")
    #expect(old.contains("crates-io"))
    try FileManager.default.removeItem(atPath: "\(folder.path)/token-broker.json")
    let both = try await BuiltTool.run(["config", "publishers"], in: folder)
    #expect(both.error.joinedLines.contains(note) && !both.output.contains("crates.io"), "\(both.error)")

    // A workflow that publishes to both tells by itself.
    try folder.write(
      ".github/workflows/release.yml",
      Self.gitHub("      - run: twine upload dist/*\n") + "  crate:\n    steps:\n      - run: cargo publish\n")
    let changed = try await BuiltTool.run(["config", "init", "--write"], in: folder)
    #expect(changed.status == 0 && !changed.error.contains("For the other"), "\(changed.error)")
    let text = folder.read(".github/workflows/release.yml")
    #expect(
      text.contains("token-broker exec pypi -- twine upload dist/*") && text.contains("exec crates-io -- cargo publish")
    )
    let configuration = folder.read("token-broker.json")
    #expect(
      configuration.contains("\"pypi\"") && configuration.contains("\"crates-io\"") && !configuration.contains("routes")
    )
  }

  @Test("The sheet has a form for each crate of a workspace, with what is compared how") func sheet() async throws {
    for isGitLab in [false, true] {
      let folder = try Self.repository(
        isGitLab: isGitLab,
        Self.workspace.merging([
          "b/Cargo.toml": "[package]\nname = \"b\"\npublish = false\n", "c.toml": "",
          isGitLab ? ".gitlab-ci.yml" : ".github/workflows/release.yml":
            isGitLab
            ? "publish:\n  environment: crates\n  script: [token-broker exec crates-io -- cargo publish]\n"
            : "on: push\njobs:\n  publish:\n    environment: crates\n    permissions: {id-token: write}\n"
              + "    steps: [{run: token-broker exec crates-io -- cargo publish}]\n",
        ]) { $1 })
      defer { folder.remove() }
      try folder.makeFolder("c")
      try folder.write("c/Cargo.toml", "[package]\nname = \"c\"\n")
      let run = try await BuiltTool.run(["config", "publishers"], in: folder)
      #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
      for crate in ["a", "c"] {
        #expect(
          run.output.contains("https://crates.io/crates/\(crate)/settings/new-trusted-publisher\n"), "\(run.output)")
      }
      #expect(!run.output.contains("crates/b/"))
      let labels =
        isGitLab
        ? ["Namespace", "Project", "Workflow filepath"] : ["Repository owner", "Repository name", "Workflow filename"]
      for label in labels + ["Environment name: without case"] {
        #expect(run.output.joinedLines.contains(label), "\(label): \(run.output)")
      }
      #expect(run.output.joinedLines.contains("the calling file (workflow_ref") == !isGitLab, "\(run.output)")
      #expect(run.output.joinedLines.contains("the first version of each has to be published"), "\(run.output)")
    }
  }

  @Test("A manifest that is hostile costs nothing and says nothing wrong") func hostile() async throws {
    for text in [
      "[package\nname = ", "[package]\nname = \"\\u001b[31m::add-mask::x\"\n",
      "a = " + String(repeating: "[", count: 500_000),
      "[workspace]\nmembers = [" + String(repeating: "\"*/*/*/*/*/*\",", count: 10_000) + "]\n",
      "[workspace]\nmembers = [\"../../../../etc\", \"/\", \"bin/../../x\"]\n[package]\nname = \"..\"\n",
    ] {
      let folder = try Self.repository(["Cargo.toml": text])
      defer { folder.remove() }
      // In seconds of a processor.
      let run = try await BuiltTool.run(
        ["config", "publishers", "--workflow", "a.yml"], in: folder, preparation: "ulimit -t 5")
      #expect(run.status == 0 && run.output.contains("crates-io") && !run.output.contains("\u{1B}"), "\(run.error)")
    }
    let folder = try Self.repository(["Cargo.toml": String(repeating: "#", count: 3 << 20)])
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "publishers", "--workflow", "a.yml"], in: folder)
    #expect(run.status != 0 && run.error.contains("Cargo.toml"), "\(run.output)\(run.error)")
  }
}

extension String {
  /// The text with its lines joined by blanks.
  fileprivate var joinedLines: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// How often a text is in this one.
  fileprivate func occurrences(of text: String) -> Int { ranges(of: text).count }
}
