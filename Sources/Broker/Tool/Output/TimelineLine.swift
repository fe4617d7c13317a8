import BrokerCore
import BrokerSystem

/// An event of the engine as a line for people.
struct TimelineLine: Sendable {
  /// The step, in the field's words.
  let step: Message
  /// What happened.
  let text: Message
  /// Whether it is what the run is for.
  let isGood: Bool

  init(_ event: EngineEvent, by time: TimeSource) {
    isGood = if case .credentialReceived = event { true } else { false }
    switch event {
    case .audienceAsked(_, let host): (step, text) = ("audience", "asked \(host)")
    case .audienceAnswered(_, let answer): (step, text) = ("audience", "answered \(answer.audience)")
    case .audienceAccepted(_, let audience, let expected):
      let reason: Message = expected ? "the one it is known by" : "its own host"
      (step, text) = ("audience", "accepted \(audience): \(reason)")
    case .identityTokenAsked(_, let audience):
      (step, text) = ("identity token", "asked for one made out to \(audience)")
    case .identityTokenReceived(_, let token, let job):
      (step, text) = ("identity token", "received: \(Self.summary(token, job, now: time.now()))")
    case .audited(_, let error): (step, text) = ("audit", "would be refused: \(error.message)")
    case .clockIsOff(_, let seconds):
      let direction: Message = seconds > 0 ? "ahead of" : "behind"
      (step, text) = ("clock", "this machine's clock is \(seconds.magnitude) s \(direction) the registry's")
    case .exchangeSent(_, let host): (step, text) = ("exchange", "sent the identity token to \(host)")
    case .credentialReceived(let credential):
      (step, text) = (
        "credential",
        "\(credential.secret), expires \(credential.expires) (in \(credential.secondsLeft(by: time)) s)"
      )
    case .credentialNarrowed(let credential, let reach):
      let projects: Message = reach.map { "good for \($0.summary), " } ?? ""
      (step, text) = ("narrow", "\(projects)expires in \(credential.secondsLeft(by: time)) s")
    case .retrying(_, let error, let wait):
      (step, text) = ("retry", "\(error.message) Trying again in \(Self.shown(wait)).")
    case .failed(_, let error): (step, text) = ("failed", "[\(error.code)] \(error.message)")
    case .burned: (step, text) = ("burn", "the registry was asked to burn the credential")
    case .burnFailed(_, let error):
      (step, text) = ("burn", "the credential was not burned and expires by itself: \(error.message)")
    }
  }

  /// The claims that matter: who the job is, and until when that holds.
  private static func summary(_ token: IdentityToken, _ job: JobIdentity, now: UnixTime) -> Message {
    let repository = [job.owner, job.repository].compactMap { $0 }.joined(separator: "/")
    let account = job.fields[.serviceAccount]
    let environment: Message? = account == nil ? "(none)" : nil
    func shown(_ claim: String?) -> Message? { claim.map { Message(Neutralized($0, limit: 120)) } }
    let claims: [(name: Message, value: Message?)] = [
      ("aud", "\(token.claims.audience)"), ("iss", shown(job.issuer)), ("service account", shown(account)),
      ("repository", account != nil && repository.isEmpty ? nil : shown(repository)),
      ("workflow", shown(job.workflow)), ("ref", shown(job.ref)),
      ("environment", shown(job.environment) ?? environment),
      ("exp", token.claims.time("exp").map { life(until: $0, now: now) }),
    ]
    return claims.compactMap { claim in claim.value.map { "\(claim.name) \($0)" as Message } }.joined(separator: ", ")
  }

  /// When a token expires by this machine's clock, which may be wrong.
  private static func life(until end: UnixTime, now: UnixTime) -> Message {
    let left = end.seconds(since: now)
    return left < 0 ? "\(left.magnitude) s ago by this machine's clock" : "in \(left) s"
  }

  /// A wait as people say it: whole seconds from ten on, milliseconds below.
  private static func shown(_ wait: Duration) -> Message {
    wait < .seconds(10) ? "\(wait.milliseconds) ms" : "\(wait.components.seconds) s"
  }
}
