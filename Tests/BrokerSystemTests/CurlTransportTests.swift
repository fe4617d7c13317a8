import Dispatch
import Testing

@testable import BrokerCore
@testable import BrokerSandbox
@testable import BrokerSystem

struct CurlTransportTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Test:  a b \r\nX-Test: c\r\n\r\nok"

  private func transport(
    _ environment: [String: String] = [:], connect: Duration = .seconds(5), request: Duration = .seconds(15)
  ) -> CurlTransport {
    CurlTransport(
      TransportConfiguration(
        environment: Environment(environment), connectLimit: connect, requestLimit: request, userAgent: "test/1"))
  }

  private func failure(_ transport: CurlTransport, _ request: HTTPRequest) async -> HTTPFailure? {
    do throws(HTTPFailure) {
      _ = try await transport.send(request)
      return nil
    } catch { return error }
  }

  @Test func readsAWholeAnswer() async throws {
    let server = try RawServer { _ in Self.answer }
    let response = try await transport().send(HTTPRequest(.get, server.url("/a//b/../c?x=%2B+1")))
    #expect(response.status == 200 && response.body == Array("ok".utf8))
    #expect(response.field("x-test") == "a b" && response.fields.count == 3)
    let request = try #require(server.requests.first?.request)
    #expect(request.hasPrefix("GET /a//b/../c?x=%2B+1 HTTP/1.1\r\n"))
    #expect(request.contains("User-Agent: test/1\r\n") && !request.lowercased().contains("expect:"))
    #expect(!request.lowercased().contains("accept-encoding"))
  }

  /// The address stands in for a link-local one: what no resolver knows, and what every one does, are asked there alike.
  @Test(
    "a name with an address of its own is not looked up, and no proxy is asked for it",
    arguments: ["metadata.google.internal", "metadata.invalid", "localhost.example", "example.com"])
  func looksNoPinnedNameUp(_ name: String) async throws {
    let proxy = try RawServer { _ in "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n" }
    let server = try RawServer { _ in Self.answer }
    let origin = Origin(scheme: .http, host: name, port: server.port, linkLocalAddress: "127.0.0.1")
    let address = "http://127.0.0.1:\(proxy.port)"
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    let transport = transport(Dictionary(uniqueKeysWithValues: names.map { ($0, address) }))
    for _ in 0..<2 {
      let response = try await transport.send(HTTPRequest(.get, HTTPURL(origin, path: "/computeMetadata/v1/")))
      #expect(response.status == 200)
    }
    #expect(server.requests.count == 2 && proxy.connections == 0)
    #expect(server.requests.allSatisfy { $0.request.contains("\r\nHost: \(name):\(server.port)\r\n") })
  }

  @Test("a pinned name is reached at its own address alone") func reachesAPinnedNameAtItsAddress() async throws {
    let server = try RawServer { _ in Self.answer }
    // Nothing listens there; the name by itself would lead to the server.
    let origin = Origin(scheme: .http, host: "127.0.0.1.nip.invalid", port: server.port, linkLocalAddress: "127.0.0.2")
    let failure = await failure(transport(), HTTPRequest(.get, HTTPURL(origin, path: "/")))
    #expect(failure?.reason == .refused && server.connections == 0, "\(String(describing: failure))")
  }

  @Test func reusesTheConnectionOfAnOrigin() async throws {
    let server = try RawServer { _ in Self.answer }
    let transport = transport()
    _ = try await transport.send(HTTPRequest(.get, server.url()))
    let body = "{\"token\":\"\(String(repeating: "a", count: 9000))\"}"
    _ = try await transport.send(
      HTTPRequest(
        .post, server.url(), fields: [HTTPRequest.Field("Content-Type", "application/json")], body: .plain(body)
      ))
    #expect(server.requests.map(\.connection) == [1, 1])
    let request = try #require(server.requests.last?.request)
    #expect(request.hasSuffix("\r\n\r\n\(body)") && request.contains("Content-Length: \(body.utf8.count)\r\n"))
    #expect(request.ranges(of: "Content-Type").count == 1)
  }

  @Test(
    "sends every method, with and without a body",
    arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "M-SEARCH"], [nil, "", "{\"a\":1}"] as [String?])
  func sendsMethods(_ name: String, _ body: String?) async throws {
    let server = try RawServer { _ in Self.answer }
    let method = try #require(HTTPRequest.Method(name))
    let type = body.map { _ in [HTTPRequest.Field("Content-Type", "application/json")] } ?? []
    let response = try await transport().send(
      HTTPRequest(method, server.url("/a?b"), fields: type, body: body.map { .plain($0) }))
    #expect(response.status == 200 && response.body == Array("ok".utf8))
    let request = try #require(server.requests.first?.request)
    #expect(request.hasPrefix("\(name) /a?b HTTP/1.1\r\n") && request.hasSuffix("\r\n\r\n\(body ?? "")"), "\(request)")
    let length = request.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) }
    #expect(length == (body?.utf8.count ?? (method.isSafe ? nil : 0)))
    #expect(request.ranges(of: "Content-Type").count == type.count && !request.contains("Transfer-Encoding"))
    #expect(server.requests.count == 1)
  }

  @Test("a HEAD request ends with the answer's fields")
  func sendsHead() async throws {
    let server = try RawServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\nX-Test: a\r\n\r\n" }
    let response = try await transport().send(HTTPRequest(.head, server.url()))
    #expect(response.status == 200 && response.body.isEmpty && response.field("x-test") == "a")
    #expect(server.requests.first?.request.hasPrefix("HEAD / HTTP/1.1\r\n") == true)
  }

  @Test("nothing is sent of a request whose secret is bound to another origin")
  func refusesASecretOfAnotherOrigin() async throws {
    let home = try RawServer { _ in Self.answer }
    let (accepted, signal) = AsyncStream<Void>.makeStream()
    let other = try RawServer { _, _ in signal.yield() }
    let secret = SecretBindings().bind(Secret("a-secret-of-the-job-0123456789"), to: try home.url().origin)
    let transport = transport()
    func requests(to url: HTTPURL) -> [HTTPRequest] {
      [
        HTTPRequest(.get, url, fields: [HTTPRequest.Field("Authorization", secret.bearer)]),
        HTTPRequest(.post, url, body: .bound(secret.json("token"))),
        HTTPRequest(.delete, url, fields: [HTTPRequest.Field("X-A", "a"), HTTPRequest.Field("X-Token", secret)]),
      ]
    }
    for request in requests(to: try home.url()) { #expect(try await transport.send(request).status == 200) }
    #expect(home.requests.count == 3)
    let elsewhere = [
      try other.url(), try home.url(scheme: "https"), try HTTPURL("http://localhost:\(home.port)/"),
      try HTTPURL("https://127.0.0.1/"),
    ]
    for request in elsewhere.flatMap(requests) {
      let failure = await failure(transport, request)
      #expect(failure?.reason == .misdirected && failure?.arrival == .nothingSent)
      #expect(failure?.detail.contains("http://127.0.0.1:\(home.port)") == true, "\(failure?.detail ?? "")")
    }
    #expect(home.requests.count == 3)
    // The one connection that the other server sees is this one, which says that none came before.
    let last = try other.url()
    _ = await self.failure(transport, HTTPRequest(.get, last))
    for await _ in accepted { break }
    #expect(other.connections == 1)
  }

  @Test(arguments: [204, 301, 302, 307, 404, 500, 503])
  func passesStatusesOn(_ status: Int) async throws {
    let server = try RawServer { _ in
      "HTTP/1.1 \(status) X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    }
    #expect(try await transport().send(HTTPRequest(.get, server.url())).status == status)
    #expect(server.requests.count == 1)
  }

  @Test func passesOverInterimAnswers() async throws {
    let server = try RawServer { _ in "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + Self.answer }
    let response = try await transport().send(HTTPRequest(.get, server.url()))
    #expect(response.status == 200 && response.field("x-early") == nil)
  }

  /// What the server does with a connection; the failure.
  @Test(arguments: [
    ("close", HTTPFailure.Reason.interrupted), ("close after request", .interrupted),
    ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .interrupted),
    ("HTTP/1.1 200 OK\r\nContent-Le", .interrupted),
    ("220 not HTTP\r\n", .malformed), ("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n", .tooLarge),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .interrupted),
  ])
  func tellsFailuresApart(_ behaviour: String, _ reason: HTTPFailure.Reason) async throws {
    let server = try RawServer { peer, server in
      if behaviour == "close" { return }
      guard let request = peer.readRequest() else { return }
      server.record(peer, request)
      if behaviour == "close after request" { return }
      peer.send(behaviour)
      if behaviour.contains("70000") { peer.send(String(repeating: "a", count: 70_000)) }
    }
    let failure = await failure(transport(), HTTPRequest(.get, try server.url()))
    let isExpected = failure?.reason == reason
    #expect(isExpected, "\(String(describing: failure))")
    if behaviour != "close" { #expect(failure?.arrival == .mayHaveArrived) }
  }

  @Test func refusesTooManyFields() async throws {
    let server = try RawServer { _ in
      "HTTP/1.1 200 OK\r\n" + String(repeating: "X-Long: \(String(repeating: "a", count: 1000))\r\n", count: 100)
        + "\r\n"
    }
    #expect(await failure(transport(), HTTPRequest(.get, try server.url()))?.reason == .tooLarge)
  }

  @Test func doesNotDecodeCompressedBodies() async throws {
    let server = try RawServer { _ in
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1F}abc"
    }
    #expect(try await transport().send(HTTPRequest(.get, server.url())).body.count == 4)
  }

  @Test func endsAtItsDeadline() async throws {
    let server = try RawServer { peer, server in
      if let request = peer.readRequest() { server.record(peer, request) }
      peer.waitForEnd()
    }
    let failure = await failure(
      transport(request: .milliseconds(300)), HTTPRequest(.get, try server.url(), body: nil))
    #expect(failure?.reason == .timedOut && failure?.arrival == .mayHaveArrived)
  }

  @Test func endsWhenTheTaskIsCancelled() async throws {
    let (reached, signal) = AsyncStream<Void>.makeStream()
    let server = try RawServer { peer, _ in
      _ = peer.readRequest()
      signal.yield()
      peer.waitForEnd()
    }
    let request = HTTPRequest(.get, try server.url())
    let transport = transport(request: .seconds(600))
    let work = Task { await failure(transport, request) }
    for await _ in reached { break }
    work.cancel()
    #expect(await work.value?.reason == .cancelled)
    let early = Task { await failure(transport, request) }
    early.cancel()
    #expect(await early.value?.reason == .cancelled)
  }

  /// A cancelled request that may have arrived, until its grace or the run's time is over; then it is cut off.
  @Test(arguments: [true, false], [Duration.zero, .milliseconds(300), .seconds(600)])
  func runsOnWithinItsGrace(_ isAnswered: Bool, _ grace: Duration) async throws {
    guard isAnswered == false || grace > .seconds(1) else { return }
    let (reached, signal) = AsyncStream<Void>.makeStream()
    let isCancelled = DispatchSemaphore(value: 0)
    let server = try RawServer { peer, _ in
      _ = peer.readRequest()
      signal.yield()
      guard isAnswered else { return peer.waitForEnd() }
      isCancelled.wait()
      peer.send(Self.answer)
    }
    let transport = transport(request: .seconds(600))
    let request = HTTPRequest(.post, try server.url(), body: "{}", grace: grace)
    let work = Task { await failure(transport, request) }
    for await _ in reached { break }
    work.cancel()
    isCancelled.signal()
    guard !isAnswered else { return #expect(await work.value == nil) }
    if grace > .seconds(1) { transport.cutShort() }
    #expect(await work.value == HTTPFailure(.cancelled, arrival: .mayHaveArrived))
    if grace > .seconds(1) {
      #expect(await failure(transport, request) == HTTPFailure(.cancelled, arrival: .nothingSent))
    }
  }

  /// The run's own time ends a grace.
  @Test func runsOnNoLongerThanTheRun() async throws {
    let (reached, signal) = AsyncStream<Void>.makeStream()
    let server = try RawServer { peer, _ in
      _ = peer.readRequest()
      signal.yield()
      peer.waitForEnd()
    }
    let transport = transport(request: .seconds(600))
    let request = HTTPRequest(.post, try server.url(), body: "{}", grace: .seconds(600))
    let work = Task { await TimeLimit.$end.withValue(.now + .seconds(1)) { await failure(transport, request) } }
    for await _ in reached { break }
    work.cancel()
    #expect(await work.value == HTTPFailure(.cancelled, arrival: .mayHaveArrived))
  }

  @Test func knowsARefusedConnection() async throws {
    let server = try RawServer { _ in Self.answer }
    let url = try server.url()
    server.stop()
    let failure = await failure(transport(), HTTPRequest(.get, url))
    #expect(failure?.arrival == .nothingSent || failure?.reason == .interrupted)
    let none = await self.failure(transport(), HTTPRequest(.get, try HTTPURL("http://127.0.0.1:1/")))
    #expect(none?.reason == .refused && none?.arrival == .nothingSent)
  }

  /// Without a network the resolver may fail or stay silent; either way nothing was sent.
  @Test func knowsANameThatIsNotThere() async throws {
    let failure = await failure(
      transport(connect: .seconds(2), request: .seconds(3)),
      HTTPRequest(.get, try HTTPURL("https://nothing.invalid/")))
    #expect([.nameNotResolved, .timedOut].contains(failure?.reason))
    #expect(failure?.arrival == .nothingSent)
  }

  @Test func knowsATLSFailure() async throws {
    let server = try RawServer { peer, _ in
      _ = peer.socket.receive()
      peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    // A folder that is there, so that a machine without root certificates fails where others do.
    let failure = await failure(
      transport(["SSL_CERT_DIR": "/tmp"]), HTTPRequest(.get, try server.url(scheme: "https")))
    #expect(failure?.reason == .handshake && failure?.arrival == .nothingSent)
  }

  @Test func neverSendsLoopbackToAProxy() async throws {
    let proxy = try RawServer { _ in "HTTP/1.1 502 Proxy\r\nContent-Length: 0\r\n\r\n" }
    let server = try RawServer { _ in Self.answer }
    let address = "http://127.0.0.1:\(proxy.port)"
    let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "HTTP_PROXY"]
    let transport = transport(Dictionary(uniqueKeysWithValues: names.map { ($0, address) }))
    #expect(try await transport.send(HTTPRequest(.get, server.url())).status == 200)
    #expect(proxy.requests.isEmpty)
    let refused = await failure(transport, HTTPRequest(.get, try HTTPURL("https://pypi.example.com/")))
    #expect(refused?.reason == .proxy && refused?.arrival == .nothingSent)
    #expect(proxy.requests.first?.request.hasPrefix("CONNECT pypi.example.com:443 ") == true)
    let direct = self.transport(["https_proxy": address, "no_proxy": "example.com"], connect: .milliseconds(500))
    _ = await failure(direct, HTTPRequest(.get, try HTTPURL("https://nothing.example.com:1/")))
    #expect(proxy.requests.count == 1)
  }

  /// What was said to the proxy is no part of the request: a GitLab job's only identity token is still good after it.
  @Test(arguments: ["", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nno TLS", "HTTP/1.1 502 No\r\n\r\n", "wait"])
  func sendsNothingThroughAProxyThatDoesNotConnect(_ answer: String) async throws {
    let proxy = try RawServer { peer, server in
      guard let request = peer.readRequest() else { return }
      server.record(peer, request)
      if answer == "wait" { peer.waitForEnd() } else { peer.send(answer) }
    }
    let transport = transport(
      ["https_proxy": "http://127.0.0.1:\(proxy.port)"], request: .seconds(answer == "wait" ? 1 : 15))
    let url = try HTTPURL("https://pypi.example.com/_/oidc/mint-token")
    let failure = await failure(transport, HTTPRequest(.post, url, body: "{\"token\":\"x\"}"))
    #expect(failure?.arrival == .nothingSent, "\(String(describing: failure))")
    #expect(proxy.requests.allSatisfy { !$0.request.contains("token") })
    #expect(proxy.requests.count == 1)
  }

  /// libcurl quotes a proxy's whole address when it cannot use it.
  @Test(arguments: [
    "http://user:proxy-password@bad host:1", "weird://user:proxy-password@127.0.0.1:1", "http://u:pw@127.0.0.1:99999",
    "user:proxy-password@[bad:1",
  ])
  func neverShowsAProxysPassword(_ proxy: String) async throws {
    let failure = await failure(
      transport(["https_proxy": proxy]), HTTPRequest(.get, try HTTPURL("https://pypi.example.com/")))
    #expect(failure?.arrival == .nothingSent)
    let detail = try #require(failure?.detail)
    #expect(!detail.isEmpty && !detail.contains("proxy-password") && !detail.contains("u:pw"), "\(detail)")
  }

  /// libcurl repeats a request by itself when a reused connection dies before an answer.
  @Test(
    "a request that does something is never sent again by itself", arguments: ["POST", "PUT", "DELETE"],
    [nil, "", "{\"token\":\"x\"}"] as [String?])
  func neverRepeatsByItself(_ name: String, _ body: String?) async throws {
    let method = try #require(HTTPRequest.Method(name))
    let server = try RawServer { peer, server in
      while let request = peer.readRequest() {
        server.record(peer, request)
        guard request.hasPrefix("GET") else { return }
        peer.send(Self.answer)
      }
    }
    let transport = transport()
    _ = try await transport.send(HTTPRequest(.get, server.url()))
    let failure = await failure(transport, HTTPRequest(method, try server.url(), body: body.map { .plain($0) }))
    #expect(failure?.reason == .interrupted && failure?.arrival == .mayHaveArrived)
    #expect(server.requests.count { $0.request.hasPrefix(name) } == 1)
  }

  @Test func refusesControlCharactersInFields() async throws {
    let server = try RawServer { _ in Self.answer }
    for value in ["a\r\nX: y", "a\nb", "a\u{0}b"] {
      let request = HTTPRequest(.get, try server.url(), fields: [HTTPRequest.Field("Authorization", value)])
      #expect(await failure(transport(), request)?.reason == .malformed)
    }
    #expect(server.requests.isEmpty)
  }

  @Test func sendsManyAtOnce() async throws {
    let server = try RawServer { _ in Self.answer }
    let transport = transport()
    let url = try server.url()
    let count = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 { group.addTask { (try? await transport.send(HTTPRequest(.get, url)).status) == 200 } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(count == 50)
  }

  /// Many times, because the thread that refuses may end before the request is there.
  @Test func refusesEveryRequestWithoutALibrary() async throws {
    let submission = CurlSubmission(
      request: HTTPRequest(.get, try HTTPURL("http://127.0.0.1:1/")),
      configuration: TransportConfiguration(environment: Environment()))
    for _ in 0..<300 {
      let loop = CurlLoop { "it is not installed" }
      loop.start()
      guard case .failure(let failure) = await loop.send(submission) else {
        Issue.record("it was sent")
        return
      }
      #expect(failure.reason == .unavailable && failure.detail == "it is not installed")
    }
  }

  @Test func saysWhichLibraryItUses() {
    #expect(Libcurl.description?.contains("libcurl/") == true)
  }
}
