/// Looks for what explains a run, such as who published a project last: best effort, within a short time, and only when that helps.
public struct EvidenceSearch: Sendable {
  private let time: TimeSource

  /// The time that the search may take.
  public static let limit: Duration = .seconds(3)

  /// A search by these clocks.
  public init(time: TimeSource) {
    self.time = time
  }

  /// The last attested release of a target's project; nil if there is none, or it cannot be told in time.
  public func lastRelease(of target: Target) async -> PublishedRelease? {
    guard let name = target.project, let history = target.registry.capabilities.history else { return nil }
    return await within { () async throws(BrokerError) in try await history.lastRelease(of: name) }
  }

  /// Whether a target's registry has its project; nil if it does not say in time.
  public func isListed(at target: Target) async -> Bool? {
    guard let name = target.project, let index = target.registry.capabilities.releases else { return nil }
    return await within { () async throws(BrokerError) in try await index.knows(name) }
  }

  /// Why what was uploaded to a target may have come to nothing, as it follows the address; nil if nothing is known.
  public func detour(of target: Target) async -> Message? {
    guard let index = target.registry.capabilities.releases else { return nil }
    return await within { () async throws(BrokerError) in await index.detour() }
  }

  /// Who a job is at a target, by an identity token that goes nowhere; its kind alone, with all of the fields unknown that
  /// the target compares, where there is none.
  public func job(of source: any IdentityTokenSource, at target: Target) async -> JobIdentity {
    if let audience = target.expectedAudience {
      let token = await within { () async throws(BrokerError) -> IdentityToken? in
        // One that the job holds is needed for the exchange.
        guard case .renewable = source.supply(for: audience) else { return try source.heldTokens(for: audience).first }
        return try await source.identityToken(for: audience)
      }
      if let token { return source.job(from: token.claims) }
    }
    var job = source.job(from: Claims(JSONObject()))
    job.unknown = Set(target.registry.capabilities.publishers?.form(for: job.family)?.fields.map(\.field) ?? [])
    return job
  }

  private func within<Found: Sendable>(
    _ ask: @escaping @Sendable () async throws(BrokerError) -> Found?
  ) async -> Found? {
    let outcome = await TimeLimit(Self.limit, time: time).run { () async -> Found? in
      do throws(BrokerError) { return try await ask() } catch { return nil }
    }
    switch outcome {
    case .finished(let found), .cutOff(let found): return found
    }
  }
}
