import BrokerConformance
import BrokerCore
import PyPIRegistry
import TestSupport
import Testing
@testable import WarehouseRegistry

struct WarehouseTests {
  private static let now = UnixTime(1_795_000_000)

  private func index(_ answer: HTTPResponse) throws -> (Warehouse, ScriptedTransport) {
    let transport = ScriptedTransport { _ in .success(answer) }
    let index = Warehouse(
      name: "pypi", settings: try WarehouseSettings(from: .empty(path: ["registries", "pypi"]), of: .pypi),
      services: PluginServices(transport: transport, time: FakeTime(now: Self.now).source()))
    return (index, transport)
  }

  private static let token = SampleToken.make(audience: "pypi", identifier: "the-token-0123456789")
  private static let origin = Origin.https(host: "upload.pypi.org")

  private static func bound() throws(BrokerError) -> IdentityToken {
    try IdentityToken(Secret(token), from: "It").bound(to: origin, in: SecretBindings())
  }

  private func exchange(_ answer: HTTPResponse) async throws -> Result<Credential, BrokerError> {
    let (index, _) = try index(answer)
    let token = try Self.bound()
    do throws(BrokerError) { return .success(try await index.exchange(token, for: .everything)) } catch {
      return .failure(error)
    }
  }

  /// A code and the colon behind it make no command at their seam.
  @Test(arguments: ["a:", ":", "a::", "##"]) func keepsCodesApartFromItsOwnWords(_ code: String) async throws {
    let body = #"{"errors":[{"code":"\#(code)","description":"[b]"}]}"#
    guard case .failure(let error) = try await exchange(.json(body, status: 422)) else {
      Issue.record("a refusal was taken for a credential")
      return
    }
    #expect(!error.message.contains("::") && !error.message.contains("##["), "\(error)")
  }

