import BrokerCore
import TestSupport
import Testing
import WarehouseRegistry

@testable import TokenBroker

struct ClientTableTests {
  /// A command, and the tool that it runs; nil if that cannot be told.
  @Test(
    "the tool that a command runs is told by its words",
    arguments: [
      ("twine upload dist/x.whl", "twine"), ("/opt/venv/bin/twine upload x", "twine"), ("twine.exe upload x", "twine"),
      ("twine --no-color upload x", "twine"), ("python -m twine upload x", "twine"),
      ("python -mtwine upload x", "twine"), ("python -Im twine upload x", "twine"),
      ("python -BImtwine upload x", "twine"), ("python -m twine.__main__ upload x", "twine"),
      ("python -cm twine upload x", nil), ("python -Wm twine upload x", nil),
      ("python3.12 -X utf8 -I -m twine upload x", "twine"), ("uvx twine upload x", "twine"),
      ("uvx twine@6.1 upload x", "twine"), ("uvx --from twine==6 --python 3.12 twine upload x", "twine"),
      ("uv tool run twine upload x", "twine"), ("uv run --with twine twine upload x", "twine"),
      ("uv run -m twine upload x", "twine"), ("uv run python -m twine upload x", "twine"),
      ("pipx run twine upload x", "twine"), ("pipx run --spec twine==6 twine upload x", "twine"),
      ("poetry run twine upload x", "twine"), ("uv publish", "uv"), ("uv -q --directory a publish dist/*", "uv"),
      ("python -m uv publish", "uv"), ("poetry publish -r {registry}", "poetry"), ("poetry -C a publish", "poetry"),
      ("flit -f a.toml publish", "flit"), ("hatch -v publish", "hatch"), ("pdm publish --no-build", "pdm"),
      ("maturin upload x", "maturin"), ("maturin publish", "maturin"), ("uvx maturin upload x", "maturin"),
      ("twine check x", nil), ("twine", nil), ("uv build", nil), ("uvx ruff check", nil), ("python publish.py", nil),
      ("python -c pass -m twine upload", nil), ("./release.sh twine upload", nil), ("make publish", nil),
      ("env TWINE_REPOSITORY=x twine upload x", "twine"), ("uv run publish", nil), ("python -m", nil),
      ("pipx twine", nil), ("env -u A -C b timeout -k 5 60 nice -n 5 uvx twine upload x", "twine"),
      ("nohup uv publish", "uv"), ("uv --directory d run twine upload x", "twine"),
      ("uv run -- twine upload x", "twine"),
      ("uv -q tool run --from twine twine upload x", "twine"), ("uvx -p 3.12 -w x twine upload x", "twine"),
      ("uvx --with uv publish x", nil), ("uvx --with uv uv publish x", "uv"), ("uvx --with=uv publish x", nil),
      ("poetry -C d run twine upload x", "twine"), ("pdm run -s --env A=b twine upload x", "twine"),
      ("hatch run release:twine upload x", "twine"), ("hatch run +py=3.12 twine upload x", "twine"),
      ("hatch -e x env run -i py=3 -- twine upload x", "twine"), ("hatch --cache-dir -- publish x", "hatch"),
      ("hatch -ve x publish", "hatch"), ("hatch -ex publish", "hatch"),
      ("pipx run --spe twine==6 twine upload x", "twine"),
      ("timeout twine upload x", nil), ("sudo twine upload x", nil), ("make twine upload", nil), ("env", nil),
      ("-", nil),
    ] as [(String, String?)])
  func recognises(_ command: String, _ client: String?) {
    #expect(ClientRecognition(command.split(separator: " ").map(String.init), .python)?.client.name == client)
  }

  /// Behind a program that is not known, the tool that the command line names is found among the words.
  @Test(
    arguments: [
      ("sudo -E twine upload x", "twine"), ("docker run -e A image python -m twine upload x", "twine"),
      ("chronic py -mtwine upload x", "twine"), ("retry 3 hatch -vz x publish y", "hatch"), ("./release.sh dist", nil),
      ("twine check x", nil),
      ("sh -c twine\u{A0}upload", nil),
    ] as [(String, String?)])
  func findsAmongTheWords(_ command: String, _ client: String?) {
    let found = ClientRecognition(command.split(separator: " ").map(String.init), among: .python)
    #expect(found?.client.name == client && found?.folder == nil)
  }

