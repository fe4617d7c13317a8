/// Keeps out events that run other people's code with this repository's identity, unless a rule names them.
///
/// PyPI refuses `pull_request_target` itself (Warehouse, oidc/models/github.py); crates.io refuses `workflow_run` too.
/// A merge request of a fork that runs in the parent project is refused by the provider, which sees the variables.
public struct EventGate: JobGate {
  /// The events.
  public static let dangerous = ["pull_request_target", "workflow_run"]

  /// Those of them that a rule names in full.
  public let admitted: Set<String>

  /// A gate; `admitted` are the events that a rule names in full.
  init(admitted: Set<String>) {
    self.admitted = admitted
  }

  /// The events that are kept out.
  var refused: [String] { Self.dangerous.filter { !admitted.contains($0) } }

  /// Judges a job.
  ///
  /// - Throws: ``ErrorCode/ruleRefused`` for an event that is kept out.
  public func judge(_ job: JobIdentity, for registry: String) throws(BrokerError) {
    guard let event = job.event, refused.contains(event) else { return }
    throw BrokerError(
      .ruleRefused,
      "The built-in rule on events does not admit this job to \(registry): it was started by \(event), which can run "
        + "other people's code with this repository's identity.",
      remedy: "Publish from a push, a tag or a release; if this event is meant, name it in the rule \"event\" of the "
        + "topmost file.",
      facts: [
        BrokerError.Fact("rule", "rules.event: all but \(refused.joined(separator: ", "))"),
        BrokerError.Fact("claim", "event: \(event)"),
        BrokerError.Fact("origin", Setting.Origin.builtIn.description),
      ])
  }
}
