import BrokerConformance
import BrokerCore
import Dispatch
import Synchronization

/// An issuer, an index and a directory on loopback, one of whose requests goes wrong; every request is remembered.
final class HostileSite: Sendable {
  /// The requests of the flow.
  enum Step: String, Sendable, CaseIterable {
    case directory, audience, identityToken = "identity token", exchange, burn
  }

  /// A request as it arrived.
  struct Arrival: Sendable {
    /// Nil for a request to the other host, where none belongs.
    let step: Step?
    let text: String
  }

  private struct State {
    var arrivals: [Arrival] = []
    var count = 0
    var fillers: [Wire] = []
    var isFull = false
    var secrets: [String] = []
  }

  /// The secret of the issuer's endpoint, as long as a runner's; another one at each site, so that none finds that of another.
  private let requestToken =
    "request-token-0123456789-" + (0..<90).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()

  private let step: Step
  private let fault: Fault
  /// How many of the first requests of the step go wrong.
  private let times: Int
  /// Whether it stands for the sandbox, with identity tokens of its own.
  private let isRehearsal: Bool
  /// Where the directory says that the index is; nil for the index itself.
  private let indexAddress: String?
  private let directory: WireListener
  private let issuer: WireListener
  private let index: WireListener
  private let other: WireListener
  private let state = Mutex(State())
  private let hasStopped = DispatchSemaphore(value: 0)

  /// Claims of the identity tokens beside the audience: names, and values as JSON texts.
  private let claims: [(name: String, json: String)]

  init(
    _ step: Step, _ fault: Fault, times: Int = .max, claims: [(name: String, json: String)] = [],
    isRehearsal: Bool = true, indexAddress: String? = nil
  ) throws {
    self.claims = claims
    self.isRehearsal = isRehearsal
    self.indexAddress = indexAddress
    self.step = step
    self.fault = fault
    self.times = times
    let backlog: Int32 = fault.wire.isFullQueue ? 0 : 64
    guard let directory = WireListener(backlog: backlog), let issuer = WireListener(backlog: backlog),
      let index = WireListener(backlog: backlog), let other = WireListener()
    else { throw BrokerError(.unreachable, "cannot listen") }
    self.directory = directory
    self.issuer = issuer
    self.index = index
    self.other = other
    // An exchange comes after the audience from the same port: that one is spoiled when the audience is answered.
    if step != .exchange { spoil() }
    for listener in [directory, issuer, index] where !isSpoiled(listener) { serve(listener) }
    // Threads that accept must not keep the site, whose end is what ends them.
    DedicatedThread.start { [weak self, other] in
      while let wire = other.accept() {
        guard let self else { return }
        let text = String(decoding: wire.receive(), as: UTF8.self)
        state.withLock { $0.arrivals.append(Arrival(step: nil, text: text)) }
      }
    }
  }

  deinit { stop() }

  func stop() {
    for listener in [directory, issuer, index, other] { listener.end() }
    state.withLock { $0.fillers = [] }
  }

  // MARK: What a test looks at

  /// The variables of a job.
  func variables(isGitLab: Bool, tokens: Int = 1) -> [String: String] {
    var variables = ["CI": "true", "TOKEN_BROKER_SANDBOX": "http://127.0.0.1:\(directory.port)"]
    if isGitLab {
      variables["GITLAB_CI"] = "true"
      for number in 1...tokens { variables["PYPI_ID_TOKEN\(number == 1 ? "" : "_\(number)")"] = makeToken() }
    } else {
      variables["GITHUB_ACTIONS"] = "true"
      variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = "http://127.0.0.1:\(issuer.port)/61//idtoken/1?api-version=2.0"
      variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = requestToken
    }
    return variables
  }

  /// Every secret so far: that of the issuer's endpoint, identity tokens, credentials.
  var secrets: [String] { [requestToken] + state.withLock { $0.secrets } }

  /// Counts a text among the secrets.
  func remember(_ secret: String) { state.withLock { $0.secrets.append(secret) } }

  var arrivals: [Arrival] { state.withLock { $0.arrivals } }

  func count(_ step: Step) -> Int { arrivals.count { $0.step == step } }

  /// The identity tokens that arrived, in order, wherever that was.
  var identityTokens: [(step: Step?, token: String)] {
    arrivals.flatMap { arrival in
      arrival.text.matches(of: /eyJ[\w-]+\.[\w-]+\.[\w-]+/).map { (arrival.step, String($0.0)) }
    }
  }