  /// Where a tool that is run like this looks for files; nil if that cannot be told.
  @Test(
    arguments: [
      ("twine upload x", ""), ("uv --directory a publish x", "a"), ("uv publish --directory=a x", "a"),
      ("uv run --directory a twine upload x", "a"), ("env -C a uv --directory b publish x", "a/b"),
      ("env --chdir=a uvx --directory /b twine upload x", "/b"), ("uvx --with x twine upload x", ""),
      ("pdm run twine upload x", ""), ("pdm run --working-dir a twine upload x", nil),
      ("pdm run --work a twine upload x", nil), ("poetry -C a run twine upload x", nil),
      ("hatch run twine upload x", nil), ("hatch publish x", nil), ("python -m twine upload x", ""),
    ] as [(String, String?)])
  func knowsTheFolder(_ command: String, _ folder: String?) {
    let found = ClientRecognition(command.split(separator: " ").map(String.init), .python)
    #expect(found != nil && found?.folder == folder)
  }

  private static let url = "https://test.pypi.org/legacy/"

  /// Arguments that are right for the target testpypi.
  @Test(
    "words that lead to the target are allowed",
    arguments: [
      "twine upload --skip-existing --attestations dist/a.whl", "twine upload --repository-url {url} a.whl",
      "twine upload -c comment --config-file x a.whl", "uv publish --publish-url={url}", "uv publish --dry-run",
      "poetry publish -r testpypi", "poetry publish --repository=testpypi --dist-dir d", "poetry publish -nrtestpypi",
      "poetry -C there publish -r testpypi", "flit publish --format wheel", "hatch publish -y -r {url}",
      "hatch -p project publish", "pdm -p project publish -r {url}", "pdm publish -S -c x", "maturin upload a.whl",
      "maturin publish --manifest-path x", "maturin publish -- -Ctarget-cpu=native", "poetry publish",
      "twine upload -cr a.whl", "twine upload -ir a.whl", "hatch -pr publish a.whl", "pdm publish -kr",
      "uv publish -- a.whl",
      "env A=b -u C twine upload a.whl", "pdm run --env A=b --env=C=d twine upload a.whl",
      "uvx -w r twine upload a.whl",
      "uv run --config-file x twine upload a.whl", "twine upload --config-file x a.whl",
    ])
  func allows(_ command: String) throws {
    try judge(command, for: "testpypi", at: Self.url)
  }

