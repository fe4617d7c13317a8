import BrokerCore
import BrokerSandbox
import BrokerSystem
import BuiltInPlugins
import TestSupport
import Testing

@testable import TokenBroker

/// `config init` in repositories that publish already: what it writes is run as it is written.
struct InitTests {
  /// A repository that publishes: its file, the lines of it, and what is to be found.
  struct Shape: Sendable, CustomTestStringConvertible {
    let name: String
    var isGitLab = false
    let text: String
    /// The registries, in order.
    var registries = ["pypi"]
    /// The stored credentials that are of no use afterwards.
    var stored: [String] = []
    /// The environment.
    var environment = "release"
    var testDescription: String { name }
    var path: String { isGitLab ? ".gitlab-ci.yml" : ".github/workflows/release.yml" }
  }

  private static func gitHub(_ job: String, top: String = "") -> String {
    "name: release\non:\n  push:\n    tags: [\"v*\"]\n\(top)\njobs:\n  publish:\n    runs-on: ubuntu-latest\n\(job)"
  }

  static let shapes: [Shape] = [
    Shape(
      name: "PyPA's action with a token",
      text: gitHub(
        """
            steps:
              - uses: actions/checkout@v4
              - uses: pypa/gh-action-pypi-publish@release/v1
                with:
                  password: ${{ secrets.PYPI_API_TOKEN }}

        """), stored: ["PYPI_API_TOKEN"]),
    Shape(
      name: "PyPA's action twice, by trusted publishing",
      text: gitHub(
        """
            environment:
              name: pypi
              url: https://pypi.org/p/sample
            permissions:
              id-token: write
            steps:
              - uses: actions/download-artifact@v4
                with: {name: dist, path: dist}
              - name: TestPyPI
                uses: pypa/gh-action-pypi-publish@release/v1
                with:
                  repository-url: https://test.pypi.org/legacy/
                  packages-dir: dist/
              - name: PyPI
                if: always()
                uses: pypa/gh-action-pypi-publish@release/v1 # pinned elsewhere

        """), registries: ["testpypi", "pypi"], environment: "pypi"),
    Shape(
      name: "twine with variables of the step",
      text: gitHub(
        """
            steps:
              - uses: actions/checkout@v4
              - name: publish
                env:
                  TWINE_USERNAME: __token__
                  TWINE_PASSWORD: ${{ secrets.TWINE_TOKEN }}
                  OTHER: "yes"
                run: |
                  twine check dist/*
                  twine upload --verbose dist/*

        """), stored: ["TWINE_TOKEN"]),
    Shape(
      name: "twine with options, in one line",
      text: gitHub(
        """
            steps:
              - uses: actions/checkout@v4
              - run: python -m twine upload -u __token__ -p ${{ secrets.TOKEN }} --repository-url https://test.pypi.org/legacy/ dist/*

        """), registries: ["testpypi"], stored: ["TOKEN"]),
    Shape(
      name: "twine with variables of the job, and a release that is written to",
      text: gitHub(
        """
            permissions: {contents: write}
            env:
              TWINE_PASSWORD: ${{ secrets.A }}
              KEPT: 1
            steps:
              - uses: actions/checkout@v4
              - run: "twine upload dist/*"

        """), stored: ["A"]),
    Shape(
      name: "uv with a token in the command",
      text: gitHub(
        """
            steps:
            - uses: actions/checkout@v4
            - uses: astral-sh/setup-uv@v6
            - run: UV_PUBLISH_TOKEN=${{ secrets.UV }} uv publish dist/*

        """, top: "permissions:\n  contents: read\n"), stored: ["UV"]),
    Shape(
      name: "poetry that stores its token",
      text: gitHub(
        """
            steps:
              - uses: actions/checkout@v4
              - run: |
                  poetry config pypi-token.pypi ${{ secrets.POETRY }}
                  poetry publish

        """, top: "permissions: read-all\n"), stored: ["POETRY"]),
    Shape(
      name: "poetry that stores its token in a step of its own",
      text: gitHub(
        """
            steps:
              - uses: actions/checkout@v4
              - name: login
                run: poetry config pypi-token.pypi ${{ secrets.POETRY }}
              - run: poetry publish

        """), stored: ["POETRY"]),
    Shape(
      name: "maturin's action, and lines that go on",
      text: gitHub(
        """
            steps:
              - uses: actions/checkout@v4
              - uses: PyO3/maturin-action@v1
                env:
                  MATURIN_PYPI_TOKEN: ${{ secrets.M }}
                with:
                  command: upload
                  args: --non-interactive --skip-existing dist/*
              - run: |
                  twine upload \\
                    --repository testpypi \\
                    dist/*

        """), registries: ["pypi", "testpypi"], stored: ["M"]),
    Shape(
      name: "line ends of another system",
      text: gitHub(
        "    steps:\n      - uses: actions/checkout@v4\n      - run: twine upload dist/*\n        env:\n"
          + "          TWINE_PASSWORD: ${{ secrets.T }}\n"
      ).replacing("\n", with: "\r\n"), stored: ["T"]),
    Shape(
      name: "a command that is folded, in a job that has its identity alone",
      text: gitHub(
        """
            permissions:
              id-token: write
            steps:
              - uses: actions/download-artifact@v4
              - name: publish
                run: >-
                  twine upload
                  -p ${{ secrets.FOLDED }}
                  dist/*
                timeout-minutes: 5

        """), stored: ["FOLDED"]),
    Shape(
      name: "a job that may write, right before its steps",
      text: gitHub(
        """
            permissions:
              contents: write
            steps:
              - uses: actions/checkout@v4
              - run: twine upload dist/*

        """)),
    Shape(
      name: "an identity token and a variable right before the script, at GitLab", isGitLab: true,
      text: """
        publish:
          variables:
            KEPT: "1"
          id_tokens:
            PYPI_ID_TOKEN:
              aud: pypi
          script:
            - twine upload dist/*
            - twine upload -r testpypi dist/*

        """, registries: ["pypi", "testpypi"]),
    Shape(
      name: "a folded command at GitLab", isGitLab: true,
      text: """
        publish:
          script:
            - >
              twine upload
              -p $FOLDED dist/*
            - echo done

        """, stored: ["FOLDED"]),
    Shape(
      name: "twine at GitLab", isGitLab: true,
      text: """
        build:
          script: [python -m build]
        publish:
          image: python:3-slim
          variables:
            TWINE_USERNAME: __token__
            TWINE_PASSWORD: $PYPI_TOKEN
          script:
            - pip install twine
            - twine upload dist/*

        """, stored: ["PYPI_TOKEN"]),
    Shape(
      name: "twine at GitLab with options and identity tokens", isGitLab: true,
      text: """
        publish:
          image: python:3-slim
          environment:
            name: pypi
          id_tokens:
            PYPI_ID_TOKEN:
              aud: pypi
          script:
            - |
              twine upload -u __token__ -p "$TOKEN_A" -r testpypi dist/*
              twine upload -p "${TOKEN_B}" dist/*
          rules:
            - if: $CI_COMMIT_TAG

        """, registries: ["testpypi", "pypi"], stored: ["TOKEN_A", "TOKEN_B"], environment: "pypi"),
  ]

