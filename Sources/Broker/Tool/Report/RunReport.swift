import BrokerCore

/// What a run did and found, for tables, machines and job summaries; no secret is part of it.
struct RunReport: Sendable {
  /// What concerns one target, or the run as a whole.
  struct Section: Sendable {
    /// The registry; nil for the run as a whole.
    var registry: String?
    /// What was seen.
    var evidence = Evidence()
    /// What became of the files, and where people find the releases; nil where nothing was to be published.
    var files: TargetFiles?
    /// What was looked at.
    var items: [CheckItem] = []
    /// What went wrong.
    var error: BrokerError?
  }

  /// How many credentials a registry gave, and how many of them it burned.
  struct Credentials: Sendable, Equatable {
    var received = 0
    var burned = 0

    /// Whether none is left.
    var areBurned: Bool { received > 0 && burned >= received }
  }

  /// The command.
  let command: String
  /// The identity provider's name; nil if none was recognised.
  var provider: String?
  /// Whether the sandbox stood in for the registries.
  var isRehearsal = false
  /// The exit status.
  var status: Int32 = 0
  /// The sections: the run as a whole, then the targets.
  var sections: [Section] = []
  /// What became of the credentials, by registry.
  var credentials: [String: Credentials] = [:]
  /// The targets whose turn did not come.
  var notReached: [String] = []
  /// Whether it is certain that the run published nothing; nil where nothing was to be published, or it is not known.
  var isNothingPublished: Bool?

  /// The error that the run ended with; nil if it ended well.
  var error: BrokerError? { sections.lazy.compactMap(\.error).first }

  /// How many items look so.
  func count(_ outcome: CheckItem.Outcome) -> Int {
    sections.reduce(0) { $0 + $1.items.count { $0.outcome == outcome } }
  }

  /// Whether something failed.
  var hasFailed: Bool { error != nil || status != 0 || count(.fail) > 0 }
}
