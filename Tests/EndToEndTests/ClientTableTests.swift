import BrokerCore
import TestSupport
import Testing

@testable import TokenBroker

struct ClientTableTests {
  /// A command, and the tool that it runs; nil if that cannot be told.
  @Test(
    arguments: [
      ("twine upload dist/x.whl", "twine"), ("/opt/venv/bin/twine upload x", "twine"), ("twine.exe upload x", "twine"),
      ("twine --no-color upload x", "twine"), ("python -m twine upload x", "twine"),
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
      ("env TWINE_REPOSITORY=x twine upload x", nil), ("uv run publish", nil), ("python -m", nil), ("pipx twine", nil),
    ] as [(String, String?)])
  func recognises(_ command: String, _ client: String?) {
    #expect(ClientRecognition(command.split(separator: " ").map(String.init))?.client.name == client)
  }

  private static let url = "https://test.pypi.org/legacy/"

  /// Arguments that are right for the target testpypi.
  @Test(arguments: [
    "twine upload --skip-existing --attestations dist/a.whl", "twine upload --repository-url {url} a.whl",
    "twine upload -c comment --config-file x a.whl", "uv publish --publish-url={url}", "uv publish --dry-run",
    "poetry publish -r testpypi", "poetry publish --repository=testpypi --dist-dir d", "poetry publish -nrtestpypi",
    "poetry -C there publish -r testpypi", "flit publish --format wheel", "hatch publish -y -r {url}",
    "hatch -p project publish", "pdm -p project publish -r {url}", "pdm publish -S -c x", "maturin upload a.whl",
    "twine upload -- -r", "maturin publish --manifest-path x",
  ])
  func allows(_ command: String) throws {
    try judge(command, for: "testpypi", at: Self.url)
  }

  /// Arguments that lead elsewhere than to the target testpypi, and words of the refusal.
  @Test(arguments: [
    ("twine upload -r testpypi a.whl", "-r"), ("twine upload --repository=x a.whl", "--repository"),
    ("twine upload --repository-url https://upload.pypi.org/legacy/ a.whl", "--repository-url"),
    ("twine upload --repo x a.whl", "--repo"), ("twine upload -rx a.whl", "-r"), ("twine upload -sr x a.whl", "-r"),
    ("twine upload -u me a.whl", "-u"), ("twine upload --pass x a.whl", "--pass"),
    ("twine upload -pa a.whl", "-p"), ("twine upload --repository-url", "--repository-url"),
    ("uv publish --index testpypi", "--index"), ("uv publish -t x", "-t"), ("uv publish --token=x", "--token"),
    ("uv publish --publish-url https://upload.pypi.org/legacy/", "--publish-url"), ("uv publish -u x", "-u"),
    ("uv publish --trusted-publishing always", "--trusted-publishing"), ("uv publish --check-url x", "--check-url"),
    ("uv publish --keyring-provider subprocess", "--keyring-provider"),
    ("poetry publish", "no variable changes that"), ("poetry publish -r pypi", "not testpypi"),
    ("poetry publish -r testpypi -r pypi", "not testpypi"), ("poetry publish -r testpypi -p x", "-p"),
    ("flit publish --repository testpypi", "--repository"), ("hatch publish -r test", "-r"),
    ("hatch publish -a x", "-a"), ("hatch publish -p other", "-p"), ("pdm publish -r pypi", "-r"),
    ("pdm publish -P x", "-P"), ("pdm publish --passw x", "--passw"), ("maturin upload -r x a.whl", "-r"),
    ("maturin publish --repository-url https://upload.pypi.org/legacy/", "--repository-url"),
    ("python -m twine upload -r x a.whl", "-r"), ("uvx twine upload -r x a.whl", "-r"),
  ])
  func refuses(_ command: String, _ words: String) async throws {
    let error = await failure { () throws(BrokerError) in
      try judge(command, for: "testpypi", at: Self.url)
    }
    #expect(error?.code == .usage && error?.message.contains(words) == true, "\(String(describing: error))")
  }

  /// Without an option poetry publishes to PyPI, which is right for it alone, and wrong in a rehearsal.
  @Test func knowsPoetrysOwnDestination() async throws {
    try judge("poetry publish", for: "pypi", at: "https://upload.pypi.org/legacy/")
    let error = await failure { () throws(BrokerError) in
      try judge("poetry publish", for: "pypi", at: "http://127.0.0.1:8080/legacy/")
    }
    #expect(error?.code == .usage)
  }

