import BrokerConformance
import BrokerCore
import BrokerSystem
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The built tool and servers that are not to be trusted, directly and behind proxies.
@Suite(.enabled(if: TLSFront.isPossible, "nginx and openssl are not on this machine")) struct TLSTests {
  /// Who is spoken to through the server under test.
  private enum Role: CaseIterable {
    case index, issuer, exchange
  }

  /// A job of a provider.
  enum Job: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case github, gitlab

    var isGitLab: Bool { self == .gitlab }
    var testDescription: String { rawValue }
  }

  /// A server and the error that it leads to; nil if it is to be trusted.
  struct Kind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let server: TLSFront.Server
    let code: String?
  }

  private static let gate = Turnstile(places: 10)
  private static let nothing = Fault("none") { $0.send($0.answer) }

  static let kinds = [
    Kind(testDescription: "good", server: .init(), code: nil),
    Kind(testDescription: "good, TLS 1.2", server: .init(protocols: "TLSv1.2"), code: nil),
    Kind(testDescription: "expired", server: .init(certificate: .expired), code: "tls-failed"),
    Kind(testDescription: "other name", server: .init(certificate: .otherName), code: "tls-failed"),
    Kind(testDescription: "self-signed", server: .init(certificate: .selfSigned), code: "tls-failed"),
    Kind(testDescription: "unknown authority", server: .init(certificate: .unknownAuthority), code: "tls-failed"),
    Kind(testDescription: "TLS 1.1 alone", server: .init(protocols: "TLSv1.1"), code: "tls-failed"),
    Kind(testDescription: "redirect to http", server: .init(redirect: "http://127.0.0.1:PORT"), code: "redirected"),
  ]

  private func hold(_ count: Int) throws -> [HeldPort] { try (0..<count).map { _ in try #require(HeldPort()) } }

  /// Runs the tool, and expects the end and that a failure writes nothing to standard output.
  private func mint(
    _ variables: [String: String], _ options: [String], code: String?, _ label: String
  ) async throws -> BuiltTool.Run {
    let clock = ContinuousClock()
    let start = clock.now
    let arguments = ["mint", "pypi", "--format", "token"] + options
    var run = try await BuiltTool.run(arguments, variables)
    // Much more than the options allow; what hangs takes longer.
    #expect(clock.now - start < .seconds(90), "\(label) took \(clock.now - start)")
    #expect(run.status == (code == nil ? 0 : 7), "\(label): \(run.status) \(run.error)")
    if let code {
      // What is tried again may be cut off by the time limit.
      let isCutOff = run.error.contains("timed-out") && run.error.contains("Trying again in ")
      if !run.error.contains(code), !isCutOff {
        // A slow machine may not get as far within the limit: once more, with time enough.
        run = try await BuiltTool.run(arguments.map { $0 == "2" ? "20" : $0 }, variables)
      }
      #expect((run.error.contains(code) || isCutOff) && run.output.isEmpty, "\(label): \(run.error)")
    }
    return run
  }

  // MARK: Servers

  /// Each role of the server under test, while the others are good: what is refused is sent no exchange.
  @Test("a server is trusted for a good certificate, TLS 1.2 or later, and no redirect", arguments: kinds)
  func trustsServers(_ kind: Kind) async throws {
    for role in Role.allCases {
      for job in Job.allCases where !(job.isGitLab && (role == .issuer || kind.code == nil)) {
        let held = try hold(2)
        let (good, tried) = (held[0].port, held[1].port)
        // The connection of the exchange is one of its own: each carries one request.
        let change = role == .exchange ? try PortSwitch(first: good, then: tried) : nil
        let index = change?.port ?? (role == .index ? tried : good)
        let site = try HostileSite(.exchange, Self.nothing, indexAddress: "https://127.0.0.1:\(index)")
        defer { site.stop() }
        var server = kind.server
        server.redirect = server.redirect?.replacing("PORT", with: "\(site.otherPort)")
        let front = try await TLSFront([.init(), server], on: held, before: site.indexPort)
        var variables = site.variables(isGitLab: job.isGitLab)
        variables["SSL_CERT_FILE"] = front.authority
        if !job.isGitLab {
          variables["ACTIONS_ID_TOKEN_REQUEST_URL"] =
            "https://127.0.0.1:\(role == .issuer ? tried : good)/61//idtoken/1?api-version=2.0"
        }
        let label = "\(kind.testDescription), \(role), \(job)"
        _ = try await mint(variables, ["--timeout", kind.code == nil ? "60" : "2"], code: kind.code, label)
        #expect(site.count(.exchange) == (kind.code == nil ? 1 : 0), "\(label)")
        #expect(!site.arrivals.contains { $0.step == nil }, "\(label): a request went over plain http")
        await front.stop()
      }
    }
  }

  @Test("no server is trusted without root certificates", arguments: ["/dev/null", "/nothing-is-there"])
  func trustsNothingWithoutRoots(_ roots: String) async throws {
    let held = try hold(1)
    let address = "https://127.0.0.1:\(held[0].port)"
    let site = try HostileSite(.exchange, Self.nothing, indexAddress: address)
    defer { site.stop() }
    let front = try await TLSFront([.init()], on: held, before: site.indexPort)
    var variables = site.variables(isGitLab: false)
    variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = "\(address)/61//idtoken/1?api-version=2.0"
    variables["SSL_CERT_FILE"] = roots
    _ = try await mint(variables, [], code: "tls-failed", roots)
    await front.stop()
  }

  // MARK: Proxies

  /// What a run behind a proxy has to come to.
  private struct Expected {
    var code: String?
    /// Requests for an audience, for an identity token, and exchanges; nil for any number.
    var counts: [Int?] = [0, 0, 0]
    /// CONNECTs; nil for any number.
    var connects: Int?
    /// The time limit; nil for one that a busy machine keeps.
    var seconds: Int?
  }

  private static let steps = [HostileSite.Step.audience, .identityToken, .exchange]

  /// Mints behind a proxy, and looks at what the proxy and the servers were told.
  private func mint(
    _ job: Job, behind proxy: TunnelProxy, at address: String? = nil, of site: HostileSite, roots: String,
    _ expected: Expected, _ label: String
  ) async throws {
    let (user, password) = ("builder", "proxy-pass%2Fword-0123456789")
    var variables = site.variables(isGitLab: job.isGitLab)
    variables["TOKEN_BROKER_SANDBOX"] = nil
    variables["SSL_CERT_FILE"] = roots
    variables["https_proxy"] = (address ?? "http://USER@127.0.0.1:\(proxy.port)")
      .replacing("USER", with: "\(user):\(password)")
    if !job.isGitLab {
      variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = "https://runner.example.com/idtoken?api-version=2.0"
    }
    let run = try await mint(
      variables, ["--timeout", "\(expected.seconds ?? (expected.code == nil ? 60 : 2))", "--explain"],
      code: expected.code, label)
    proxy.stop()
    let arrivals = site.arrivals
    if expected.code == nil {
      #expect(
        site.secrets.contains(where: { "\($0)\n" == run.output && $0.hasPrefix("pypi-") }),
        "\(label): not the credential")
    }
    for (step, count) in zip(Self.steps, expected.counts) {
      let found = arrivals.count { $0.step == step }
      if let count { #expect(found == count, "\(label): \(found) requests for the \(step.rawValue)") }
    }
    if let connects = expected.connects { #expect(proxy.connects.count == connects, "\(label)") }
    // The proxy's password is for the proxy.
    let plain = password.replacing("%2F", with: "/")
    let basic = Data("\(user):\(plain)".utf8).base64EncodedString()
    let forms = [password, plain, basic, String(Data(plain.utf8).base64EncodedString().prefix { $0 != "=" })]
    for form in forms {
      #expect(!(run.output + run.error).contains(form), "\(label): the proxy's password was shown")
      #expect(!arrivals.contains { $0.text.contains(form) }, "\(label): the proxy's password went on")
    }
    // The proxy sees nothing of what is inside of the tunnel.
    let seen = String(decoding: proxy.seen, as: UTF8.self)
    for secret in site.secrets + ["_/oidc"] { #expect(!seen.contains(secret), "\(label): the proxy saw a secret") }
    for head in proxy.connects {
      let lines = head.split(separator: "\r\n").map(String.init)
      let first = try #require(lines.first)
      #expect(
        first.wholeMatch(of: /CONNECT (upload\.pypi\.org|runner\.example\.com):443 HTTP\/1\.[01]/) != nil,
        "\(label): \(first)")
      let names = Set(lines.dropFirst().map { $0.prefix { $0 != ":" }.lowercased() })
      #expect(names.subtracting(["host", "user-agent", "proxy-connection", "proxy-authorization"]) == [], "\(label)")
      #expect(lines.contains("Proxy-Authorization: Basic \(basic)"), "\(label): the proxy was not given its password")
    }
    #expect(!run.error.replacing("::error title", with: "").contains("::error::"), "\(label): \(run.error)")
  }

  /// Mints through a plain proxy in front of a site with names of the public.
  private func mint(
    _ job: Job, through server: TLSFront.Server, _ expected: Expected, _ label: String,
    acts: @escaping @Sendable (Substring) -> [TunnelProxy.Act] = { _ in [.connect] }
  ) async throws {
    let site = try HostileSite(.exchange, Self.nothing, isRehearsal: false)
    defer { site.stop() }
    let held = try hold(1)
    let front = try await TLSFront([server], on: held, before: site.indexPort)
    let proxy = try TunnelProxy(to: held[0].port, acts)
    try await mint(job, behind: proxy, of: site, roots: front.authority, expected, "\(label), \(job)")
    await front.stop()
  }

  /// The issuer and the index, and the index again for the exchange where a connection carries one request.
  @Test("a proxy connects, and learns hosts and its own password alone", arguments: Job.allCases, [0, 60])
  func mintsThroughProxies(_ job: Job, _ keepsAlive: Int) async throws {
    let connects = (job.isGitLab ? 1 : 2) + (keepsAlive == 0 ? 1 : 0)
    try await mint(
      job, through: .init(certificate: .open, keepsAlive: keepsAlive),
      Expected(counts: [1, job.isGitLab ? 0 : 1, 1], connects: connects), "proxy, \(keepsAlive) s")
  }

  @Test(
    "behind a proxy, certificates are looked at as without it", arguments: Job.allCases,
    [TLSFront.Certificate.otherName, .unknownAuthority])
  func looksAtCertificatesBehindProxies(_ job: Job, _ certificate: TLSFront.Certificate) async throws {
    try await mint(
      job, through: .init(certificate: certificate), Expected(code: "tls-failed"), "proxy, \(certificate.rawValue)")
  }

  static let refusals: [(act: TunnelProxy.Act, code: String)] = [
    (.status(403), "unreachable"), (.status(407), "unreachable"), (.status(502), "unreachable"),
    (.status(302), "unreachable"), (.garbage, "unreachable"), (.reset, "unreachable"), (.close, "unreachable"),
    (.stall, "timed-out"), (.resetBehind, "tls-failed"),
  ]

  @Test("what a proxy refuses is not sent, and is sent when it connects after all", arguments: Job.allCases, refusals)
  func getsOverRefusals(_ job: Job, _ refusal: (act: TunnelProxy.Act, code: String)) async throws {
    let (act, code) = refusal
    let open = TLSFront.Server(certificate: .open)
    let seconds = act == .stall ? 1 : nil
    try await Self.gate.pass {
      try await mint(
        job, through: open, Expected(code: code, seconds: seconds), "the proxy \(act)", acts: { _ in [act] })
      // The connection of the exchange alone.
      try await mint(
        job, through: open, Expected(code: code, counts: [1, job.isGitLab ? 0 : nil, 0], seconds: seconds),
        "the proxy \(act) at the exchange", acts: { $0 == "upload.pypi.org" ? [.connect, act] : [.connect] })
      guard act != .stall else { return }
      // What was not sent is sent after all, a GitLab job's only identity token too; GitHub gives another.
      try await mint(
        job, through: open, Expected(counts: [1, job.isGitLab ? 0 : 2, 1]), "the proxy \(act) once",
        acts: { $0 == "upload.pypi.org" ? [.connect, act, .connect] : [.connect] })
    }
  }

  @Test(
    "a proxy that is spoken to over TLS has to show a good certificate",
    arguments: [TLSFront.Certificate.good, .unknownAuthority, .otherName])
  func looksAtCertificatesOfProxies(_ certificate: TLSFront.Certificate) async throws {
    let site = try HostileSite(.exchange, Self.nothing, isRehearsal: false)
    defer { site.stop() }
    let held = try hold(2)
    let servers = [TLSFront.Server(certificate: .open, keepsAlive: 60), .init(certificate: certificate)]
    let front = try await TLSFront(servers, on: held, before: site.indexPort)
    let proxy = try TunnelProxy(to: held[0].port)
    guard certificate == .good else {
      // The handshake fails before anything is asked: a server of nginx does as well as a proxy.
      try await mint(
        .gitlab, behind: proxy, at: "https://USER@127.0.0.1:\(held[1].port)", of: site, roots: front.authority,
        Expected(code: "tls-failed", connects: 0), "proxy over TLS, \(certificate.rawValue)")
      return await front.stop()
    }
    let tunnel = try await front.tunnel(to: proxy.port)
    try await mint(
      .gitlab, behind: proxy, at: "https://USER@127.0.0.1:\(tunnel.port)", of: site, roots: front.authority,
      Expected(counts: [1, 0, 1], connects: 1), "proxy over TLS")
    await tunnel.stop()
    await front.stop()
  }
}

#if os(Linux)
  @Suite(.enabled(if: PreloadedLibrary.isPossible, PreloadedLibrary.obstacle))
  struct SilentResolverTests {
    @Test("a run ends in time where the resolver never answers", arguments: TLSTests.Job.allCases)
    func endsInTime(_ job: TLSTests.Job) async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      var variables = try await PreloadedLibrary.make(
        "#include <unistd.h>\nint getaddrinfo(void) { for (;;) pause(); }\n", in: folder)
      variables["CI"] = "true"
      if job.isGitLab {
        let token = SampleToken.make(audience: "pypi", identifier: "id-0123456789")
        variables.merge(["GITLAB_CI": "true", "PYPI_ID_TOKEN": token]) { $1 }
      } else {
        variables.merge([
          "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token-0123456789",
          "ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example.com/idtoken?a=b",
        ]) { $1 }
      }
      let run = try await BuiltTool.run(["mint", "pypi", "--format", "token", "--timeout", "1"], variables)
      #expect(run.status == 7 && run.error.contains("timed-out") && run.output.isEmpty, "\(run.status) \(run.error)")
    }
  }
#endif
