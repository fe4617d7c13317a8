/// What a configuration says about publishing at a registry, for expectations and diagnoses.
public struct TargetNotes: Sendable {
  /// The project that is published there.
  public var project: String?
  /// Who the job is expected to be; all of them hold.
  public var expectations: [Expectations]

  /// Notes.
  public init(project: String? = nil, expectations: [Expectations] = []) {
    self.project = project
    self.expectations = expectations
  }
}
