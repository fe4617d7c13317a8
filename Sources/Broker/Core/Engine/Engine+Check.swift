extension Engine {
  /// Checks what can be known before the first of several mints: audiences, and the identity tokens that the job holds.
  ///
  /// No identity token is asked for, and none is used up.
  ///
  /// - Parameters:
  ///   - targets: The registries.
  ///   - source: What will be asked for identity tokens.
  ///   - asked: The names of the registries that are asked for their audience although one is expected.
  /// - Returns: The audience of each target, by its name.
  /// - Throws: The error of the first target, in their order, that cannot be minted for.
  public func check(
    _ targets: [any Registry], from source: any IdentityTokenSource, asking asked: Set<String>
  ) async throws(BrokerError) -> [String: Audience] {
    let results = await SideBySide.values(of: targets) { target in
      await MintRun(engine: self, target: target, source: source, pinned: nil)
        .check(isAsked: asked.contains(target.name))
    }
    var audiences: [String: Audience] = [:]
    for (target, result) in zip(targets, results) { audiences[target.name] = try result.get() }
    try checkSupply(targets.compactMap { target in audiences[target.name].map { ($0, target.name) } }, from: source)
    return audiences
  }

  /// Whether there is an identity token for each target, where they are not made on request.
  private func checkSupply(
    _ needs: [(audience: Audience, name: String)], from source: any IdentityTokenSource
  ) throws(BrokerError) {
    let names = Dictionary(grouping: needs, by: \.audience).mapValues { $0.map(\.name) }
    for (audience, names) in names.sorted(by: { $0.key.value < $1.key.value }) {
      guard case .fixed(let remaining) = source.supply(for: audience), remaining < names.count else { continue }
      throw BrokerError(
        .identityTokenMissing,
        "\(names.joined(separator: " and ")) take identity tokens for the audience \(audience), and the job has "
          + "\(remaining) for \(names.count).",
        remedy: "Give the job one identity token with this audience for each: a token is good for one exchange.")
    }
  }

  /// This engine, which judges the job for other registries too before it sends an identity token to the first.
  public func judging(_ first: any Registry, alsoFor others: [any Registry]) -> Engine {
    var engine = self
    for other in others where other.name != first.name {
      let expected: [any JobGate] = (notes[other.name]?.expectations ?? []).map {
        ExpectationGate($0, rules: other.capabilities.publishers)
      }
      // What is only reported is reported at its own turn.
      let enforced = (gates[other.name] ?? []).filter { !$0.isAudit }
      engine.gates[first.name, default: []] +=
        (expected + enforced).map { ForeignGate(gate: $0, registry: other.name) }
    }
    return engine
  }
}

/// A gate of another registry than the one that a token is for.
private struct ForeignGate: JobGate {
  let gate: any JobGate
  let registry: String

  func judge(_ job: JobIdentity, for _: String) throws(BrokerError) { try gate.judge(job, for: registry) }
}