  private func judge(_ command: String, for target: String, at url: String) throws(BrokerError) {
    let words = command.replacing("{url}", with: url).split(separator: " ").map(String.init)
    guard let recognised = ClientRecognition(words), let url = try? HTTPURL(url) else {
      throw BrokerError(.pluginContract, "not recognised: \(command)")
    }
    try ClientArguments(recognised).judge(for: target, uploadURL: url)
  }

  // MARK: Variables

  private func credential(_ registry: String) throws -> Credential {
    try #require(
      Credential(
        registry: registry, secret: Secret("pypi-secret"), username: "__token__", expires: UnixTime(0),
        uploadURL: try HTTPURL("https://index.example.com/legacy/")))
  }

  /// A tool's variables for the registry `my-index`.
  @Test(arguments: [
    ("twine", ["TWINE_USERNAME", "TWINE_PASSWORD", "TWINE_REPOSITORY_URL"]),
    ("uv", ["UV_PUBLISH_TOKEN", "UV_PUBLISH_URL", "UV_NO_CONFIG"]),
    ("poetry", ["POETRY_PYPI_TOKEN_MY_INDEX", "POETRY_REPOSITORIES_MY_INDEX_URL"]),
    ("flit", ["FLIT_USERNAME", "FLIT_PASSWORD", "FLIT_INDEX_URL"]),
    ("hatch", ["HATCH_INDEX_USER", "HATCH_INDEX_AUTH", "HATCH_INDEX_REPO"]),
    ("pdm", ["PDM_PUBLISH_USERNAME", "PDM_PUBLISH_PASSWORD", "PDM_PUBLISH_REPO"]),
    ("maturin", ["MATURIN_PYPI_TOKEN", "MATURIN_REPOSITORY_URL"]),
  ])
  func setsItsVariablesAlone(_ name: String, _ expected: [String]) throws {
    let client = try #require(ClientTable.all.first { $0.name == name })
    let child = ChildEnvironment(clients: [client], own: [], identityVariables: ["ID"])
    let made = child.make(for: try credential("my-index"), in: Environment(["ID": "x", "PATH": "/bin"]))
    #expect(Set(made.names) == Set(expected + ["PATH"]))
    #expect(made.revealAll().values.contains("pypi-secret"))
  }

  @Test func setsTheUnionForAll() throws {
    let surrounding = Environment(["PATH": "/bin"])
    let made = ChildEnvironment(clients: ClientTable.all, own: [], identityVariables: [])
      .make(for: try credential("pypi"), in: surrounding)
    var union = Set(surrounding.names)
    for client in ClientTable.all {
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
      "POETRY_REPOSITORIES_OTHER_URL", "HATCH_PUBLISHER", "MATURIN_REPOSITORY", "MATURIN_USERNAME",
    ]
    let stays = ["TWINE_CERT", "UV_CACHE_DIR", "POETRY_HOME", "HATCH_ENV", "MATURIN_PGO", "PDM_PUBLISH_CA_CERTS"]
    let surrounding = Environment(Dictionary(uniqueKeysWithValues: (gone + stays).map { ($0, "x") }))
    let child = ChildEnvironment(clients: ClientTable.all, own: [], identityVariables: [])
    let names = child.make(for: try credential("pypi"), in: surrounding).names
    #expect(gone.allSatisfy { !names.contains($0) } && stays.allSatisfy(names.contains))
    #expect(child.notes(for: "pypi", in: surrounding) == gone.sorted().map { "\($0) is removed" })
    let replaced = child.notes(
      for: "pypi", in: Environment(["TWINE_PASSWORD": "old", "POETRY_PYPI_TOKEN_PYPI": "old"]))
    #expect(replaced == ["POETRY_PYPI_TOKEN_PYPI is replaced", "TWINE_PASSWORD is replaced"])
  }

  @Test(arguments: [
    ("A={token}", "A", "pypi-secret"), ("A_1={username}:{password}@{url}", "A_1", ""),
    ("_x=r={registry}", "_x", "r=pypi"),
  ])
  func readsVariablesOfOnesOwn(_ text: String, _ name: String, _ value: String) throws {
    let template = try EnvironmentTemplate(parsing: text)
    let expected = value.isEmpty ? "__token__:pypi-secret@https://index.example.com/legacy/" : value
    let made = template.value(for: try credential("pypi"))
    #expect(template.name(for: "pypi") == name && made == expected)
  }

  @Test(arguments: [
    "", "A", "A=", "A=x", "=x{token}", "1A={token}", "A B={token}", "A={tokn}", "A={token}{x}", "A-={url}",
  ])
  func refusesWrongVariables(_ text: String) async {
    let error = await failure { () throws(BrokerError) in _ = try EnvironmentTemplate(parsing: text) }
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
