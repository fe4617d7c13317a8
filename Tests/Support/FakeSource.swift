public import BrokerCore
import BrokerConformance
import Synchronization

/// A source of identity tokens for tests.
public final class FakeSource: IdentityTokenSource {
  private struct State {
    var count = 0
    var left: Int?
    var failures: [BrokerError]
  }

  private let state: Mutex<State>
  private let claims: [(name: String, json: String)]
  private let isRehearsal: Bool
  private let waits: @Sendable () async -> Void

  /// A source; `left` tokens if that is given, else as many as are asked for, each after `waits`.
  public init(
    left: Int? = nil, failures: [BrokerError] = [], claims: [(name: String, json: String)] = [],
    isRehearsal: Bool = false, waits: @escaping @Sendable () async -> Void = {}
  ) {
    self.waits = waits
    state = Mutex(State(left: left, failures: failures))
    self.claims = claims
    self.isRehearsal = isRehearsal
  }

  /// How many tokens were asked for.
  public var count: Int { state.withLock { $0.count } }

  /// None.
  public let identityVariables: [String] = []

  /// What is left.
  public func supply(for audience: Audience) -> IdentityTokenSupply {
    state.withLock { $0.left.map { .fixed(remaining: $0) } ?? .renewable }
  }

  /// A failure while there are any, else a new token.
  public func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let (number, failure) = state.withLock { state in
      state.count += 1
      state.left = state.left.map { $0 - 1 }
      return (state.count, state.failures.isEmpty ? nil : state.failures.removeFirst())
    }
    await waits()
    if let failure { throw failure }
    let text = SampleToken.make(
      audience: audience.value, identifier: "id-\(number)", isRehearsal: isRehearsal, claims: claims)
    return try IdentityToken(Secret(text), from: "The fake source")
  }

  /// A family alone.
  public func job(from claims: Claims) -> JobIdentity { JobIdentity(family: IssuerFamily("Fake")) }
}
