import BrokerCore
import BrokerSandbox
import Synchronization

/// Hands one identity token to one program, once: an endpoint on loopback for whoever has its bearer.
///
/// The token is made out to an audience that no registry takes, and goes one way: nothing that the program says is passed on.
final class IdentityEndpoint: Sendable {
  private struct State {
    var isAnswered = false
    var misuse: Message?
  }

  private let tool: AttestationTool
  private let token: Secret
  private let bearer = Secret(hexadecimal(32))
  private let path = "/\(hexadecimal(16))"
  private let listener: Listener
  private let state = Mutex(State())

  /// Begins to answer.
  ///
  /// - Throws: `ErrorCode.unreachable` if it cannot listen on 127.0.0.1.
  init(_ token: Secret, for tool: AttestationTool, time: TimeSource) throws(BrokerError) {
    self.tool = tool
    self.token = token
    listener = try Listener(now: time.now)
    listener.start { [weak self] request, _ in self?.answer(to: request) ?? Self.refusal(404) }
  }

  deinit { stop() }

  /// Ends every connection.
  func stop() { listener.stop() }

  /// The variables that lead the program here.
  var variables: [String: String] {
    let url = "\(listener.origin)\(path)?api-version=2.0"
    return Dictionary(
      tool.request.variables.map { name, value in
        (name, value.replacing("{url}", with: url).replacing("{bearer}", with: bearer.reveal()))
      }
    ) { first, _ in first }
  }

  /// What must not be in what the program printed.
  var secrets: [Secret] { [token, bearer] }

  /// What somebody who has the bearer asked for and may not have; nil if nobody did.
  var misuse: Message? { state.withLock { $0.misuse } }

  /// Whether the token was handed out.
  var isAnswered: Bool { state.withLock { $0.isAnswered } }

  private func answer(to request: ServerRequest) -> ServerResponse {
    // Whoever does not have the bearer learns nothing, and changes nothing.
    guard request.path == path, isBearer(request.field("authorization")) else { return Self.refusal(404) }
    let audiences = request.queryItems(tool.request.audienceItem)
    return state.withLock { state in
      guard request.method == "GET", audiences == [tool.audience.value] else {
        let wanted = audiences.map { Neutralized.quoted($0, limit: 60) }.joined(separator: ", ")
        state.misuse = state.misuse ?? "asked for the audience \(wanted.isEmpty ? "of nobody" : wanted)"
        return Self.refusal(403)
      }
      guard !state.isAnswered else {
        state.misuse = state.misuse ?? "asked for an identity token twice"
        return Self.refusal(403)
      }
      state.isAnswered = true
      return .json(200, .object([("count", 1), (tool.request.answerMember, .string(token.reveal()))]))
    }
  }

  private func isBearer(_ field: String?) -> Bool {
    let words = field?.split(separator: " ") ?? []
    guard words.count == 2, words[0].lowercased() == "bearer" else { return false }
    // Digests take as long to compare whatever they have in common.
    return SHA256.hexadecimal(of: Array(words[1].utf8)) == SHA256.hexadecimal(of: Array(bearer.reveal().utf8))
  }

  private static func refusal(_ status: Int) -> ServerResponse {
    .json(status, .object([("message", "There is nothing here for this request.")]))
  }

  private static func hexadecimal(_ count: Int) -> String {
    SandboxToken.randomBytes(count).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
