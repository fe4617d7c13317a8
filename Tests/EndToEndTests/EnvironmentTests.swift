import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing
import WarehouseRegistry

@testable import TokenBroker

/// What the environment names reaches the command and no library, and what is missing of it is said.
struct EnvironmentTests {
  /// Libcurl would write the keys of its TLS connections to the file; who opens the settings that OpenSSL would read lets the
  /// one go on that waits at their other end.
  @Test func keepsTheKeysOfItsConnectionsToItself() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let sandbox = try Sandbox.started()
    let variables = [
      "SSLKEYLOGFILE": "\(folder.path)/keys", "OPENSSL_CONF": "\(folder.path)/pipe", "CURL_HOME": folder.path,
      "HOME": folder.path, "RES_OPTIONS": "attempts:1", "HOSTALIASES": "\(folder.path)/pipe",
    ]
    let script =
      "[ ! -e keys ] && [ ! -e was-read ] && echo \"$SSLKEYLOGFILE $OPENSSL_CONF $CURL_HOME $RES_OPTIONS $HOSTALIASES\"; [ ! -s keys ]"
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--no-compare", "--env", "T={token}", "--", "sh", "-c", script],
      sandbox.environment(for: .github).merging(variables) { $1 }, in: folder,
      preparation: "mkfifo pipe && { timeout 60 sh -c ': >pipe && : >was-read' >/dev/null 2>&1 & }")
    #expect(run.status == 0, "\(run.error)")
    let path = folder.path
    #expect(run.output == "\(path)/keys \(path)/pipe \(path) attempts:1 \(path)/pipe\n", "\(run.output)")
    #expect(folder.names == ["pipe"])
  }

  /// What is there, and what a command sees instead.
  @Test(
    arguments: [
      ([:], "127.0.0.1,localhost", "127.0.0.1,localhost"),
      (["no_proxy": "a.example"], "a.example,127.0.0.1,localhost", "a.example,127.0.0.1,localhost"),
      (["NO_PROXY": "a.example"], "a.example,127.0.0.1,localhost", "a.example,127.0.0.1,localhost"),
      (["no_proxy": "a", "NO_PROXY": "b, localhost"], "a,127.0.0.1,localhost", "b, localhost,127.0.0.1"),
      (["no_proxy": "*"], "*", "*"), (["no_proxy": "", "NO_PROXY": "*"], "*", "*"),
      (["no_proxy": "localhost,127.0.0.1"], "localhost,127.0.0.1", "localhost,127.0.0.1"),
    ] as [([String: String], String, String)])
  func exemptsThisMachineFromProxies(_ present: [String: String], _ lower: String, _ upper: String) async throws {
    let proxies = [
      "http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1",
    ]
    let surrounding = present.merging(proxies) { $1 }
    let inner = [
      BuiltTool.path, "exec", "pypi", "--env", "T={token}", "--", "sh", "-c",
      "echo \"$no_proxy|$NO_PROXY|$http_proxy\"",
    ]
    let run = try await BuiltTool.run(["sandbox", "--raw", "--"] + inner, surrounding)
    #expect(run.output == "\(lower)|\(upper)|http://127.0.0.1:1\n", "\(run.error)")
    // A sandbox that was started elsewhere.
    let sandbox = try Sandbox.started()
    let direct = try await BuiltTool.run(
      Array(inner.dropFirst()), sandbox.environment(for: .github).merging(surrounding) { $1 })
    #expect(direct.output == "\(lower)|\(upper)|http://127.0.0.1:1\n", "\(direct.error)")
  }

  /// An index that is not on this machine changes nothing.
  @Test func leavesProxiesAloneElsewhere() throws {
    let made = Credential(
      registry: "pypi", secret: Secret("pypi-0123456789abcdef"), username: "__token__", expires: UnixTime(1_000),
      uploadURL: try HTTPURL("https://upload.pypi.org/legacy/"))
    let credential = try #require(made)
    let surrounding = Environment(["https_proxy": "http://proxy.example"])
    let child = ChildEnvironment(clients: PublishingTools.python.tools, own: [], identityVariables: []).make(
      for: credential, in: surrounding)
    #expect(child["no_proxy"] == nil && child["NO_PROXY"] == nil)
  }

  /// A folder for temporary files, and what the message says of it.
  @Test(arguments: [("/no/such/folder", "No such file or directory"), ("/dev/null", "Not a directory")])
  func namesTheFolderForTemporaryFiles(_ folder: String, _ reason: String) async throws {
    let run = try await BuiltTool.run(["sandbox", "--", "true"], ["TMPDIR": folder])
    #expect(run.status == 125)
    #expect(
      run.error.contains("Cannot make a folder for temporary files in \(folder), which TMPDIR names: \(reason)."),
      "\(run.error)")
    #expect(run.error.contains("Set TMPDIR to a folder"), "\(run.error)")
    #expect(try await BuiltTool.run(["sandbox", "--", "true"], ["TMPDIR": ""]).status == 0)
  }

  /// What a container was given of a job's variables, and what the message names.
  @Test(
    arguments: [
      (
        ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"], Int32(4),
        "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN of github are set, and GITHUB_ACTIONS=true is not"
      ),
      (
        ["ACTIONS_ID_TOKEN_REQUEST_URL"], 4,
        "ACTIONS_ID_TOKEN_REQUEST_URL of github is set, and GITHUB_ACTIONS=true is not"
      ),
      (
        ["GITHUB_ACTIONS", "ACTIONS_ID_TOKEN_REQUEST_URL"], 5,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set, although ACTIONS_ID_TOKEN_REQUEST_URL is"
      ),
      (
        ["GITHUB_ACTIONS", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"], 5,
        "ACTIONS_ID_TOKEN_REQUEST_URL is not set, although ACTIONS_ID_TOKEN_REQUEST_TOKEN is"
      ),
      (["GITHUB_ACTIONS"], 5, "docker run -e ACTIONS_ID_TOKEN_REQUEST_URL"),
    ] as [([String], Int32, String)])
  func namesWhatAContainerWasNotGiven(_ kept: [String], _ status: Int32, _ text: String) async throws {
    let all = try Sandbox.started().environment(for: .github)
    let run = try await BuiltTool.run(
      ["mint", "pypi"], all.filter { kept.contains($0.key) || $0.key.hasPrefix("TOKEN_BROKER") })
    let shown = run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == status && shown.contains(text), "\(run.error)")
  }

  @Test func namesTheClueThatAGitLabContainerWasNotGiven() async throws {
    let all = try Sandbox.started().environment(for: .gitlab)
    let run = try await BuiltTool.run(
      ["mint", "pypi"], all.filter { $0.key != "GITLAB_CI" && $0.key != "TESTPYPI_ID_TOKEN" })
    let shown = run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      run.status == 4 && shown.contains("PYPI_ID_TOKEN")
        && shown.contains("of gitlab are set, and GITLAB_CI=true is not"),
      "\(run.error)")
    #expect(shown.contains("Pass GITLAB_CI=true on as well"), "\(run.error)")
  }

  /// Roots that cannot be read, and what is said of the variables that are set.
  @Test(
    arguments: [
      ([:], ["SSL_CERT_FILE is set, and used in place"], ["REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "additional"]),
      (["REQUESTS_CA_BUNDLE": "/roots"], ["REQUESTS_CA_BUNDLE is set for other programs and not read here"], ["NODE"]),
      (
        ["CURL_CA_BUNDLE": "/roots", "PIP_CERT": "/roots", "NODE_EXTRA_CA_CERTS": "/roots"],
        ["CURL_CA_BUNDLE, PIP_CERT, NODE_EXTRA_CA_CERTS are set for other programs", "additional roots alone"], []
      ),
      (["PIP_CERT": "/no/such/roots"], ["SSL_CERT_FILE is set"], ["PIP_CERT"]),
    ] as [([String: String], [String], [String])])
  func namesTheRootsThatOthersRead(_ variables: [String: String], _ said: [String], _ unsaid: [String]) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    let origin = try #require(sandbox.origin(of: "pypi"))
    try folder.write(
      "token-broker.json",
      #"{"version":1,"registries":{"own":{"type":"pypi","upload-url":"https://127.0.0.1:\#(origin.port)/legacy/","audience":"own"}}}"#
    )
    let run = try await BuiltTool.run(
      ["revoke", "own", "--from-env", "T"],
      ["T": "pypi-0123456789abcdef0123456789", "SSL_CERT_FILE": "/no/such/roots"].merging(variables) { $1 }, in: folder)
    let shown = run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == 7, "\(run.error)")
    for text in said { #expect(shown.contains(text), "\(run.error)") }
    for text in unsaid { #expect(!shown.contains(text), "\(run.error)") }
  }
}
