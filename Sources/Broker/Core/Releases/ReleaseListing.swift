/// What a registry says about the files of a project.
public enum ReleaseListing: Sendable, Equatable {
  /// These files are there.
  case files([ReleaseFile])
  /// The registry does not know the project.
  case unknownProject
  /// The registry has no listing that a program can read; says why, as it follows its name: `answers text/html`.
  case unavailable(Message)

  /// Whether there is such a project; nil if that is not said.
  public var isKnown: Bool? {
    switch self {
    case .files: true
    case .unknownProject: false
    case .unavailable: nil
    }
  }
}
