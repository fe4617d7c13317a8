import BrokerCore

/// What became of a file at a target.
struct PublishedFile: Sendable, Equatable {
  /// What was done with it.
  enum State: String, Sendable {
    /// The command that published it ended well.
    case published
    /// The registry had it before, with the same contents.
    case alreadyThere = "already-there"
    /// No command that would have published it ran to its end.
    case notSent = "not-sent"
    /// The command that was to publish it failed.
    case unknown
  }

  /// What the registry says of it afterwards.
  enum Proof: String, Sendable {
    /// It lists the file with the same SHA-256.
    case confirmed
    /// It does not list the file.
    case notListed = "not-listed"
    /// It lists a file of this name with another SHA-256.
    case differs
  }

  /// The file's name without its folder.
  let filename: String
  /// What the name says; nil if it says nothing.
  let name: DistributionName?
  /// Its SHA-256 when it was last read; nil if it was not.
  var sha256: String?
  /// What was done with it.
  var state: State
  /// What the registry says of it; nil if it was not asked, or does not say.
  var proof: Proof?

  /// State and proof, in words.
  var words: Message {
    let state: Message =
      switch state {
      case .published: "published"
      case .alreadyThere: "already there"
      case .notSent: "not sent"
      case .unknown: "not known"
      }
    let proof: Message? =
      switch proof {
      case nil: nil
      case .confirmed: state == "not known" ? "is there" : "confirmed"
      case .notListed: state == "not known" ? "not listed" : "not yet listed"
      case .differs: "listed with other contents"
      }
    return [state, proof].compactMap { $0 }.joined(separator: ", ")
  }
}

/// What became of the files of a run at one target.
struct TargetFiles: Sendable, Equatable {
  /// The registry.
  let registry: String
  /// The files.
  let files: [PublishedFile]
  /// Where people find the releases.
  let pages: [String]

  /// Files, and the pages of the releases that at least one of them is part of.
  init(_ target: Target, _ files: [PublishedFile]) {
    registry = target.name
    self.files = files
    let index = target.registry.capabilities.releases
    pages = files.filter { [.published, .alreadyThere].contains($0.state) }
      .compactMap { file in file.name.flatMap { index?.page(of: $0) } }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