  private static func repository(_ shape: Shape) throws -> TestFolder {
    let folder = try TestFolder()
    for name in [".git", ".github", ".github/workflows", "dist"] { try folder.makeFolder(name) }
    let host = shape.isGitLab ? "gitlab.com" : "github.com"
    try folder.write(".git/config", "[remote \"origin\"]\n\turl = git@\(host):octo-org/sample.git\n")
    try folder.write("pyproject.toml", "[project]\nname = \"sample\"\n")
    try folder.write("dist/sample-1.0.tar.gz", "content")
    try folder.write(shape.path, shape.text)
    return folder
  }

  /// The steps of the job that publish and what they are given, as a runner reads them.
  static func steps(_ text: String) throws -> (job: YAMLMapping, scripts: [(String, [String: String])]) {
    let root = try #require(try YAMLReader().read(Array(text.utf8)).last?.mapping)
    let job = try #require((root["jobs"]?.mapping ?? root)["publish"]?.mapping)
    var scripts: [(String, [String: String])] = []
    func texts(_ node: YAMLNode?) -> [String: String] {
      Dictionary((node?.mapping?.members ?? []).map { ($0.name, $0.value.text ?? "") }) { $1 }
    }
    for step in job["steps"]?.sequence ?? [] {
      guard let run = step.mapping?["run"]?.text else { continue }
      scripts.append((run, texts(job["env"]).merging(texts(step.mapping?["env"])) { $1 }))
    }
    for line in job["script"]?.sequence ?? [] { scripts.append((line.text ?? "", texts(job["variables"]))) }
    return (job, scripts)
  }

