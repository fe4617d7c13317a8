/// What is done for a target, by what its index already has of the files.
enum ReleaseDecision: Sendable, Equatable {
  /// The index has none of the files, or cannot say: all are published.
  case publish
  /// The index has the files of these names, with the same contents: these are passed over.
  case publishRest(published: Set<String>)
  /// The index has all of the files, with the same contents: nothing is left to do.
  case alreadyPublished
}

/// What is known of a target before anything is published.
struct ReleaseOutlook: Sendable, Equatable {
  /// What is done.
  let decision: ReleaseDecision
  /// The projects that the index does not know.
  let newProjects: Set<String>
  /// The SHA-256 that the index lists of packages of which other contents lie here, by their files' names.
  let digests: [String: String]
}