  /// Where the index, the issuer and the directory listen; each answers whatever it is asked.
  var indexPort: Int { index.port }

  /// Where a redirect leads.
  var otherPort: Int { other.port }

  // MARK: Serving

  private var spoiled: WireListener? {
    switch step {
    case .directory: directory
    case .identityToken: issuer
    case .audience, .exchange, .burn: index
    }
  }

  private func isSpoiled(_ listener: WireListener) -> Bool {
    step != .exchange && listener === spoiled && fault.wire.isBeforeConnection
  }

  /// Closes the step's port, or fills its queue.
  private func spoil() {
    guard let spoiled else { return }
    switch fault.wire {
    case .refused: spoiled.end()
    case .fullQueue:
      if step == .exchange {
        // Whoever accepts has to stop before the queue can be filled.
        state.withLock { $0.isFull = true }
        let last = Wire.connect(to: spoiled.port)
        hasStopped.wait()
        state.withLock { if let last { $0.fillers.append(last) } }
      }
      state.withLock { state in
        for _ in 0..<4 { if let wire = Wire.connect(to: spoiled.port, isAsked: true) { state.fillers.append(wire) } }
      }
    case .act: break
    }
  }

  private func serve(_ listener: WireListener) {
    DedicatedThread.start { [weak self] in
      while let wire = listener.accept() {
        guard let self else { return }
        if step == .exchange, listener === index, state.withLock({ $0.isFull }) {
          hasStopped.signal()
          return
        }
        // The connection is closed with its last reference.
        DedicatedThread.start { self.serve(wire) }
      }
    }
  }

  private func serve(_ wire: Wire) {
    var buffer: [UInt8] = []
    while let request = readRequest(wire, &buffer) {
      let step = step(of: request)
      let number = state.withLock { state in
        state.arrivals.append(Arrival(step: step, text: request))
        if step == self.step { state.count += 1 }
        return state.count
      }
      let answer = answer(to: step)
      if step == self.step, number <= times, case .act(let act) = fault.wire {
        guard act(Fault.Scene(wire: wire, answer: answer, request: request, otherPort: otherPort)) else { return }
        continue
      }
      if step == .audience, self.step == .exchange, fault.wire.isBeforeConnection {
        spoil()
        wire.send(Self.head(answer, fields: "Connection: close\r\n") + answer)
        return
      }
      wire.send(Self.head(answer) + answer)
    }
  }

  private func readRequest(_ wire: Wire, _ buffer: inout [UInt8]) -> String? {
    while true {
      if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        let length = head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
        if buffer.count >= end.upperBound + length {
          let request = String(decoding: buffer[..<(end.upperBound + length)], as: UTF8.self)
          buffer.removeFirst(end.upperBound + length)
          return request
        }
      }
      let more = wire.receive()
      guard !more.isEmpty else { return nil }
      buffer += more
    }
  }

  private func step(of request: String) -> Step {
    let path = request.split(separator: " ").dropFirst().first ?? ""
    if path.hasPrefix("/_/oidc/audience") { return .audience }
    if path.hasPrefix("/_/oidc/mint-token") { return .exchange }
    if path.hasPrefix("/_/oidc/burn-token") { return .burn }
    return path.contains("idtoken") ? .identityToken : .directory
  }

  private func answer(to step: Step) -> String {
    switch step {
    case .directory: #"{"version":1,"registries":{"pypi":"\#(indexAddress ?? "http://127.0.0.1:\(index.port)")"}}"#
    case .audience: #"{"audience":"pypi"}"#
    case .identityToken: #"{"value":"\#(makeToken())"}"#
    case .exchange: #"{"success":true,"token":"\#(makeCredential())","expires":4000000000}"#
    case .burn: #"{"errors":[],"message":"Accepted"}"#
    }
  }

  private func makeToken() -> String {
    let token = SampleToken.make(
      audience: "pypi", identifier: "id-\(UInt64.random(in: 0 ... .max))", isRehearsal: isRehearsal, claims: claims)
    state.withLock { $0.secrets.append(token) }
    return token
  }

  private func makeCredential() -> String {
    let random = { (count: Int) in (0..<count).map { _ in UInt8.random(in: 0 ... .max) } }
    // A macaroon without a condition: it can be narrowed.
    let text = "pypi-" + Base64URL.encode([2, 2, 16] + random(16) + [0, 0, 6, 32] + random(32))
    state.withLock { $0.secrets.append(text) }
    return text
  }

  static func head(_ body: String, status: Int = 200, fields: String = "") -> String {
    "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n"
  }
}