  @Test(arguments: shapes) func changesTheFileThatPublishes(_ shape: Shape) async throws {
    let folder = try Self.repository(shape)
    defer { folder.remove() }
    let shown = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(shown.status == 0, "\(shown.error)")
    #expect(folder.read(shape.path) == shape.text && !folder.names.contains("token-broker.json"))
    for name in shape.stored { #expect(shown.error.contains("delete afterwards: \(name) at"), "\(shown.error)") }
    #expect(!shown.error.contains(".."), "\(shown.error)")
    let last = shown.error.split(separator: "\n").suffix(2 + 1)
    #expect(last.map { $0.prefix { $0 != ":" } } == ["written", "register", "rehearse"], "\(shown.error)")

    let written = try await BuiltTool.run(["config", "init", "--write"], in: folder)
    #expect(written.status == 0 && written.output == shown.output, "\(written.error)")
    let text = folder.read(shape.path)
    #expect(text.contains("\r\n") == shape.text.contains("\r\n"))
    #expect(!text.contains("secrets.") && !text.contains("_PASSWORD") && !text.contains("gh-action-pypi"), "\(text)")
    // What is shown is what was written: a patch of the one is the other.
    try folder.write("shown.diff", shown.output)
    try folder.makeFolder("before")
    for name in [".github", ".github/workflows"] { try folder.makeFolder("before/\(name)") }
    try folder.write("before/\(shape.path)", shape.text)
    let patch = ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)/before' && git apply -p1 ../shown.diff >../log 2>&1"],
      environment: Environment(["PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": folder.path]))
    #expect(try await patch.run().status == 0, "\(folder.read("log"))\n\(shown.output)")
    #expect(folder.read("before/\(shape.path)") == text)