  /// Arguments that lead elsewhere than to the target testpypi, and words of the refusal.
  @Test(
    "words that may lead elsewhere than to the target are refused",
    arguments: [
      ("twine upload -r testpypi a.whl", "-r"), ("twine upload --repository=x a.whl", "--repository"),
      ("twine upload --repository-url https://upload.pypi.org/legacy/ a.whl", "--repository-url"),
      ("twine upload --repo x a.whl", "--repo"), ("twine upload -rx a.whl", "-r"), ("twine upload -sr x a.whl", "-r"),
      ("twine upload -u me a.whl", "-u"), ("twine upload --pass x a.whl", "--pass"),
      ("twine upload -pa a.whl", "-p"), ("twine upload --repository-url", "--repository-url"),
      ("uv publish --index testpypi", "--index"), ("uv publish -t x", "-t"), ("uv publish --token=x", "--token"),
      ("uv publish --publish-url https://upload.pypi.org/legacy/", "--publish-url"), ("uv publish -u x", "-u"),
      ("uv publish --trusted-publishing always", "--trusted-publishing"), ("uv publish --check-url x", "--check-url"),
      ("uv publish --keyring-provider subprocess", "--keyring-provider"),
      ("poetry publish -r pypi", "not testpypi"), ("poetry publish --repository=pypi", "not testpypi"),
      ("poetry publish -nr pypi", "not testpypi"), ("poetry publish -r=testpypi", "not testpypi"),
      ("uv --config-file x publish", "--config-file"), ("uv publish --config-file=x", "--config-file"),
      ("poetry publish -r testpypi -r pypi", "not testpypi"), ("poetry publish -r testpypi -p x", "-p"),
      ("flit publish --repository testpypi", "--repository"), ("hatch publish -r test", "-r"),
      ("hatch publish -a x", "-a"), ("hatch publish -p other", "-p"), ("pdm publish -r pypi", "-r"),
      ("pdm publish -P x", "-P"), ("pdm publish --passw x", "--passw"), ("maturin upload -r x a.whl", "-r"),
      ("maturin publish --repository-url https://upload.pypi.org/legacy/", "--repository-url"),
      ("python -m twine upload -r x a.whl", "-r"), ("uvx twine upload -r x a.whl", "-r"),
      // `--` does not end what a tool reads as options: twine drops it, hatch takes it for a value.
      ("twine upload -- --repository-url https://upload.pypi.org/legacy/ a.whl", "--repository-url"),
      ("uv run twine upload -- -r x a.whl", "-r"), ("poetry run twine upload -- --repo=x a.whl", "--repo"),
      ("hatch --cache-dir -- publish -r https://upload.pypi.org/legacy/", "-r"),
      ("hatch publish --ca-cert -- -r https://upload.pypi.org/legacy/", "-r"), ("uv publish -- --index x", "--index"),
      ("maturin upload -- -r x a.whl", "-r"), ("pdm publish -- -r pypi", "-r"), ("twine -- upload -r x a.whl", "-r"),
      ("hatch -- publish -r https://upload.pypi.org/legacy/", "-r"),
      // A letter among others.
      ("pdm publish -Sr pypi", "-r"), ("pdm publish -vSqr pypi", "-r"), ("maturin upload -fr x a.whl", "-r"),
      ("maturin publish -vfqr x", "-r"), ("hatch publish -yr https://upload.pypi.org/legacy/", "-r"),
      ("hatch publish -nyrhttps://upload.pypi.org/legacy/", "-r"), ("uv publish -qvnt x", "-t"),
      ("twine upload -xr y a.whl", "-r"), ("hatch -vu x publish", "-u"),
      // What runs the tool may set and take away its variables.
      ("env TWINE_REPOSITORY_URL=x twine upload a.whl", "sets TWINE_REPOSITORY_URL"),
      ("env A=b TWINE_PASSWORD= twine upload a.whl", "sets TWINE_PASSWORD"),
      ("env -u TWINE_REPOSITORY_URL twine upload a.whl", "takes away TWINE_REPOSITORY_URL"),
      ("env -uTWINE_PASSWORD twine upload a.whl", "takes away TWINE_PASSWORD"),
      ("env --unset=TWINE_USERNAME twine upload a.whl", "takes away TWINE_USERNAME"),
      ("env -i twine upload a.whl", "gives env -i"), ("env - twine upload a.whl", "gives env -"),
      ("env -S TWINE_USERNAME=x twine upload a.whl", "gives env -S"), ("env -vi twine upload a.whl", "gives env -vi"),
      ("pdm run --env=TWINE_REPOSITORY_URL=x twine upload a.whl", "sets TWINE_REPOSITORY_URL"),
      ("pdm run --env TWINE_REPOSITORY=x twine upload a.whl", "sets TWINE_REPOSITORY"),
      ("pdm run --en POETRY_PYPI_TOKEN_PYPI=x poetry publish", "sets POETRY_PYPI_TOKEN_PYPI"),
      ("pdm run --env-file x twine upload a.whl", "is given --env-file"),
      ("pdm run --env-f=x twine upload a.whl", "is given --env-f"),
      ("uv run --env-file=x twine upload a.whl", "is given --env-file"),
      ("uvx --env-file x uv publish", "is given --env-file"),
      ("env UV_WORKING_DIR=x uv publish", "sets UV_WORKING_DIR"),
      ("env UV_CONFIG_FILE=x uv publish", "sets UV_CONFIG_FILE"),
      ("timeout 60 twine upload --repository-url x a.whl", "--repository-url"),
      // Where only a variable names the address, settings of a project must not come between.
      ("pdm run flit publish", "behind pdm run"), ("hatch run poetry publish", "behind hatch run"),
      ("env A=b hatch -e x env run -- flit publish", "behind hatch env run"),
      ("sudo twine upload --repository-url x a.whl", "--repository-url"),
      ("docker run -eTWINE_USERNAME=x image twine upload a.whl", "sets TWINE_USERNAME"),
    ])
  func refuses(_ command: String, _ words: String) async throws {
    let error = await failure { () throws(BrokerError) in
      try judge(command, for: "testpypi", at: Self.url)
    }
    #expect(error?.code == .usage && error?.message.contains(words) == true, "\(String(describing: error))")
  }

