/// What is done for a target, by what its index already has of the files.
enum ReleaseDecision: Sendable, Equatable {
  /// The index has none of the files, or cannot say: all are published.
  case publish
  /// The index has some of the files, with the same contents: the tool is told to pass over these.
  case publishRest
  /// The index has all of the files, with the same contents: nothing is left to do.
  case alreadyPublished
}