    let (job, scripts) = try Self.steps(text)
    let environment = job["environment"]?.text ?? job["environment"]?.mapping?["name"]?.text
    #expect(environment == shape.environment, "\(text)")
    if shape.isGitLab {
      let audiences = job["id_tokens"]?.mapping?.members.compactMap { $0.value.mapping?["aud"]?.text } ?? []
      #expect(Set(audiences) == Set(shape.registries) && audiences.count == shape.registries.count, "\(text)")
      #expect(job["variables"]?.mapping?["TOKEN_BROKER_CONFIG"]?.text == "token-broker.json", "\(text)")
    } else {
      #expect(job["permissions"]?.mapping?["id-token"]?.text == "write", "\(text)")
      // Whatever takes the configuration out of the repository may read it.
      #expect(["read", "write"].contains(job["permissions"]?.mapping?["contents"]?.text), "\(text)")
    }
    #expect(
      scripts.contains {
        $0.0.contains("pip install --quiet token-broker==") || $0.0.contains("pipx install token-broker==")
      })

    try await Self.run(scripts, shape, in: folder)
    // A second run finds nothing to change, and does not write a second workflow beside it.
    let again = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(again.status == 10 && again.output.isEmpty, "\(again.error)")
  }

  /// Runs the scripts as they are written against the sandbox, which plays this repository's job; and another job, which
  /// what was written refuses.
  private static func run(
    _ scripts: [(String, [String: String])], _ shape: Shape, in folder: TestFolder
  ) async throws {
    try folder.makeFolder("bin")
    // The tools of the job: each notes where it publishes to.
    let tool =
      "#!/bin/sh\ncase \"$*\" in *check*|*build*|*install*) exit 0;; esac\n"
      + "echo \"${TWINE_REPOSITORY_URL:-${UV_PUBLISH_URL:-$POETRY_REPOSITORIES_PYPI_URL}}\" >>'\(folder.path)/log'\n"
    for name in ["twine", "uv", "poetry", "pip", "pipx"] { try folder.write("bin/\(name)", tool) }
    try folder.write("bin/python", "#!/bin/sh\ncase \"$*\" in *twine*) shift 2; exec twine \"$@\";; esac\nexit 0\n")
    try folder.link("bin/token-broker", to: BuiltTool.path)
    _ = try await ChildProcess(
      ["/bin/sh", "-c", "chmod +x '\(folder.path)/bin/'[puw]* '\(folder.path)/bin/twine'"],
      environment: Environment(["PATH": "/bin:/usr/bin"])
    ).run()
    for isOther in [false, true] {
      try folder.write("log", "")
      var script = "set -e\n"
      for (text, variables) in scripts {
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) { script += "export \(name)='\(value)'\n" }
        script += text.replacing("token-broker exec ", with: "token-broker exec --no-confirm --no-compare ") + "\n"
      }
      try folder.write("job", script)
      let run = try await BuiltTool.run(
        ["sandbox"] + (isOther ? ["--job", "environment=another"] : []) + ["--", "sh", "job"],
        ["PATH": "\(folder.path)/bin:/usr/bin:/bin"], in: folder)
      let log = folder.read("log").split(separator: "\n")
      if isOther {
        #expect(
          run.status != 0 && log.isEmpty && run.output.contains("expectation-failed"), "\(run.output)\(run.error)")
      } else {
        #expect(run.status == 0 && log.count == shape.registries.count, "\(script)\n\(log)\n\(run.output)\(run.error)")
        #expect(run.error.contains("octo-org/sample"), "\(run.error)")
      }
    }
  }

  /// Files, words of the refusal: nothing is written, and nothing is printed to standard output.
  @Test(arguments: [
    (
      [gitHub("    steps: [{run: twine upload dist/*}]\n")],
      "line 9: the step is not written as a list of lines"
    ),
    (
      [gitHub("    steps:\n      - run: >\n          twine upload a\n\n          twine upload b\n")],
      "spread over lines that are joined"
    ),
    (
      [gitHub("    steps:\n      - uses: PyO3/maturin-action@v1\n        with:\n          command: publish\n")],
      "line 10: PyO3/maturin-action with command publish makes the files and publishes them in one step"
    ),
    (
      [gitHub("    steps:\n      - run: twine upload --repository-url https://nexus.example/ dist/*\n")],
      "no registry of the configuration"
    ),
    (
      [
        gitHub("    steps:\n      - run: twine upload dist/*\n"), gitHub("    steps:\n      - run: uv publish\n"),
      ], "publish to pypi, both of them"
    ),
  ])
  func refusesWithoutAWordOnStandardOutput(_ files: [String], _ words: String) async throws {
    let folder = try Self.repository(Shape(name: "", text: files[0]))
    defer { folder.remove() }
    if files.count > 1 { try folder.write(".github/workflows/second.yml", files[1]) }
    for option in ["--write", "--force"] {
      let run = try await BuiltTool.run(["config", "init", option], in: folder)
      #expect(run.status != 0 && run.output.isEmpty && run.error.contains(words), "\(run.output)\(run.error)")
      #expect(!folder.names.contains("token-broker.json") && folder.read(".github/workflows/release.yml") == files[0])
    }
  }

  /// Files of a repository whose jobs publish in places that are not changed, and words of the refusal: a new workflow would
  /// publish the same once more.
  @Test(arguments: [
    (
      false,
      [
        ".github/workflows/release.yml": gitHub("    steps:\n      - uses: ./.github/actions/publish\n"),
        ".github/actions/publish/action.yml":
          "runs:\n  using: composite\n  steps:\n    - run: twine upload dist/*\n      shell: bash\n",
      ], ".github/actions/publish/action.yml, line 4: the job \"publish\" publishes to pypi already"
    ),
    (
      false,
      [
        ".github/workflows/release.yml": gitHub(
          "    steps:\n      - run: token-broker exec pypi -- twine upload dist/*\n")
      ],
      "publishes to pypi already (token-broker)"
    ),
    (
      true,
      [
        ".gitlab-ci.yml": "release: {trigger: {include: ci/child.yml}, rules: [{if: $CI_COMMIT_TAG}]}\n",
        "ci/child.yml": "publish:\n  script: [\"uv publish -t $TOKEN\"]\n",
      ], "ci/child.yml, line 2: the job \"publish\" publishes to pypi already (uv with TOKEN)"
    ),
  ])
  func refusesWhereAnotherPlacePublishes(_ isGitLab: Bool, _ files: [String: String], _ words: String) async throws {
    let folder = try Self.repository(Shape(name: "", isGitLab: isGitLab, text: ""))
    defer { folder.remove() }
    for (path, text) in files { try folder.write(path, text) }
    for option in ["--write", "--new"] {
      let run = try await BuiltTool.run(["config", "init", option], in: folder)
      #expect(run.status == 2 && run.output.isEmpty && run.error.contains(words), "\(run.output)\(run.error)")
      #expect(!folder.names.contains("token-broker.json"))
    }
  }

  /// A file that is included is changed where it stands; the pipeline file of the publisher is the one that is started.
  @Test func changesAFileThatIsIncluded() async throws {
    let folder = try Self.repository(
      Shape(name: "", isGitLab: true, text: "include: {local: /ci/release.yml}\nstages: [deploy]\n"))
    defer { folder.remove() }
    try folder.write(
      "ci/release.yml",
      "publish:\n  stage: deploy\n  rules: [{if: $CI_COMMIT_TAG}]\n  script:\n    - uv publish -t $TOKEN\n")
    let run = try await BuiltTool.run(["config", "init", "--write"], in: folder)
    #expect(run.status == 0 && !run.error.contains("to change by hand"), "\(run.error)")
    #expect(folder.read("ci/release.yml").contains("token-broker exec pypi -- uv publish\n"))
    #expect(folder.read("token-broker.json").contains("\"pipeline-file\": \".gitlab-ci.yml\""))
    #expect(run.error.contains("workflow_filepath=.gitlab-ci.yml&"), "\(run.error)")
    let audit = try await BuiltTool.run(["config", "audit"], in: folder)
    #expect(audit.status == 0 && audit.output.hasSuffix("1 repository: 1 ready\n"), "\(audit.output)")
  }

  /// What is not done by the change is said, and so is the name under which a secret is stored.
  @Test func saysWhatTheCallerOfAWorkflowNeeds() async throws {
    let folder = try Self.repository(
      Shape(
        name: "",
        text:
          "on: {push: {tags: [v*]}}\njobs:\n  call:\n    uses: ./.github/workflows/publish.yml\n    secrets: {token: \"${{ secrets.STORED }}\"}\n"
      ))
    defer { folder.remove() }
    try folder.write(
      ".github/workflows/publish.yml",
      "on: {workflow_call: {secrets: {token: {required: true}}}}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n"
        + "      - run: twine upload -p ${{ secrets.token }} dist/*\n")
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(run.status == 0 && run.error.contains("delete afterwards: STORED at"), "\(run.error)")
    #expect(!run.error.contains("delete afterwards: token at"))
    #expect(
      run.error.contains("to change by hand: .github/workflows/release.yml, line 3: The job that calls"), "\(run.error)"
    )
  }

  /// A pipeline that does not publish gets a job with an environment, and what is not read here is said.
  @Test func suggestsAnEnvironmentInAPipelineThatIsThere() async throws {
    let folder = try Self.repository(
      Shape(name: "", isGitLab: true, text: "release:\n  trigger: octo-org/other\n"))
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init"], in: folder)
    #expect(run.status == 0 && run.output.contains("  environment: release\n"), "\(run.error)")
    #expect(run.error.contains("may publish already: .gitlab-ci.yml, line 1:"), "\(run.error)")
  }

  /// Two workflows on one tag publish twice.
  @Test func writesNoSecondWorkflowBesideOneThatPublishes() async throws {
    let folder = try Self.repository(Self.shapes[0])
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--new"], in: folder)
    #expect(run.status == 2 && run.output.isEmpty && run.error.contains("release.yml, line 7, publishes already"))
    #expect(!folder.names.contains("token-broker.json"))
  }

  @Test func keepsTheEnvironmentOfAWorkflowThatIsNamed() async throws {
    let folder = try Self.repository(Shape(name: "", text: "on: push\njobs: {}\n"))
    defer { folder.remove() }
    let run = try await BuiltTool.run(["config", "init", "--workflow", "publish.yml"], in: folder)
    #expect(run.status == 0 && run.output.contains("    environment: release\n"), "\(run.error)")
    #expect(folder.read("token-broker.json").contains("\"environment\": \"release\""))
  }
}