  /// The option that the tool is given, behind its subcommand; it is not given twice.
  @Test(
    arguments: [
      ("twine upload -- a.whl", ["--repository-url", url]), ("twine upload --repository-url {url} a.whl", []),
      ("twine upload --repository-u={url} a.whl", []), ("uv publish", ["--publish-url", url]),
      ("uv publish --publish-url {url}", []), ("poetry publish", ["--repository", "testpypi"]),
      ("poetry publish -nrtestpypi", []), ("flit publish", []), ("hatch publish", ["--repo", url]),
      ("hatch publish -r {url}", []), ("pdm publish", ["--repository", url]),
      ("maturin upload", ["--repository-url", url]),
      ("maturin upload --repository-url={url} x", []), ("env A=b uvx twine upload x", ["--repository-url", url]),
    ] as [(String, [String])])
  func namesTheTarget(_ command: String, _ option: [String]) throws {
    let words = command.replacing("{url}", with: Self.url).split(separator: " ").map(String.init)
    let arguments = ClientArguments(try #require(ClientRecognition(words, .python)))
    #expect(arguments.address(for: "testpypi", uploadURL: try HTTPURL(Self.url)) == option)
  }

  private func judge(_ command: String, for target: String, at url: String) throws(BrokerError) {
    let words = command.replacing("{url}", with: url).split(separator: " ").map(String.init)
    let found = ClientRecognition(words, .python) ?? ClientRecognition(words, among: .python)
    guard let recognised = found, let url = try? HTTPURL(url) else {
      throw BrokerError(.pluginContract, "not recognised: \(Neutralized("\(command)"))")
    }
    try ClientArguments(recognised).judge(for: target, uploadURL: url)
  }

  // MARK: Variables

  private func credential(_ registry: String) throws -> Credential {
    try #require(
      Credential(
        registry: registry, secret: Secret("pypi-secret-0123456789"), username: "__token__", expires: UnixTime(0),
        uploadURL: try HTTPURL("https://index.example.com/legacy/")))
  }

  /// A tool's variables for the registry `my-index`.
  @Test(arguments: [
    ("twine", ["TWINE_USERNAME", "TWINE_PASSWORD", "TWINE_REPOSITORY_URL"]),
    ("uv", ["UV_PUBLISH_TOKEN", "UV_PUBLISH_URL", "UV_NO_CONFIG"]),
    ("poetry", ["POETRY_PYPI_TOKEN_PYPI", "POETRY_PYPI_TOKEN_MY_INDEX", "POETRY_REPOSITORIES_MY_INDEX_URL"]),
    ("flit", ["FLIT_USERNAME", "FLIT_PASSWORD", "FLIT_INDEX_URL"]),
    ("hatch", ["HATCH_INDEX_USER", "HATCH_INDEX_AUTH", "HATCH_INDEX_REPO"]),
    ("pdm", ["PDM_PUBLISH_USERNAME", "PDM_PUBLISH_PASSWORD", "PDM_PUBLISH_REPO"]),
    ("maturin", ["MATURIN_PYPI_TOKEN", "MATURIN_REPOSITORY_URL"]),
  ])
  func setsItsVariablesAlone(_ name: String, _ expected: [String]) throws {
    let client = try #require(PublishingTools.python.tools.first { $0.name == name })
    let child = ChildEnvironment(clients: [client], own: [], identityVariables: ["ID"])
    let made = child.make(for: try credential("my-index"), in: Environment(["ID": "x", "PATH": "/bin"]))
    #expect(Set(made.names) == Set(expected + ["PATH"]))
    #expect(made.revealAll().values.contains("pypi-secret-0123456789"))
    // A script that runs poetry without its option publishes to PyPI, which does not know this token.
    #expect(name != "poetry" || made["POETRY_PYPI_TOKEN_PYPI"] == "token-broker-publishes-to-my-index")
  }

