import Dispatch
import Synchronization

/// The times of a run: this machine's clock, the servers' clock and waits, the ends of tokens, and what is left of them.
///
/// The first lines are numbers and fields; each byte behind them is an answer to an exchange.
enum TimesTarget {
  /// An index that says what it is told to, and remembers what it was sent.
  private final class Index: HTTPTransport {
    private let fields: [(name: String, value: String)]
    private let expires: String
    private let answers: Mutex<ArraySlice<UInt8>>
    /// Each identity token that came, and whether it was refused unread.
    let sent = Mutex<[(body: String, isUnread: Bool)]>([])

    init(date: String, wait: String, expires: String, answers: ArraySlice<UInt8>) {
      fields = [("Date", date), ("Retry-After", wait)].filter { !$0.1.isEmpty }
      self.expires = expires
      self.answers = Mutex(answers)
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      guard request.method == .post else {
        return HTTPResponse(status: 200, fields: fields, body: Array(#"{"audience":"pypi"}"#.utf8))
      }
      let answer = answers.withLock { $0.popFirst() ?? 0 }
      guard request.url.path.hasSuffix("mint-token") else { return HTTPResponse(status: 202) }
      let status = [200, 429, 503, 500, 408, 425, 422, 200][Int(answer % 8)]
      let isUnread = status == 429 || status == 503 && fields.contains { $0.name == "Retry-After" }
      sent.withLock { $0.append((request.body?.reveal() ?? "", isUnread || answer >= 192)) }
      if answer >= 192 { throw HTTPFailure(.refused, arrival: .nothingSent) }
      return HTTPResponse(
        status: status, fields: fields, body: Array(#"{"token":"pypi-0123456789-a","expires":\#(expires)}"#.utf8))
    }
  }

  /// Identity tokens: as many as are asked for, or two.
  private final class Source: IdentityTokenSource {
    let identityVariables: [String] = []
    private let claims: [(name: String, json: String)]
    private let isFixed: Bool
    private let count = Mutex(0)

    init(claims: [(name: String, json: String)], isFixed: Bool) {
      self.claims = claims
      self.isFixed = isFixed
    }

    func supply(for audience: Audience) -> IdentityTokenSupply {
      isFixed ? .fixed(remaining: max(0, 2 - count.withLock { $0 })) : .renewable
    }

    func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
      let number = count.withLock { count in
        count += 1
        return count
      }
      let text = SampleToken.make(audience: audience.value, identifier: "id-\(number)", claims: claims)
      return try IdentityToken(Secret(text), from: "The input")
    }

    func job(from claims: Claims) -> JobIdentity { GitHubClaims.job(from: claims) }
  }

  static func run(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let lines = (0..<6).map { _ in
      let line = rest.prefix { $0 != 0x0A }
      rest = rest.dropFirst(line.count + 1)
      return String(decoding: line, as: UTF8.self)
    }
    let machine = UnixTime(Int64(lines[0]) ?? 1_795_000_000)
    let ahead = try? SandboxClock.seconds(lines[5])
    require(ahead.map { $0.magnitude <= 366 * 86400 } ?? true, "a clock of \(lines[5])")
    _ = machine.advanced(by: ahead ?? 0).description
    decide(Int64(lines[0]) ?? 0, Int64(lines[5]) ?? 0)

    let isNumber = lines[4].utf8.allSatisfy { (0x30...0x39).contains($0) || "-+.eE".utf8.contains($0) }
    let claims = isNumber && !lines[4].isEmpty ? ["exp", "iat", "nbf"].map { ($0, lines[4]) } : []
    let index = Index(date: lines[1], wait: lines[2], expires: lines[3].isEmpty ? "null" : lines[3], answers: rest)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      await mint(at: index, Source(claims: claims, isFixed: rest.first.map { $0 & 1 == 1 } ?? false), machine)
      done.signal()
    }
    done.wait()
  }

  private static func mint(at index: Index, _ source: Source, _ machine: UnixTime) async {
    // No wait is as long as the limit, which has to be told from one.
    let limit = Duration.milliseconds(60_007)
    let time = FakeTime(now: machine, holding: [limit])
    guard let settings = try? WarehouseSettings(from: .empty(path: ["registries", "pypi"]), of: .pypi) else {
      fatalError("PyPI has no defaults")
    }
    let registry = Warehouse(
      name: "pypi", settings: settings, services: PluginServices(transport: index, time: time.source()))
    let engine = Engine(time: time.source(), policy: RetryPolicy(total: limit))
    do throws(BrokerError) {
      for credential in try await engine.mint([Target(registry)], from: source).credentials.get() {
        check(credential, time)
      }
    } catch { requirePlain(error) }
    require(time.waits.reduce(.zero, +) <= limit, "waited \(time.waits)")
    let sent = index.sent.withLock { $0 }
    for (number, sending) in sent.enumerated() where !sending.isUnread {
      require(!sent[(number + 1)...].contains { $0.body == sending.body }, "an identity token was sent again")
    }
  }

  /// What is left of a credential falls, whatever the wall clock does, and never below zero.
  private static func check(_ credential: Credential, _ time: FakeTime) {
    let clocks = time.source()
    let left = credential.secondsLeft(by: clocks)
    require((0...86400).contains(left), "\(left) s are left")
    require(CredentialUse.quietTime(of: credential, by: clocks) <= .seconds(max(0, left - 120)), "quiet for too long")
    require(CredentialUse.mayGoOn(credential, by: clocks) == (left > 60), "goes on with \(left) s")
    for clock in [Int64.min, 0, .max] {
      time.setWallClock(UnixTime(clock))
      require(credential.secondsLeft(by: clocks) == left, "the wall clock counts")
    }
    let other = Credential(
      registry: "pypi", secret: credential.secret, username: "a", expires: credential.expires,
      uploadURL: credential.uploadURL)
    require((other?.secondsLeft(by: clocks) ?? 0) >= 0, "less than nothing is left")
    _ = other.map { CredentialUse.quietTime(of: $0, by: clocks) }
    requirePlain(credential.expires.description)
  }

  private static func decide(_ first: Int64, _ second: Int64) {
    let policy = RetryPolicy(
      attempts: Int(first), base: .seconds(second), cap: .seconds(first), total: .seconds(second))
    for recovery in [
      Recovery.retry(.mayHaveArrived, after: .seconds(first)), .retry(.refusedUnread, after: nil), .none,
    ] {
      let decision = policy.decide(
        afterAttempt: Int(second), recovery: recovery, remaining: .seconds(first), random: 0.999)
      if case .wait(let wait) = decision { require(wait < .seconds(first), "waits \(wait) of \(first) s") }
    }
  }
}
