import Synchronization

/// What was seen on the way to a target's credential; no secret is part of it.
public struct Evidence: Sendable {
  /// What the registry answered when it was asked for its audience.
  public var audience: AudienceAnswer?
  /// When it answered, by the clock that is never set.
  public var answered: Duration = .zero
  /// The audience that was accepted.
  public var acceptedAudience: Audience?
  /// How far this machine's clock was ahead of the registry's when that answered, in seconds (negative: behind).
  public var clockSkew: Int64?
  /// What the identity token says about itself.
  public var token: TokenFacts?
  /// Who the job is.
  public var job: JobIdentity?
  /// What audited rules would have refused.
  public var audited: [BrokerError] = []
  /// When the credential expires.
  public var expires: UnixTime?
  /// In which form the credential is handed over.
  public var credential: CredentialForm?
  /// Who published the project's last attested release.
  public var lastRelease: PublishedRelease?
  /// Whether the registry has the project; nil if it was not asked, or did not say.
  public var isListed: Bool?
  /// Whether an exchange was cut off that may have been made.
  var isLost = false

  /// Nothing was seen.
  public init() {}

  /// The registry's clock, which went on since it was read; nil if it was not read.
  public func serverTime(by time: TimeSource) -> UnixTime? {
    audience?.serverTime?.advanced(by: (time.elapsed() - answered).components.seconds)
  }
}

/// How a target's way ended, and what was seen on it.
public struct Outcome<Value: Sendable>: Sendable {
  /// The target.
  public let target: Target
  /// What came of it.
  public let result: Result<Value, BrokerError>
  /// What was seen.
  public let evidence: Evidence

  /// An outcome.
  public init(target: Target, result: Result<Value, BrokerError>, evidence: Evidence) {
    self.target = target
    self.result = result
    self.evidence = evidence
  }

  /// Why nothing came of it; nil if something did.
  public var failure: BrokerError? {
    if case .failure(let error) = result { error } else { nil }
  }
}

/// Takes evidence down while two requests run side by side.
final class EvidenceRecorder: Sendable {
  private let state = Mutex(Evidence())

  /// What was seen so far.
  var evidence: Evidence { state.withLock { $0 } }

  /// Takes something down.
  func note(_ change: (inout Evidence) -> Void) { state.withLock { change(&$0) } }
}
