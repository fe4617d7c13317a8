/// A registry of a run, with all that the configuration and the command line say about it.
public struct Target: Sendable {
  /// The registry.
  public let registry: any Registry
  /// The project that is published there; nil if nothing names it.
  public var project: String?
  /// The project that the files of a run name, where nothing else does: for explanations alone.
  public var likelyProject: String?
  /// Who the job is expected to be; all of them hold.
  public let expectations: [Expectations]
  /// What its credentials are to be good for.
  public var narrowing: Narrowing
  /// What is judged before an identity token is sent, beside the expectations.
  public private(set) var gates: [any JobGate]
  /// The one audience that is accepted: built in, configured or pinned; nil if the registry says which.
  public private(set) var expectedAudience: Audience?

  /// A registry, and what is said about it.
  public init(
    _ registry: any Registry, project: String? = nil, expectations: [Expectations] = [], gates: [any JobGate] = [],
    narrowing: NarrowingMode? = nil
  ) {
    self.registry = registry
    self.project = project
    self.expectations = expectations
    self.gates = gates
    self.narrowing = Narrowing(narrowing ?? (registry.capabilities.narrow?.isUsual == true ? .on : .off))
    expectedAudience = registry.expectedAudience
  }

  /// The registry's name in the configuration.
  public var name: String { registry.name }

  /// The host and port that are asked, as people write them.
  public var host: Origin.Authority { registry.uploadURL.origin.authority }

  /// This target with a pin: the one audience to accept where the registry expects none by itself; one that does has to
  /// expect the same.
  ///
  /// - Parameters:
  ///   - audience: The audience.
  ///   - isOwnHostAlone: Whether a pin may name a form of the registry's own host alone, as is accepted without one.
  ///   - isRehearsal: Whether the sandbox stands in for the registry.
  /// - Returns: The target.
  /// - Throws: ``ErrorCode/usage`` for another audience than the expected one, ``ErrorCode/configurationWidens`` for one of
  ///   another host.
  public func pinned(
    to audience: Audience, ownHostAlone isOwnHostAlone: Bool, isRehearsal: Bool
  ) throws(BrokerError) -> Target {
    if let expected = registry.expectedAudience, expected != audience {
      throw BrokerError(
        .usage, "The audience \(audience) is pinned, but \(Neutralized(name)) is known by \(expected).",
        remedy: "Leave the pin out, or name another target.")
    }
    if registry.expectedAudience == nil, isOwnHostAlone {
      try audiencePolicy(isRehearsal: isRehearsal).judge(pinned: audience)
    }
    var target = self
    target.expectedAudience = audience
    return target
  }

  /// This target, whose job is judged for other targets too before an identity token is sent: what is only reported is
  /// reported at its own turn.
  public func judged(alsoFor others: [Target]) -> Target {
    var target = self
    for other in others where other.name != name {
      let enforced = other.expectationGates + other.gates.filter { !$0.isAudit }
      target.gates += enforced.map { ForeignGate(gate: $0, registry: other.name) }
    }
    return target
  }

  /// Judges a job by everything that is said about this target; `audited` is told what audited rules would refuse.
  ///
  /// - Throws: The first refusal that is enforced.
  public func judge(_ job: JobIdentity, audited: (BrokerError) -> Void) throws(BrokerError) {
    for gate in expectationGates + gates {
      do throws(BrokerError) { try gate.judge(job, for: name) } catch {
        guard gate.isAudit else { throw error }
        audited(error)
      }
    }
  }

  private var expectationGates: [any JobGate] {
    expectations.map { ExpectationGate($0, rules: registry.capabilities.publishers) }
  }

  /// Which audience the registry may be given an identity token for.
  func audiencePolicy(isRehearsal: Bool) -> AudiencePolicy {
    AudiencePolicy(registry: name, home: registry.home, expected: expectedAudience, isRehearsal: isRehearsal)
  }
}

/// A gate of another registry than the one that a token is for.
private struct ForeignGate: JobGate {
  let gate: any JobGate
  let registry: String

  func judge(_ job: JobIdentity, for _: String) throws(BrokerError) { try gate.judge(job, for: registry) }
}
