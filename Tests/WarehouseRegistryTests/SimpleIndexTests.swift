import BrokerConformance
import BrokerCore
import PyPIRegistry
import TestSupport
import Testing
import WarehouseRegistry

struct SimpleIndexTests {
  private static let json = "application/vnd.pypi.simple.v1+json"
  private static let digest = String(repeating: "0a", count: 32)

  private func index(
    _ settings: String = "", rehearsal: Origin? = nil,
    _ respond: @escaping @Sendable () -> Result<HTTPResponse, HTTPFailure>
  ) throws -> (any ReleaseIndex, ScriptedTransport) {
    let transport = ScriptedTransport { _ in respond() }
    var catalog = PluginCatalog()
    try catalog.add(.pypi)
    let text = "{\"version\":1,\"registries\":{\"mine\":{\"type\":\"pypi\"\(settings)}}}"
    let configuration = try ConfigurationReader(catalog: catalog).read(Array(text.utf8), file: "f.json")
    let services = PluginServices(transport: transport, time: FakeTime().source(), rehearsalOrigin: rehearsal)
    return (try #require(configuration.registries[0].plugin.make(services).capabilities.releases), transport)
  }

  private func answer(_ body: String, status: Int = 200, type: String = json) -> Result<HTTPResponse, HTTPFailure> {
    .success(HTTPResponse(status: status, fields: [("Content-Type", type)], body: Array(body.utf8)))
  }

  /// The page of a release is the site's; an index of somebody's own may have none.
  @Test(arguments: [
    ("", "https://pypi.org/project/my-pkg/1%212.0/"), (#","upload-url":"https://pypi.example.com/legacy/""#, nil),
  ])
  func knowsTheReleasesPage(_ settings: String, _ page: String?) throws {
    let (index, _) = try index(settings) { answer("") }
    let name = try #require(PythonDistributions().name(of: "My_Pkg-1!2.0.tar.gz"))
    #expect(index.page(of: name) == page)
  }

  @Test func readsFiles() async throws {
    let (index, transport) = try index {
      answer(
        #"{"meta":{"api-version":"1.4"},"name":"sample","files":[{"filename":"sample-1.0.tar.gz","url":"https://x/","#
          + #""hashes":{"sha256":"\#(Self.digest.uppercased())"},"provenance":"https://pypi.org/integrity/x","#
          + #""upload-time":"2026-11-24T10:00:00Z"},{"filename":"sample-0.9.zip","hashes":{"md5":"00"},"url":""},"#
          + #"{"filename":"sample-0.8.zip","hashes":{"sha256":"00"},"provenance":null,"url":""}]}"#)
    }
    let expected: [ReleaseFile] = [
      ReleaseFile(
        filename: "sample-1.0.tar.gz", sha256: Self.digest, provenance: try HTTPURL("https://pypi.org/integrity/x"),
        uploadTime: "2026-11-24T10:00:00Z",
        age: FakeTime().source().now().seconds(since: try #require(DateReader.iso8601("2026-11-24T10:00:00Z")))),
      ReleaseFile(filename: "sample-0.9.zip", sha256: nil), ReleaseFile(filename: "sample-0.8.zip", sha256: nil),
    ]
    #expect(try await index.listing(of: "sample") == .files(expected))
    let request = try #require(transport.requests.first)
    #expect(request.url.description == "https://pypi.org/simple/sample/" && request.method == .get)
    #expect(request.fields.map { "\($0.name): \($0.value.reveal())" } == ["Accept: \(Self.json)"])
    #expect(request.bodyLimit == 32 * 1024 * 1024)
  }

  /// The settings of an entry, and where it asks.
  @Test(arguments: [
    ("", "https://pypi.org/simple/sample/"),
    (#","upload-url":"https://pypi.example.com:8443/legacy/""#, "https://pypi.example.com:8443/simple/sample/"),
    (
      #","upload-url":"https://up.example.com/x/","simple-url":"https://read.example.com/root/+simple""#,
      "https://read.example.com/root/+simple/sample/"
    ),
    (#","simple-url":"https://mirror.example.com/pypi/""#, "https://mirror.example.com/pypi/sample/"),
  ])
  func asksWhereTheSettingsSay(_ settings: String, _ address: String) async throws {
    let (index, transport) = try index(settings) { answer(#"{"meta":{"api-version":"1.0"},"files":[]}"#) }
    #expect(try await index.listing(of: "sample") == .files([]))
    #expect(transport.requests.map(\.url.description) == [address])
    let (rehearsed, sandbox) = try self.index(settings, rehearsal: .loopback(port: 4711)) {
      answer(#"{"meta":{"api-version":"1.0"},"files":[]}"#)
    }
    _ = try await rehearsed.listing(of: "sample")
    #expect(sandbox.requests.map(\.url.description) == ["http://127.0.0.1:4711/simple/sample/"])
  }

  /// An answer, and the words of why there is no list; nil for a project that it does not know.
  @Test(arguments: [
    (404, json, "", String?.none), (404, "text/html", "<html>", nil), (200, "text/html", "<html>", "answers text/html"),
    (200, "text/html; charset=utf-8", "<html>", "answers text/html"), (200, "", "{}", "without a type"),
    (200, "application/vnd.pypi.simple.v2+json", "{}", "simple.v2+json"), (406, "text/plain", "", "answers 406"),
    (401, "text/plain", "", "answers 401"), (403, "text/plain", "", "answers 403"), (302, "", "", "redirects"),
    (200, json, #"{"meta":{"api-version":"2.0"},"files":[]}"#, "another version"), (200, json, "{}", "another version"),
    (200, "::warning::x ##[error]", "{}", "answers"),
  ])
  func takesOtherInterfacesForNone(_ status: Int, _ type: String, _ body: String, _ words: String?) async throws {
    let (index, _) = try index { answer(body, status: status, type: type) }
    switch try await index.listing(of: "sample") {
    case .files: Issue.record("a list was read")
    case .unknownProject: #expect(words == nil && status == 404)
    case .unavailable(let reason):
      #expect(words.map(reason.contains) == true, "\(reason)")
      #expect(!reason.contains("::") && !reason.contains("##["))
    }
  }

  @Test(
    "an answer that is no list of files is an error",
    arguments: [
      (200, "<html>", ErrorCode.registryAnswerInvalid, false),
      (200, #"{"meta":{"api-version":"1.0"}}"#, .registryAnswerInvalid, false),
      (200, #"{"meta":{"api-version":"1.0"},"files":[{}]}"#, .registryAnswerInvalid, false),
      (200, #"{"meta":{"api-version":"1.0"},"files":[],"files":[]}"#, .registryAnswerInvalid, false),
      (503, "", .unavailable, true), (429, "", .unavailable, true),
    ])
  func doesNotGuess(_ status: Int, _ body: String, _ code: ErrorCode, _ mayRetry: Bool) async throws {
    let (index, _) = try index { answer(body, status: status) }
    let error = await failure { () async throws(BrokerError) in _ = try await index.listing(of: "sample") }
    #expect(error?.code == code && (error?.recovery != Recovery.none) == mayRetry)
  }
}