  @Test func setsTheUnionForAll() throws {
    let surrounding = Environment(["PATH": "/bin"])
    let made = ChildEnvironment(clients: PublishingTools.python.tools, own: [], identityVariables: [])
      .make(for: try credential("pypi"), in: surrounding)
    var union = Set(surrounding.names)
    for client in PublishingTools.python.tools {
      union.formUnion(
        ChildEnvironment(clients: [client], own: [], identityVariables: [])
          .make(for: try credential("pypi"), in: surrounding).names)
    }
    #expect(Set(made.names) == union && union.count == 20)
  }

  /// Whatever could lead elsewhere goes; what is only similar stays.
  @Test func removesWhatLeadsElsewhere() throws {
    let gone = [
      "TWINE_REPOSITORY", "UV_PUBLISH_INDEX", "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_TRUSTED_PUBLISHING",
      "UV_PUBLISH_CHECK_URL", "POETRY_PYPI_TOKEN_TESTPYPI", "POETRY_HTTP_BASIC_PYPI_PASSWORD",
      "POETRY_REPOSITORIES_OTHER_URL", "HATCH_PUBLISHER", "MATURIN_REPOSITORY", "MATURIN_USERNAME", "UV_CONFIG_FILE",
      "UV_ENV_FILE", "UV_WORKING_DIR", "HATCH_PROJECT",
    ]
    let stays = ["TWINE_CERT", "UV_CACHE_DIR", "POETRY_HOME", "HATCH_ENV", "MATURIN_PGO", "PDM_PUBLISH_CA_CERTS"]
    let surrounding = Environment(Dictionary(uniqueKeysWithValues: (gone + stays).map { ($0, "x") }))
    let child = ChildEnvironment(clients: PublishingTools.python.tools, own: [], identityVariables: [])
    let names = child.make(for: try credential("pypi"), in: surrounding).names
    #expect(gone.allSatisfy { !names.contains($0) } && stays.allSatisfy(names.contains))
    #expect(child.notes(for: "pypi", in: surrounding) == gone.sorted().map { "\(Neutralized($0)) is removed" })
    let replaced = child.notes(
      for: "pypi", in: Environment(["TWINE_PASSWORD": "old", "POETRY_PYPI_TOKEN_PYPI": "old"]))
    #expect(replaced == ["POETRY_PYPI_TOKEN_PYPI is replaced", "TWINE_PASSWORD is replaced"])
  }

  @Test(arguments: [
    ("A={token}", "A", "pypi-secret-0123456789"), ("A_1={username}:{password}@{url}", "A_1", ""),
    ("_x=r={registry}", "_x", "r=pypi"),
  ])
  func readsVariablesOfOnesOwn(_ text: String, _ name: String, _ value: String) throws {
    let template = try ToolVariable(parsing: text)
    let expected = value.isEmpty ? "__token__:pypi-secret-0123456789@https://index.example.com/legacy/" : value
    let made = template.value(for: try credential("pypi"))
    #expect(template.name(for: "pypi") == name && made == expected)
  }

  @Test(arguments: [
    "", "A", "A=", "A=x", "=x{token}", "1A={token}", "A B={token}", "A={tokn}", "A={token}{x}", "A-={url}",
  ])
  func refusesWrongVariables(_ text: String) async {
    let error = await failure { () throws(BrokerError) in _ = try ToolVariable(parsing: text) }
    #expect(error?.code == .usage && error?.remedy?.contains("{token}") == true)
  }

  @Test func replacesPlaceholders() throws {
    let url = try HTTPURL(Self.url)
    let words = ["a", "{registry}", "x{registry}y{url}", "${registry}", "{Registry}", "{token}x"]
    #expect(
      CommandPlaceholders.replaced(in: words, registry: "testpypi", url: url)
        == ["a", "testpypi", "xtestpypiy\(Self.url)", "${registry}", "{Registry}", "{token}x"])
  }
}
