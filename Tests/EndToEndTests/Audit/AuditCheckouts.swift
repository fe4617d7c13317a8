/// Checkouts of great variety, with known truth: a comment `#! CODE...` on a line of a file says what has to be found there,
/// and nothing else may be.
struct AuditCheckout: Sendable {
  let name: String
  /// The address of the remote.
  let remote: String
  let files: [String: String]
  /// What has to be found without a line: in configuration files.
  let others: [String]

  /// The findings that the files ask for, as `CODE FILE:LINE`.
  var expected: Set<String> {
    var expected = Set(others)
    for (path, text) in files {
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        guard let mark = line.firstRange(of: "#! ") else { continue }
        for code in line[mark.upperBound...].split(separator: " ") { expected.insert("\(code) \(path):\(index + 1)") }
      }
    }
    return expected
  }

  private init(_ name: String, _ host: String, _ files: [String: String], _ others: [String]) {
    self.name = name
    remote = "https://\(host)/octo-org/\(name).git"
    self.files = files
    self.others = others
  }

  private static func gitHub(
    _ name: String, host: String = "github.com", _ workflow: String, _ files: [String: String] = [:],
    others: [String] = []
  ) -> AuditCheckout {
    AuditCheckout(name, host, files.merging([".github/workflows/release.yml": workflow]) { $1 }, others)
  }

  private static func gitLab(
    _ name: String, host: String = "gitlab.com", _ pipeline: String, _ files: [String: String] = [:],
    others: [String] = []
  ) -> AuditCheckout {
    AuditCheckout(name, host, files.merging([".gitlab-ci.yml": pipeline]) { $1 }, others)
  }

  /// A configuration that expects a job of a file and an environment at registries.
  private static func expecting(
    _ repository: String, _ file: String = "release.yml", environment: String? = "pypi", at registries: String...
  ) -> [String: String] {
    let gitHub = "\"owner\": \"octo-org\", \"repository\": \"\(repository)\", \"workflow\": \"\(file)\""
    let gitLab = "\"namespace\": \"octo-org\", \"project\": \"\(repository)\", \"pipeline-file\": \"\(file)\""
    let fields = (file.hasPrefix(".") ? gitLab : gitHub) + (environment.map { ", \"environment\": \"\($0)\"" } ?? "")
    let entries = registries.map { "\"\($0)\": { \"expect\": { \(fields) } }" }.joined(separator: ",\n  ")
    return ["token-broker.json": "{ \"version\": 1, \"registries\": {\n  \(entries) } }\n"]
  }

  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  // MARK: Pieces

  private static func job(
    on events: String = "{push: {tags: ['v*']}}", top: String = "",
    permissions: String = "{contents: read, id-token: write}",
    environment: String = "pypi", runsOn: String = "ubuntu-latest", steps: String
  ) -> String {
    """
    name: release
    on: \(events)
    \(top)
    jobs:
      publish:
        runs-on: \(runsOn)
        environment: \(environment)
        permissions: \(permissions)
        steps:
    \(steps.split(separator: "\n", omittingEmptySubsequences: false).map { "      \($0)" }.joined(separator: "\n"))

    """
  }

  private static let exec = """
    - uses: octo-org/token-broker/setup@\(commit) # v0.1.0
    - run: token-broker exec pypi -- pipx run twine upload dist/*
    """

  private static func action(_ with: String = "") -> String {
    "- uses: pypa/gh-action-pypi-publish@\(commit)" + (with.isEmpty ? "" : "\n  with: {\(with)}")
  }

  private static func twine(_ mark: String, secret: String = "${{ secrets.PYPI_TOKEN }}") -> String {
    """
    - name: Upload
      env:
        TWINE_USERNAME: __token__
        TWINE_PASSWORD: \(secret)
      run: |
        pip install twine
        twine upload dist/*  \(mark)
    """
  }

  private static func pipeline(
    rules: String = "[{if: $CI_COMMIT_TAG}]", tokens: String = "{PYPI_ID_TOKEN: {aud: pypi}}",
    environment: String = "pypi",
    script: String = "token-broker exec pypi -- twine upload dist/*"
  ) -> String {
    """
    stages: [build, deploy]
    build:
      stage: build
      script: [python -m build]
    publish:
      stage: deploy
      rules: \(rules)
      id_tokens: \(tokens)
      environment: \(environment)
      script:
        - \(script)

    """
  }

  // MARK: All

  static let all: [AuditCheckout] = good + crates + gitHubFaults + moreFaults + gitLabFaults

  /// What publishes crates, and the configuration that goes with it.
  private static func cargo(_ mark: String, _ credential: String, _ command: String = "cargo publish") -> String {
    "- name: Publish\n  env: {CARGO_REGISTRY_TOKEN: '\(credential)'}\n  run: |\n    \(command)  \(mark)"
  }

  private static let exchange = "- uses: rust-lang/crates-io-auth-action@\(commit)\n  id: auth\n"

  private static let crates: [AuditCheckout] = [
    gitHub(
      "crate-exec", job(steps: "- run: token-broker exec crates-io -- cargo publish --workspace"),
      expecting("crate-exec", at: "crates-io")),
    gitHub(
      "crate-action", job(steps: exchange + cargo("", "${{ steps.auth.outputs.token }}")),
      expecting("crate-action", at: "crates-io")),
    gitHub(
      "crate-action-permission",
      job(
        permissions: "{contents: read} #! permission-missing",
        steps: exchange + cargo("", "${{ steps.auth.outputs.token }}")),
      expecting("crate-action-permission", at: "crates-io")),
    gitHub(
      "crate-action-unpinned",
      job(
        steps: "- uses: rust-lang/crates-io-auth-action@v1 #! action-unpinned\n  id: auth\n"
          + cargo("", "${{ steps.auth.outputs.token }}")), expecting("crate-action-unpinned", at: "crates-io")),
    gitHub(
      "crate-action-run",
      job(
        on: "{workflow_run: {workflows: [ci]}} #! event-dangerous", permissions: "{id-token: write}",
        steps: exchange + cargo("", "${{ steps.auth.outputs.token }}")),
      expecting("crate-action-run", at: "crates-io")),
    gitHub(
      "crate-calling",
      job(steps: "- run: token-broker exec crates-io -- cargo publish").replacing(
        "  publish:", with: "  publish: #! expectation-differs"),
      ["token-broker.json": #"{"version":1,"registries":{"crates-io":{"expect":{"calling-workflow":"other.yml"}}}}"#]),
    gitHub(
      "crate-token", job(permissions: "{}", steps: cargo("#! stored-token", "${{ secrets.CARGO_REGISTRY_TOKEN }}"))),
    gitHub(
      "crate-login",
      job(
        permissions: "{}",
        steps: "- run: |\n    echo ${{ secrets.CRATES }} | cargo login\n    cargo publish -p a  #! stored-token")),
    gitHub(
      "crate-flag",
      job(permissions: "{}", steps: "- run: cargo publish --token ${{ secrets.CRATES }} #! stored-token")),
    gitHub("crate-dry", job(permissions: "{}", steps: cargo("", "${{ secrets.CRATES }}", "cargo publish --dry-run"))),
    gitHub(
      "crate-part",
      job(
        permissions: "{}",
        steps: "- uses: katyo/publish-crates@\(commit) #! stored-token\n  with: {registry-token: '${{ secrets.C }}'}")),
    gitHub(
      "crate-release-plz",
      job(
        permissions: "{}",
        steps: "- uses: release-plz/action@\(commit) #! stored-token\n  env: {CARGO_REGISTRY_TOKEN: '${{ secrets.C }}'}"
      )),
    gitHub(
      "crate-unknown",
      job(permissions: "{}", steps: "- run: |\n    . ./secrets.sh\n    cargo publish  #! credential-unknown")),
    gitHub(
      "crate-twice",
      "on: {push: {tags: ['v*']}}\njobs:\n"
        + "  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo publish --token ${{ secrets.A }} #! stored-token\n"
        + "  two:\n    runs-on: ubuntu-latest\n    steps:\n      - run: twine upload -p ${{ secrets.B }} dist/* #! stored-token\n"
    ),
    gitLab(
      "crate-gl", pipeline(tokens: "{T: {aud: crates.io}}", script: "token-broker exec crates-io -- cargo publish"),
      expecting("crate-gl", ".gitlab-ci.yml", at: "crates-io")),
    gitLab(
      "crate-gl-audience",
      pipeline(
        tokens: "{T: {aud: pypi}} #! audience-missing", script: "token-broker exec crates-io -- cargo publish"),
      expecting("crate-gl-audience", ".gitlab-ci.yml", at: "crates-io")),
    gitLab("crate-gl-hidden", "deploy:\n  only: [tags]\n  script:\n    - cargo publish #! stored-token\n"),
    gitLab(
      "crate-gl-own", host: "gitlab.example.com",
      pipeline(script: "token-broker exec crates-io -- cargo publish #! issuer-unknown").replacing(
        "aud: pypi", with: "aud: crates.io"),
      expecting("crate-gl-own", ".gitlab-ci.yml", at: "crates-io")),
  ]

  /// Nothing has to be done.
  private static let good: [AuditCheckout] = [
    gitHub("exec", job(steps: exec), expecting("exec", at: "pypi")),
    gitHub("action", job(on: "{release: {types: [published]}}", steps: action()), expecting("action", at: "pypi")),
    gitHub(
      "crlf", job(steps: exec).replacing("\n", with: "\r\n"), expecting("crlf", at: "pypi")),
    gitHub(
      "anchors",
      """
      on: {push: {tags: [v*]}}
      jobs:
        test:
          runs-on: ubuntu-latest
          permissions: &permissions {contents: read, 'id-token': "write"}
          steps: [{run: pytest}]
        publish:
          runs-on: ubuntu-latest
          permissions: *permissions
          environment: {name: >-
            pypi}
          steps: [{run: uv publish}]
      """.replacing("{name: >-\n      pypi}", with: "{name: pypi}"), expecting("anchors", at: "pypi")),
    gitHub(
      "guide",
      """
      on: push
      jobs:
        build: {runs-on: ubuntu-latest, steps: [{uses: actions/setup-python@v5, with: {cache: pip}}, {run: python -m build}]}
        publish:
          if: startsWith(github.ref, 'refs/tags/')
          needs: [build]
          runs-on: ubuntu-latest
          environment: {name: pypi, url: 'https://pypi.org/p/guide'}
          permissions: {id-token: write}
          steps:
            - uses: actions/download-artifact@v4
            - uses: pypa/gh-action-pypi-publish@\(commit) # v1.12.4
        try:
          needs: [build]
          runs-on: ubuntu-latest
          environment: testpypi
          permissions: {id-token: write}
          steps:
            - uses: pypa/gh-action-pypi-publish@\(commit)
              with: {repository-url: 'https://test.pypi.org/legacy/'}

      """,
      [
        "token-broker.json": """
        { "version": 1, "registries": {
          "pypi": { "expect": { "owner": "octo-org", "workflow": "release.yml", "environment": "pypi" } },
          "testpypi": { "expect": { "owner": "octo-org", "workflow": "release.yml", "environment": "testpypi" } } } }
        """
      ]),
    gitHub(
      "reusable",
      """
      on: {push: {tags: [v*]}}
      jobs:
        call:
          permissions: {id-token: write}
          uses: ./.github/workflows/upload.yml
          with: {environment: pypi}

      """,
      [
        ".github/workflows/upload.yml": """
        on: {workflow_call: {inputs: {environment: {type: string}}}}
        jobs:
          publish:
            runs-on: ubuntu-latest
            environment: ${{ inputs.environment }}
            steps: [{run: uv publish}]

        """
      ].merging(expecting("reusable", "upload.yml", at: "pypi")) { $1 }),
    gitHub(
      "no-publishing", "on: [push, pull_request]\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: pytest}]}}\n"),
    gitLab("gl-exec", pipeline(), expecting("gl-exec", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-extends",
      """
      .base: {rules: [{if: $CI_COMMIT_TAG =~ /^v/}], id_tokens: &t {PYPI_ID_TOKEN: {aud: pypi}}}
      publish:
        extends: .base
        environment: !reference [.env, environment]
        script: [uv publish]
      .env: {environment: {name: pypi}}

      """, expecting("gl-extends", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-include", "include: [{local: ci/publish.yml}, {template: Security/SAST.gitlab-ci.yml}]\n",
      ["ci/publish.yml": pipeline()].merging(expecting("gl-include", ".gitlab-ci.yml", at: "pypi")) { $1 }),
    gitLab(
      "gl-component",
      """
      include:
        - component: $CI_SERVER_FQDN/octo-org/token-broker/publish@0.1.0
          inputs: {target: pypi, environment: pypi}

      """, expecting("gl-component", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-packages",
      """
      upload:
        only: [tags]
        variables: {TWINE_PASSWORD: $CI_JOB_TOKEN, TWINE_USERNAME: gitlab-ci-token}
        script: ['twine upload --repository-url ${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/packages/pypi dist/*']

      """),
  ]

  private static let gitHubFaults: [AuditCheckout] = [
    gitHub("unregistered", job(steps: exec.replacing("dist/*", with: "dist/*  #! publisher"))),
    gitHub(
      "token", job(permissions: "{contents: read}", steps: twine("#! stored-token target-unknown")),
      expecting("other", at: "testpypi"),
      others: ["expected-job-missing"]),
    gitHub(
      "token-release", job(on: "{release: {types: [created]}}", permissions: "{}", steps: twine("#! stored-token"))),
    gitHub(
      "token-input",
      job(
        permissions: "{}",
        steps: "- uses: pypa/gh-action-pypi-publish@master #! stored-token\n  with: {password: '${{ secrets.PYPI }}'}")),
    gitHub(
      "token-poetry",
      job(
        permissions: "{}",
        steps:
          "- run: |\n    poetry config pypi-token.pypi ${{ secrets.PYPI_TOKEN }}\n    poetry publish --build  #! stored-token"
      )),
    gitHub(
      "token-uv-flag", job(permissions: "{}", steps: "- run: uv publish --token ${{ secrets.UV }}  #! stored-token")),
    gitHub(
      "token-maturin",
      job(
        permissions: "{}",
        steps:
          "- uses: PyO3/maturin-action@v1 #! stored-token\n  env: {MATURIN_PYPI_TOKEN: '${{ secrets.PYPI_API_TOKEN }}'}\n  with: {command: upload, args: dist/*}"
      )),
    gitHub(
      "token-composite",
      job(permissions: "{}", steps: "- uses: ./.github/actions/up\n  with: {token: '${{ secrets.PYPI_TOKEN }}'}"),
      [
        ".github/actions/up/action.yml": """
        inputs: {token: {required: true}}
        runs:
          using: composite
          steps:
            - shell: bash
              env: {TWINE_PASSWORD: '${{ inputs.token }}'}
              run: |
                twine upload dist/*  #! stored-token

        """
      ]),
    gitHub(
      "no-permission", job(permissions: "{contents: read} #! permission-missing", steps: exec),
      expecting("no-permission", at: "pypi")),
    gitHub(
      "replaced",
      job(
        top: "permissions: {id-token: write}", permissions: "{contents: write} #! permission-missing", steps: action()),
      expecting("replaced", at: "pypi")),
    gitHub(
      "id-token-none", job(permissions: "{id-token: none} #! permission-missing", steps: exec),
      expecting("id-token-none", at: "pypi")),
    gitHub(
      "unpinned", job(steps: "- uses: pypa/gh-action-pypi-publish@release/v1 #! action-unpinned"),
      expecting("unpinned", at: "pypi")),
    gitHub(
      "unpinned-other", job(steps: "- uses: someone/notify@v2 #! action-unpinned\n" + exec),
      expecting("unpinned-other", at: "pypi")),
    gitHub(
      "target", job(on: "[pull_request_target] #! event-dangerous", steps: exec), expecting("target", at: "pypi")),
    gitHub(
      "run",
      job(
        on: "{workflow_run: {workflows: [CI]}} #! event-dangerous",
        steps:
          "- uses: actions/download-artifact@v4 #! artifact-untrusted\n  with: {run-id: '${{ github.event.workflow_run.id }}'}\n"
          + exec),
      expecting("run", at: "pypi")),
    gitHub(
      "requests", job(on: "{pull_request: {}, push: {tags: [v*]}} #! publishes-changes", steps: exec),
      expecting("requests", at: "pypi")),
    gitHub(
      "branch", job(on: "{push: {branches: [main]}} #! publishes-branches", steps: exec),
      expecting("branch", at: "pypi")),
    gitHub("any-push", job(on: "push #! publishes-branches", steps: action()), expecting("any-push", at: "pypi")),
    gitHub(
      "cache", job(steps: "- uses: actions/setup-python@v5 #! cache-restored\n  with: {cache: pip}\n" + exec),
      expecting("cache", at: "pypi")),
    gitHub(
      "injection", job(steps: "- run: echo '${{ github.head_ref }}' #! script-injection\n" + exec),
      expecting("injection", at: "pypi")),
  ]

  private static let moreFaults: [AuditCheckout] = [
    gitHub(
      "environment", job(environment: "staging #! expectation-differs", steps: exec),
      expecting("environment", at: "pypi")),
    gitHub(
      "no-environment",
      job(steps: exec.replacing("dist/*", with: "dist/*  #! expectation-differs")).replacing(
        "    environment: pypi\n", with: ""), expecting("no-environment", at: "pypi")),
    gitHub(
      "environment-unknown", job(environment: "${{ vars.WHERE }} #! expectation-unknown", steps: exec),
      expecting("environment-unknown", at: "pypi")),
    gitHub(
      "renamed", job(steps: exec).replacing("  publish:\n", with: "  publish: #! expectation-differs\n"),
      expecting("renamed", "publish.yml", at: "pypi")),
    gitHub(
      "moved", job(steps: exec.replacing("dist/*", with: "dist/*  #! expectation-differs")),
      expecting("old-name", at: "pypi")),
    gitHub(
      "wrong-target",
      job(
        steps: exec.replacing(
          "exec pypi -- pipx run twine upload dist/*", with: "exec pipy -- twine upload dist/*  #! target-unknown")),
      ["token-broker.json": "{ \"version\": 1 }"]),
    gitHub(
      "elsewhere",
      """
      on: {push: {tags: [v*]}}
      jobs:
        publish:
          permissions: {id-token: write}
          uses: octo-shared/ci/.github/workflows/publish.yml@v1 #! reusable-workflow

      """),
    gitHub(
      "enterprise", host: "github.example.com",
      job(permissions: "{}", steps: twine("#! stored-token issuer-enterprise-server"))),
    gitHub(
      "two-files", job(steps: exec.replacing("dist/*", with: "dist/*  #! two-ways")),
      [
        ".github/workflows/legacy.yml": job(
          on: "{release: {types: [published]}}", permissions: "{}", steps: twine("#! stored-token"))
      ].merging(expecting("two-files", at: "pypi")) { $1 }),
    gitHub(
      "broken", "on: push\njobs:\n  publish:\n\truns-on: ubuntu-latest #! workflow-unread\n",
      ["pyproject.toml": "[project]\nname = \"broken\"\n"]),
    gitHub(
      "half-broken", job(steps: exec),
      [".github/workflows/other.yml": "on: {push, #! workflow-unread\njobs:\n"].merging(
        expecting("half-broken", at: "pypi")
      ) { $1 }),
    gitHub(
      "twice",
      job(steps: exec).replacing(
        "    environment: pypi\n", with: "    environment: other\n    environment: pypi #! key-twice\n"),
      expecting("twice", at: "pypi")),
    gitHub(
      "configuration", job(steps: exec),
      [
        "token-broker.json": """
        { "version": 1, "registries": {
          "pypi": { "projct": "x", "expect": { "workflow": "release.yml", "enviroment": "pypi" } },
          "private": { } }, "routes": { "all": ["pypi", "tset"] } }
        """
      ], others: ["configuration-invalid"]),
    gitHub(
      "secret-missing-job", "on: {push: {tags: [v*]}}\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n",
      expecting("secret-missing-job", at: "pypi"), others: ["expected-job-missing"]),
  ]

  private static let gitLabFaults: [AuditCheckout] = [
    gitLab(
      "gl-token",
      """
      deploy:
        only: [tags]
        variables: {TWINE_USERNAME: __token__, TWINE_PASSWORD: $PYPI_TOKEN}
        script:
          - pip install twine
          - twine upload dist/* #! stored-token

      """),
    gitLab("gl-hidden-token", "deploy:\n  only: [tags]\n  script:\n    - twine upload dist/* #! stored-token\n"),
    gitLab(
      "gl-no-tokens", pipeline(tokens: "{}").replacing("publish:\n", with: "publish: #! permission-missing\n"),
      expecting("gl-no-tokens", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-list", pipeline(tokens: "{PYPI_ID_TOKEN: {aud: [pypi]}} #! audience-list"),
      expecting("gl-list", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-audience", pipeline(tokens: "{PYPI_ID_TOKEN: {aud: testpypi}} #! audience-missing"),
      expecting("gl-audience", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-branch", pipeline(rules: "[{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}] #! publishes-branches"),
      expecting("gl-branch", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-requests",
      pipeline(
        rules: "[{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}, {if: $CI_COMMIT_TAG}] #! publishes-changes"),
      expecting("gl-requests", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-environment", pipeline(environment: "production #! expectation-differs"),
      expecting("gl-environment", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-variable", pipeline(environment: "$WHERE #! expectation-unknown"),
      expecting("gl-variable", ".gitlab-ci.yml", at: "pypi")),
    gitLab(
      "gl-base-missing",
      """
      publish:
        extends: .elsewhere
        only: [tags]
        script: [uv publish] #! credential-unknown

      """),
    gitLab(
      "gl-self-managed", host: "git.example.com",
      pipeline(script: "token-broker exec pypi -- twine upload dist/* #! issuer-self-managed")),
    gitLab(
      "gl-elsewhere", "include:\n  - project: octo-org/ci #! include-unread\n    file: publish.yml\n"),
    AuditCheckout("gl-missing", "gitlab.com", ["README.md": "nothing\n"], ["pipeline-file-missing .gitlab-ci.yml:1"]),
    gitLab("gl-broken", "publish:\n  script: [uv publish #! pipeline-unread\n"),
  ]
}
