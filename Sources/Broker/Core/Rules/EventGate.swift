/// Keeps out events that run other people's code with this repository's identity, unless a rule names them.
///
/// Each provider declares which events these are (``JobKind/dangerousEvents``).
/// A merge request of a fork that runs in the parent project is refused by the provider, which sees the variables.
public struct EventGate: JobGate {
  /// The events that are kept out.
  let refused: [String]
  /// Those of them that rules about one provider let in, for its jobs.
  private let exceptions: [JobRule]

  /// A gate for these events, without those that a rule names in full.
  init(_ dangerous: [String], admittedBy rules: [JobRule]) {
    let named = Self.named(in: rules.filter { $0.provider == nil })
    refused = dangerous.filter { !named.contains($0) }
    exceptions = rules.filter { $0.provider != nil }
  }

  /// The events that the providers of these jobs declare as dangerous, each once.
  static func dangerous(of jobs: [JobKind]) -> [String] {
    var events: [String] = []
    for event in jobs.flatMap(\.dangerousEvents) where !events.contains(event) { events.append(event) }
    return events
  }

  /// The events that rules name in full.
  static func named(in rules: [JobRule]) -> Set<String> {
    Set(rules.filter { $0.claim.name == "event" }.flatMap(\.choices).map(\.pattern.text))
  }

  /// Judges a job.
  ///
  /// - Throws: ``ErrorCode/ruleRefused`` for an event that is kept out.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
    guard let event = job.event, refused.contains(event) else { return }
    if let provider = job.provider, Self.named(in: exceptions.filter { $0.provider == provider }).contains(event) {
      return
    }
    throw BrokerError(
      .ruleRefused,
      "The built-in rule on events does not admit this job to \(Neutralized(registry)): it was started by \(Neutralized(event)), which can run "
        + "other people's code with this repository's identity.",
      remedy: "Publish from a push, a tag or a release; if this event is meant, name it in the rule \"event\" of the "
        + "topmost file.",
      facts: [
        BrokerError.Fact("rule", "rules.event: all but \(refused.map { Neutralized($0) }.joined(separator: ", "))"),
        BrokerError.Fact("origin", "\(Setting.Origin.builtIn)"),
      ])
  }
}