  @Test func sendsTheTokenAsJSON() async throws {
    let (index, transport) = try index(.json(#"{"token":"pypi-0123456789-x","expires":1795000900,"success":true}"#))
    let credential = try await index.exchange(Self.bound(), for: .everything)
    #expect(credential.expires == UnixTime(1_795_000_900) && credential.username == "__token__")
    let request = try #require(transport.requests.first)
    #expect(request.url.description == "https://upload.pypi.org/_/oidc/mint-token" && request.method == .post)
    #expect(request.body?.reveal() == "{\"token\":\"\(Self.token)\"}")
    #expect(!request.fields.contains { $0.name == "Authorization" })
  }

  @Test(arguments: [#"{"token":"pypi-0123456789-x"}"#, #"{"token":"pypi-0123456789-x","expires":null}"#])
  func assumesTheUsualLifetime(_ body: String) async throws {
    #expect(try await exchange(.json(body)).get().expires == Self.now.advanced(by: 900))
  }

  @Test(arguments: [
    #"{"token":null}"#, #"{"token":""}"#, #"{"token":"a\nb"}"#, #"{"token":"a b"}"#, #"{"token":"ä"}"#, #"{"token":5}"#,
    #"{"success":true}"#, #"{"token":"pypi-0123456789-x","expires":"soon"}"#,
    #"{"token":"pypi-0123456789-x","expires":1.5}"#, "[]", "",
    #"{"token":"x","token":"y"}"#, "{\"token\":\"\(String(repeating: "a", count: 5000))\"}",
    #"{"token":"::add-mask::x "}"#, #"{"token":"e"}"#, #"{"token":"pypi-0123456789"}"#,
  ])
  func refusesUnusableAnswers(_ body: String) async throws {
    guard case .failure(let error) = try await exchange(.json(body)) else {
      Issue.record("took \(body)")
      return
    }
    #expect(error.code == .registryAnswerInvalid && error.recovery == .none)
  }

  /// Times that no API token expires at, with the server's clock and without; the last are no integers that fit.
  @Test(
    arguments: [
      "-9223372036854775808", "9223372036854775807", "-1", "0", "1", "1577836799", "4102444800", "253402300800",
      "9223372036854775808", "-9223372036854775809", "1e3", "1795000900.0",
    ], [nil, "Wed, 18 Nov 2026 11:06:40 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"])
  func refusesTimesThatAreNone(_ expires: String, _ date: String?) async throws {
    let answer = HTTPResponse.json(
      #"{"token":"pypi-0123456789-x","expires":\#(expires)}"#, fields: date.map { [("Date", $0)] } ?? [])
    guard case .failure(let error) = try await exchange(answer) else {
      Issue.record("took \(expires)")
      return
    }
    #expect(error.code == .registryAnswerInvalid && error.message.contains("may have been minted"), "\(error)")
  }

  /// The server's clock beside this machine's, in seconds; when the API token expires by the server's; what is left of it.
  @Test(
    arguments: [
      (0, 900, 900), (-3600, 900, 900), (3600, 900, 900), (1_000_000_000, 900, 900), (0, 1, 1), (0, 400 * 86400, 86400),
      (nil, 900, 900), (nil, 600, 600), (nil, -2700, 900), (nil, 0, 900), (nil, 400 * 86400, 900),
    ] as [(Int64?, Int64, Int64)])
  func countsByTheServersClock(_ ahead: Int64?, _ life: Int64, _ left: Int64) async throws {
    let time = FakeTime(now: Self.now)
    let server = ahead.map { Self.now.advanced(by: $0) }
    let fields = server.map { [("Date", Self.date($0))] } ?? []
    let expires = (server ?? Self.now).advanced(by: life)
    let transport = ScriptedTransport { _ in
      .success(.json(#"{"token":"pypi-0123456789-x","expires":\#(expires.seconds)}"#, fields: fields))
    }
    let index = Warehouse(
      name: "pypi", settings: try WarehouseSettings(from: .empty(path: ["registries", "pypi"]), of: .pypi),
      services: PluginServices(transport: transport, time: time.source()))
    let credential = try await index.exchange(Self.bound(), for: .everything)
    #expect(credential.expires == expires)
    #expect(credential.secondsLeft(by: time.source()) == left)
    time.setWallClock(UnixTime(.min))
    try await time.source().sleep(.seconds(1))
    #expect(credential.secondsLeft(by: time.source()) == left - 1)
    try await time.source().sleep(.seconds(Int64.max / 2))
    #expect(credential.secondsLeft(by: time.source()) == 0)
  }

  private static func date(_ moment: UnixTime) -> String {
    // The reader does not look at the day's name.
    let text = "\(moment)"
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.split { "-T:Z".contains($0) }.map(String.init)
    return "Wed, \(parts[2]) \(months[(Int(parts[1]) ?? 1) - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
  }

  @Test func refusesACredentialThatHasExpired() async throws {
    let answer = HTTPResponse.json(
      #"{"token":"pypi-0123456789-x","expires":784111777}"#, fields: [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")])
    guard case .failure(let error) = try await exchange(answer) else {
      Issue.record("took it")
      return
    }
    #expect(error.message.contains("had expired"))
  }

  /// Code and text of PyPI's server; ours; a decisive word of the remedy.
  @Test(arguments: [
    (
      "invalid-publisher", "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
      ErrorCode.publisherNotFound, "Compare"
    ),
    ("invalid-pending-publisher", "valid token, but project already exists", .exchangeRefused, "pending"),
    ("invalid-reuse-token", "invalid token: already used", .exchangeRefused, "one exchange"),
    ("invalid-token", "malformed or invalid token", .exchangeRefused, "does not say why"),
    ("invalid-payload", "unknown trusted publishing issuer", .exchangeRefused, "issuer"),
    ("invalid-payload", "The name 'asyncio' isn't allowed", .exchangeRefused, "documentation"),
    ("not-enabled", "github trusted publishing functionality not enabled", .exchangeRefused, "switched off"),
  ])
  func tellsRefusalsApart(_ code: String, _ text: String, _ ours: ErrorCode, _ word: String) async throws {
    let body =
      #"{"errors":[{"code":"\#(code)","description":\#(JSONText.quoted(text))}],"message":"Token request failed"}"#
    guard case .failure(let error) = try await exchange(.json(body, status: 422)) else {
      Issue.record("took it")
      return
    }
    #expect(error.code == ours && error.status == .registry && error.recovery == .none)
    #expect(error.message.contains(code) && error.message.contains(text))
    #expect(error.remedy?.contains(word) == true)
  }

  @Test func makesSenseOfOtherRefusals() async throws {
    let cases: [(HTTPResponse, ErrorCode)] = [
      (.json(#"{"message":"Forbidden"}"#, status: 403), .exchangeRefused),
      (.json("", status: 404), .trustedPublishingUnavailable),
      (.json("", status: 405), .registryAnswerInvalid), (.json("{}", status: 422), .exchangeRefused),
      (.json(#"{"errors":[]}"#, status: 422), .exchangeRefused),
      (.json(#"{"errors":"x"}"#, status: 400), .exchangeRefused),
      (.json("", status: 500), .unavailable), (.json("", status: 302), .redirected),
    ]
    for (answer, code) in cases {
      guard case .failure(let error) = try await exchange(answer) else {
        Issue.record("took \(answer.status)")
        continue
      }
      #expect(error.code == code, "\(answer.status)")
    }
  }

  @Test(arguments: [
    (200, #"{"audience":"pypi"}"#, ErrorCode?.none), (403, #"{"message":"off"}"#, .trustedPublishingUnavailable),
    (404, "<html>", .trustedPublishingUnavailable), (500, "<html>", .unavailable), (302, "", .redirected),
    (200, "<html>", .registryAnswerInvalid), (200, #"{"audience":["pypi"]}"#, .registryAnswerInvalid),
    (200, #"{"audience":""}"#, .registryAnswerInvalid), (200, #"{"audience":"a\nb"}"#, .registryAnswerInvalid),
    (200, "{}", .registryAnswerInvalid), (204, "", .registryAnswerInvalid), (418, "", .registryAnswerInvalid),
  ])
  func readsAudiences(_ status: Int, _ body: String, _ code: ErrorCode?) async throws {
    let (index, _) = try index(.json(body, status: status))
    let error = await failure { () async throws(BrokerError) in _ = try await index.askForAudience() }
    #expect(error?.code == code)
  }

  @Test func namesTheHostOfARedirectAlone() async throws {
    let answer = HTTPResponse(
      status: 302, fields: [("Location", "https://user:secret@evil.example/path?query=secret::x")])
    let (index, _) = try index(answer)
    let error = await failure { () async throws(BrokerError) in _ = try await index.askForAudience() }
    #expect(error?.message.contains("\"evil.example\"") == true)
    #expect(error?.message.contains("secret") == false)
  }

  @Test func showsNothingOfTheTokenThatARedirectEchoes() async throws {
    let answer = HTTPResponse(
      status: 307, fields: [("Location", "https://\(Self.token.replacing(".", with: "-")).evil.example/")])
    guard case .failure(let error) = try await exchange(answer) else {
      Issue.record("took it")
      return
    }
    #expect(error.message.contains("evil.example"))
    SecretSearch(Self.token.split(separator: ".").map(String.init)).expectNone(in: error)
  }

  @Test(
    "what the index answers to a revocation decides whether the credential counts as burned",
    arguments: [(202, ErrorCode?.none), (200, nil), (404, .revokeUnsupported), (403, .registryAnswerInvalid)])
  func revokes(_ status: Int, _ code: ErrorCode?) async throws {
    let (index, transport) = try index(.json("{}", status: status))
    let credential = SecretBindings().bind(Secret("pypi-x"), to: Self.origin)
    let error = await failure { () async throws(BrokerError) in try await index.revoke(credential) }
    #expect(error?.code == code)
    #expect(transport.requests.first?.url.path == "/_/oidc/burn-token")
    #expect(transport.requests.first?.body?.reveal() == #"{"token":"pypi-x"}"#)
  }

  /// The settings of an entry of type `pypi`; the code and a word of the error, or the audience in force.
  @Test(arguments: [
    (#"{}"#, ErrorCode?.none, "pypi"),
    (#"{"audience":"pypi"}"#, nil, "pypi"),
    (#"{"audience":"other"}"#, .audienceRefused, "is not the audience of upload.pypi.org"),
    (#"{"upload-url":"https://pypi.example.com/legacy/"}"#, nil, "nil"),
    (#"{"upload-url":"https://pypi.example.com/legacy/","audience":"mine"}"#, nil, "mine"),
    (
      #"{"upload-url":"https://pypi.example.com/legacy/","audience":"pypi"}"#, .audienceRefused,
      "needs an audience of its own"
    ),
    (#"{"upload-url":"https://pypi.org/legacy/"}"#, .configurationInvalid, "https://upload.pypi.org/legacy/"),
    (#"{"upload-url":"http://pypi.example.com/"}"#, .configurationInvalid, "plain http"),
    (#"{"upload-url":"https://a:b@pypi.example.com/"}"#, .configurationInvalid, "user"),
    (#"{"upload-url":"https://pypi.example.com/?a"}"#, .configurationInvalid, "query"),
    (#"{"upload-ulr":"https://pypi.example.com/"}"#, .configurationInvalid, "Did you mean \"upload-url\"?"),
  ])
  func decodesSettings(_ settings: String, _ code: ErrorCode?, _ words: String) throws {
    var catalog = PluginCatalog()
    try catalog.add(.pypi)
    let text =
      "{\"version\":1,\n\"registries\":{\"mine\":{\"type\":\"pypi\"\(settings == "{}" ? "" : ",")\(settings.dropFirst().dropLast())}}}"
    guard let code else {
      let read = try ConfigurationReader(catalog: catalog).read(Array(text.utf8), file: "f.json")
      let services = PluginServices(
        transport: ScriptedTransport { _ in .success(.json("{}")) }, time: FakeTime().source())
      #expect(read.registries[0].plugin.make(services).expectedAudience?.value ?? "nil" == words)
      return
    }
    let error = #expect(throws: BrokerError.self) {
      try ConfigurationReader(catalog: catalog).read(Array(text.utf8), file: "f.json")
    }
    #expect(error?.code == code)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.message.text.hasPrefix("f.json, line 2, column ") == true)
  }
}
