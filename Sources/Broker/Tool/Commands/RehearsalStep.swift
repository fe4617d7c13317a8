import BrokerCore

/// The steps of a rehearsal, each of which can be broken.
enum RehearsalStep: String, CaseIterable, Sendable, MessageValue {
  /// The provider is recognised.
  case provider
  /// The registry names its audience.
  case audience
  /// The provider gives an identity token for it.
  case identityToken = "identity-token"
  /// The registry gives a credential for that.
  case exchange
  /// The credential lives long enough to be used, and not longer than it should.
  case expiry
  /// A job without a matching publisher is refused.
  case noPublisher = "no-publisher"
  /// An identity token that was used already is refused.
  case reusedToken = "reused-token"

  /// The word of the command line.
  var description: String { rawValue }
}

/// A step that did not do what it should.
struct RehearsalFailure: Error, Sendable {
  let step: RehearsalStep
  /// The end of a sentence.
  let reason: Message

  init(_ step: RehearsalStep, _ reason: Message) {
    self.step = step
    self.reason = reason.clause
  }
}
