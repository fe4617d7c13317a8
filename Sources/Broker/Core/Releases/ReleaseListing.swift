/// What a registry says about the files of a project.
public enum ReleaseListing: Sendable, Equatable {
  /// These files are there; none if the registry does not know the project.
  case files([ReleaseFile])
  /// The registry has no listing that a program can read; says why, as it follows its name: `answers text/html`.
  case unavailable(Message)
}
